"""Audits of sites: plan, answers, findings, evidence files, responses of the site, shares for further programs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

SEQUENCE = """
create sequence audit_number;
grant usage on sequence audit_number to rems_app;
"""
# The content of a file never enters the trail; its digest does.
PROTECTED = """
select protect('site_audit');
select protect('audit_answer');
select protect('audit_finding');
select protect('audit_response');
select protect('audit_file', 'scope', 'scope_id', 'select, insert', 'content');
select protect('audit_share');
select same_site('audit_share', 'audit_id', 'site_audit');
"""


def fact(*columns: sa.Column[object]) -> list[sa.Column[object]]:
    """The columns that every fact has, with its own between them."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        *columns,
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ]


def keys(name: str, **others: str) -> list[sa.Constraint]:
    """The keys that every fact has; `others` are columns that name a row of the same scope, and its table."""
    own = {"supersedes_id": name, **others}
    return [
        *(
            sa.ForeignKeyConstraint(
                [column, "scope_id"], [f"{table}.id", f"{table}.scope_id"], name=op.f(f"fk_{name}_{column}_scope_id")
            )
            for column, table in own.items()
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f(f"fk_{name}_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", "scope_id", name=op.f(f"uq_{name}_id_scope_id")),
    ]


def corrected_once(name: str) -> None:
    op.create_index(
        f"uq_{name}_supersedes_id",
        name,
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )


def first_of(name: str, words: str, *columns: str) -> None:
    """Of these columns' values there is one first state."""
    where = sa.text("supersedes_id IS NULL")
    op.create_index(f"uq_{name}_{words}", name, list(columns), unique=True, postgresql_where=where)


def found_by(name: str, *columns: str) -> None:
    op.create_index(f"ix_{name}_{columns[0]}", name, list(columns), unique=False)


def check(name: str, words: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{words}"))


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


FORMAT = ("auditformat", "on_site", "remote", "questionnaire")


def upgrade() -> None:
    op.execute(SEQUENCE)
    audits()
    answers()
    findings()
    responses()
    files()
    shares()
    op.execute(PROTECTED)


def audits() -> None:
    name = "site_audit"
    op.create_table(
        name,
        *fact(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("number", sa.Text(), nullable=False),
            sa.Column("format", one_of(*FORMAT), nullable=False),
            sa.Column("planned_for", sa.Date(), nullable=False),
            sa.Column("auditors", sa.Text(), nullable=False),
            sa.Column("looks_at", sa.Text(), nullable=False),
            sa.Column("also", JSONB(), nullable=False),
            sa.Column("program_versions", JSONB(), nullable=False),
            sa.Column("begun_on", sa.Date(), nullable=True),
            sa.Column("reported_on", sa.Date(), nullable=True),
            sa.Column("conclusion", sa.Text(), nullable=False),
            sa.Column("closed_on", sa.Date(), nullable=True),
            sa.Column("canceled_on", sa.Date(), nullable=True),
            sa.Column("note", sa.Text(), nullable=False),
        ),
        *keys(name, root_id=name),
        check(name, "says_who", "auditors <> ''"),
        check(name, "begun_by_a_version", "begun_on IS NULL OR program_versions <> '{}'"),
        check(name, "reported_whole", "reported_on IS NULL OR (begun_on <= reported_on AND conclusion <> '')"),
        check(name, "closed_after_reported", "closed_on IS NULL OR closed_on >= reported_on"),
        check(name, "canceled_with_a_reason", "canceled_on IS NULL OR (reported_on IS NULL AND note <> '')"),
    )
    corrected_once(name)
    first_of(name, "number", "number")
    found_by(name, "scope_id", "planned_for")
    found_by(name, "root_id")


def answers() -> None:
    name = "audit_answer"
    verdict = one_of("verdict", "conforms", "does_not_conform", "not_applicable", "not_examined")
    op.create_table(
        name,
        *fact(
            sa.Column("audit_id", sa.Uuid(), nullable=False),
            sa.Column("requirement_code", sa.Text(), nullable=False),
            sa.Column("side", one_of("side", "site", "auditor"), nullable=False),
            sa.Column("verdict", verdict, nullable=False),
            sa.Column("said", sa.Text(), nullable=False),
        ),
        *keys(name, audit_id="site_audit"),
    )
    corrected_once(name)
    first_of(name, "first", "audit_id", "requirement_code", "side")
    found_by(name, "audit_id")


def findings() -> None:
    name = "audit_finding"
    op.create_table(
        name,
        *fact(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("audit_id", sa.Uuid(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("severity", one_of("deviationseverity", "critical", "major", "minor"), nullable=False),
            sa.Column("requirement_code", sa.Text(), nullable=False),
            sa.Column("text", sa.Text(), nullable=False),
            sa.Column("deviation_id", sa.Uuid(), nullable=True),
        ),
        *keys(name, root_id=name, audit_id="site_audit", deviation_id="deviation"),
        check(name, "says_what_was_found", "text <> ''"),
    )
    corrected_once(name)
    first_of(name, "number", "audit_id", "number")
    found_by(name, "audit_id")
    found_by(name, "deviation_id")


def responses() -> None:
    name = "audit_response"
    op.create_table(
        name,
        *fact(sa.Column("finding_id", sa.Uuid(), nullable=False), sa.Column("text", sa.Text(), nullable=False)),
        *keys(name, finding_id="audit_finding"),
        check(name, "says_something", "text <> ''"),
    )
    corrected_once(name)
    first_of(name, "first", "finding_id")
    found_by(name, "finding_id")


def files() -> None:
    name = "audit_file"
    op.create_table(
        name,
        *fact(
            sa.Column("audit_id", sa.Uuid(), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("kind", sa.Text(), nullable=False),
            sa.Column("size", sa.Integer(), nullable=False),
            sa.Column("sha256", sa.Text(), nullable=False),
            sa.Column("shows", sa.Text(), nullable=False),
            sa.Column("content", sa.LargeBinary(), nullable=False),
        ),
        *keys(name, audit_id="site_audit"),
        check(name, "says_what_it_shows", "shows <> ''"),
        check(name, "digest_is_sha256", "length(sha256) = 64"),
        check(name, "is_not_empty", "void OR size > 0"),
    )
    corrected_once(name)
    found_by(name, "audit_id")


def shares() -> None:
    name = "audit_share"
    op.create_table(
        name,
        *fact(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("audit_id", sa.Uuid(), nullable=False),
            sa.Column("format", one_of(*FORMAT), nullable=False),
            sa.Column("planned_for", sa.Date(), nullable=False),
            sa.Column("held_on", sa.Date(), nullable=True),
            sa.Column("content", JSONB(), nullable=False),
            sa.Column("digest", sa.Text(), nullable=False),
            sa.Column("accepted_on", sa.Date(), nullable=True),
            sa.Column("declined_on", sa.Date(), nullable=True),
            sa.Column("note", sa.Text(), nullable=False),
        ),
        *keys(name, root_id=name),
        sa.ForeignKeyConstraint(["audit_id"], ["site_audit.id"], name=op.f(f"fk_{name}_audit_id")),
        check(name, "accepted_after_it_was_held", "accepted_on IS NULL OR held_on <= accepted_on"),
        check(name, "accepted_or_declined", "accepted_on IS NULL OR declined_on IS NULL"),
    )
    corrected_once(name)
    found_by(name, "scope_id", "held_on")
    found_by(name, "audit_id")
