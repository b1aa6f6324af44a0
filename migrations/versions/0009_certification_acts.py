"""Certification by acts: applications, reviews, suspensions, invoked exceptions, overrides of a stop."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"

PROTECTED = """
select protect('certification_act');
select protect('exception_invocation');
select protect('stop_override');
select protect('override_report');
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


def check(name: str, words: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{words}"))


def upgrade() -> None:
    acts()
    exceptions()
    overrides()
    op.execute(PROTECTED)


def acts() -> None:
    name = "certification_act"
    kind = sa.Enum(
        "submitted",
        "returned",
        "certified",
        "suspended",
        "reinstated",
        "decertified",
        name="actkind",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        name,
        *fact(
            sa.Column("kind", kind, nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
            sa.Column("until_on", sa.Date(), nullable=True),
            sa.Column("after_id", sa.Uuid(), nullable=True),
            sa.Column("certificate_id", sa.Uuid(), nullable=True),
            sa.Column("content", JSONB(), nullable=False),
        ),
        *keys(name, after_id=name, certificate_id="certification"),
        check(name, "only_a_certification_has_a_number", "(kind = 'certified') OR certificate_id IS NULL"),
        check(name, "says_why", "kind IN ('submitted', 'certified') OR reason <> ''"),
        check(name, "only_a_suspension_ends_by_itself", "until_on IS NULL OR kind = 'suspended'"),
        check(name, "ends_after_it_begins", "until_on IS NULL OR until_on >= holds_on"),
    )
    corrected_once(name)
    op.create_index(f"ix_{name}_scope_id", name, ["scope_id", "holds_on"], unique=False)
    op.create_index(
        f"uq_{name}_after_id",
        name,
        ["after_id"],
        unique=True,
        postgresql_where=sa.text("after_id IS NOT NULL AND supersedes_id IS NULL"),
    )


def exceptions() -> None:
    name = "exception_invocation"
    op.create_table(
        name,
        *fact(
            sa.Column("exception_code", sa.Text(), nullable=False),
            sa.Column("until_on", sa.Date(), nullable=True),
            sa.Column("condition", sa.Text(), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
            sa.Column("evidence", sa.Text(), nullable=False),
        ),
        *keys(name),
        check(name, "ends_after_it_begins", "until_on IS NULL OR until_on >= holds_on"),
        check(name, "names_an_exception", "exception_code <> ''"),
    )
    corrected_once(name)
    op.create_index(f"ix_{name}_scope_id", name, ["scope_id", "holds_on"], unique=False)


def overrides() -> None:
    name = "stop_override"
    op.create_table(
        name,
        *fact(
            sa.Column("patient_id", sa.Uuid(), nullable=False),
            sa.Column("authorization_id", sa.Uuid(), nullable=False),
            sa.Column("stops", JSONB(), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
        ),
        *keys(name, patient_id="patient", authorization_id="authorization"),
        check(name, "says_why", "reason <> ''"),
    )
    corrected_once(name)
    op.create_index(f"ix_{name}_scope_id", name, ["scope_id", "holds_on"], unique=False)
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id"], unique=False)
    name = "override_report"
    op.create_table(
        name,
        *fact(
            sa.Column("override_id", sa.Uuid(), nullable=False),
            sa.Column("reported_to", sa.Text(), nullable=False),
            sa.Column("reference", sa.Text(), nullable=False),
        ),
        *keys(name, override_id="stop_override"),
        check(name, "says_to_whom", "reported_to <> ''"),
    )
    corrected_once(name)
    op.create_index(f"uq_{name}_override_id", name, ["override_id"], unique=True, postgresql_where=sa.text("NOT void"))
