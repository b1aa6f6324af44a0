"""Who a patient is, for the site alone; who opened it; the cards that lead to the site; guesses at their codes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

# What is sealed never enters the trail, not even as it is kept: a value that was sealed anew would stay readable there.
PROTECTED = """
select protect('patient_identity', 'scope', 'scope_id', 'select, insert', 'details,birth_date');
select same_site('patient_identity', 'patient_id', 'patient');
select protect('identity_opening');
select protect('wallet_card', 'scope', 'scope_id', 'select, insert', 'code_digest');
select protect('card_guess', 'admin', '');
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


def unique_where(name: str, where: str, *columns: str) -> None:
    op.create_index(f"uq_{name}_{columns[-1]}", name, list(columns), unique=True, postgresql_where=sa.text(where))


def check(name: str, words: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{words}"))


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    identities()
    openings()
    cards()
    guesses()
    op.execute(PROTECTED)


def identities() -> None:
    name = "patient_identity"
    op.create_table(
        name,
        *fact(
            sa.Column("patient_id", sa.Uuid(), nullable=False),
            sa.Column("details", sa.LargeBinary(), nullable=False),
            sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        ),
        *keys(name),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f(f"fk_{name}_patient_id")),
        check(name, "is_the_sites_alone", "program_id IS NULL"),
    )
    unique_where(name, "supersedes_id IS NOT NULL", "supersedes_id")
    unique_where(name, "supersedes_id IS NULL", "scope_id", "patient_id")


def openings() -> None:
    name = "identity_opening"
    purposes = ("follow_up", "appointment", "safety", "lost", "request", "correction", "other")
    op.create_table(
        name,
        *fact(
            sa.Column("patient_id", sa.Uuid(), nullable=False),
            sa.Column("purpose", one_of("purpose", *purposes), nullable=False),
            sa.Column("words", sa.Text(), nullable=False),
        ),
        *keys(name, patient_id="patient"),
        check(name, "says_why", "words <> ''"),
    )
    unique_where(name, "supersedes_id IS NOT NULL", "supersedes_id")
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id", "recorded_at"], unique=False)


def cards() -> None:
    name = "wallet_card"
    op.create_table(
        name,
        *fact(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("patient_id", sa.Uuid(), nullable=False),
            sa.Column("code_digest", sa.Text(), nullable=False),
            sa.Column("state", one_of("cardstate", "valid", "replaced", "revoked"), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
        ),
        *keys(name, root_id=name, patient_id="patient"),
        check(name, "digest_is_sha256", "length(code_digest) = 64"),
        check(name, "revoked_for_a_reason", "state <> 'revoked' OR reason <> ''"),
    )
    unique_where(name, "supersedes_id IS NOT NULL", "supersedes_id")
    unique_where(name, "supersedes_id IS NULL", "code_digest")
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id"], unique=False)


def guesses() -> None:
    name = "card_guess"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_address", name, ["address", "recorded_at"], unique=False)
