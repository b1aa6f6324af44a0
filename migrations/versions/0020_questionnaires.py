"""Questionnaires and their answers at visits, links for patients, sample kits; of an event, where it came to light."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"

PROTECTED = """
select protect('questionnaire_asked');
select protect('visit_answers');
select protect('answer_link');
select protect('sample_kit');
select protect('kit_step');
"""

Column = sa.Column[object]


def upgrade() -> None:
    op.add_column("adverse_event", sa.Column("came_from", sa.Text(), server_default=sa.text("''"), nullable=False))
    asked()
    answers()
    links()
    kits()
    op.execute(PROTECTED)


def fact(*columns: Column) -> list[Column]:
    """The columns that every fact has, with its own between them."""
    return [
        *scoped(),
        sa.Column("holds_on", sa.Date(), nullable=False),
        *columns,
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ]


def scoped() -> list[Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
    ]


def words(*names: str) -> list[Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def uuids(*names: str) -> list[Column]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in names]


def keys(name: str, **others: str) -> list[sa.Constraint]:
    """The keys of a row of a site; `others` are columns that name a row of the same scope."""
    return [
        *(
            sa.ForeignKeyConstraint(
                [column, "scope_id"], [f"{table}.id", f"{table}.scope_id"], name=op.f(f"fk_{name}_{column}_scope_id")
            )
            for column, table in others.items()
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f(f"fk_{name}_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", "scope_id", name=op.f(f"uq_{name}_id_scope_id")),
    ]


def check(name: str, said: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{said}"))


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def corrected_once(name: str) -> None:
    where = sa.text("supersedes_id IS NOT NULL")
    op.create_index(f"uq_{name}_supersedes_id", name, ["supersedes_id"], unique=True, postgresql_where=where)


def first_of(name: str, said: str, *columns: str) -> None:
    """Of these columns' values there is one first state."""
    where = sa.text("supersedes_id IS NULL")
    op.create_index(f"uq_{name}_{said}", name, list(columns), unique=True, postgresql_where=where)


def asked() -> None:
    name = "questionnaire_asked"
    op.create_table(
        name,
        *scoped(),
        *words("code"),
        sa.Column("version", sa.Integer(), nullable=False),
        *words("digest"),
        sa.Column("content", JSONB(), nullable=False),
        *keys(name),
        sa.UniqueConstraint("scope_id", "code", "version", name=op.f(f"uq_{name}_scope_id_code_version")),
        check(name, "digest_is_sha256", "length(digest) = 64"),
    )


def answers() -> None:
    name = "visit_answers"
    op.create_table(
        name,
        *fact(
            *uuids("root_id", "patient_id"),
            *words("visit_code", "code"),
            *uuids("asked_id"),
            sa.Column("state", one_of("answersstate", "half_done", "finished"), nullable=False),
            sa.Column("given_by", one_of("givenby", "site", "patient"), nullable=False),
            sa.Column("answers", JSONB(), nullable=False),
            *words("reason"),
            sa.Column("event_id", sa.Uuid(), nullable=True),
        ),
        *keys(
            name,
            supersedes_id=name,
            root_id=name,
            patient_id="patient",
            asked_id="questionnaire_asked",
            event_id="adverse_event",
        ),
        check(name, "has_a_visit", "visit_code <> ''"),
    )
    corrected_once(name)
    first_of(name, "first", "scope_id", "patient_id", "visit_code", "code")
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id", "visit_code"], unique=False)


def links() -> None:
    name = "answer_link"
    outcomes = one_of("linkoutcome", "waiting", "taken_over", "set_aside")
    op.create_table(
        name,
        *fact(
            *uuids("root_id", "patient_id"),
            *words("visit_code"),
            sa.Column("asked", JSONB(), nullable=False),
            *words("token_digest"),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("used", sa.Boolean(), nullable=False),
            sa.Column("canceled", sa.Boolean(), nullable=False),
            sa.Column("answered_on", sa.Date(), nullable=True),
            sa.Column("answers", JSONB(), nullable=False),
            sa.Column("outcome", outcomes, nullable=False),
            *words("note"),
        ),
        *keys(name, supersedes_id=name, root_id=name, patient_id="patient"),
        check(name, "digest_is_sha256", "length(token_digest) = 64"),
        check(name, "used_or_canceled", "NOT (used AND canceled)"),
        check(name, "used_on_a_day", "used = (answered_on IS NOT NULL)"),
        check(name, "looked_at_when_used", "used OR outcome = 'waiting'"),
    )
    corrected_once(name)
    first_of(name, "token_digest", "token_digest")
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id", "visit_code"], unique=False)


def kits() -> None:
    name = "sample_kit"
    op.create_table(
        name,
        *fact(*uuids("patient_id", "event_id"), *words("visit_code")),
        *keys(name, supersedes_id=name, patient_id="patient", event_id="adverse_event"),
    )
    corrected_once(name)
    first_of(name, "event", "scope_id", "event_id")
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id"], unique=False)
    name = "kit_step"
    stages = ("ordered", "sent", "at_site", "sampled", "shipped", "at_laboratory", "result")
    op.create_table(
        name,
        *fact(
            *uuids("kit_id"),
            sa.Column("stage", one_of("kitstage", *stages), nullable=False),
            *words("who", "reference", "note", "reason"),
        ),
        *keys(name, supersedes_id=name, kit_id="sample_kit"),
        check(name, "says_who", "who <> ''"),
        check(name, "corrected_for_a_reason", "supersedes_id IS NULL OR reason <> ''"),
    )
    corrected_once(name)
    first_of(name, "first", "scope_id", "kit_id", "stage")
