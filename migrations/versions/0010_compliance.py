"""Compliance: deviations, and the corrective and preventive actions against them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

PROTECTED = """
select protect('deviation');
select protect('corrective_action');
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


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    deviations()
    actions()
    op.execute(PROTECTED)


def deviations() -> None:
    name = "deviation"
    source = one_of("deviationsource", "audit", "site", "spontaneous", "system", "override")
    op.create_table(
        name,
        *fact(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("source", source, nullable=False),
            sa.Column("severity", one_of("deviationseverity", "critical", "major", "minor"), nullable=False),
            sa.Column("requirement_code", sa.Text(), nullable=False),
            sa.Column("reference", sa.Text(), nullable=False),
            sa.Column("summary", sa.Text(), nullable=False),
            sa.Column("immediate_action", sa.Text(), nullable=False),
            sa.Column("root_cause", sa.Text(), nullable=False),
            sa.Column("closed_on", sa.Date(), nullable=True),
        ),
        *keys(name, root_id=name),
        check(name, "says_what_happened", "summary <> ''"),
        check(name, "says_what_was_done", "immediate_action <> ''"),
        check(name, "closed_after_found", "closed_on >= holds_on"),
        check(name, "closed_with_its_cause", "closed_on IS NULL OR root_cause <> ''"),
    )
    corrected_once(name)
    op.create_index(f"ix_{name}_scope_id", name, ["scope_id", "holds_on"], unique=False)
    op.create_index(f"ix_{name}_root_id", name, ["root_id"], unique=False)


def actions() -> None:
    name = "corrective_action"
    op.create_table(
        name,
        *fact(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("deviation_id", sa.Uuid(), nullable=False),
            sa.Column("kind", one_of("actionkind", "corrective", "preventive"), nullable=False),
            sa.Column("what", sa.Text(), nullable=False),
            sa.Column("owner", sa.Text(), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=False),
            sa.Column("check_on", sa.Date(), nullable=False),
            sa.Column("done_on", sa.Date(), nullable=True),
            sa.Column("done_note", sa.Text(), nullable=False),
            sa.Column("checked_on", sa.Date(), nullable=True),
            sa.Column("effective", sa.Boolean(), nullable=True),
            sa.Column("check_note", sa.Text(), nullable=False),
        ),
        *keys(name, root_id=name, deviation_id="deviation"),
        check(name, "says_what", "what <> ''"),
        check(name, "has_an_owner", "owner <> ''"),
        check(name, "due_after_planned", "due_on >= holds_on"),
        check(name, "checked_after_due", "check_on > due_on"),
        check(name, "done_after_planned", "done_on >= holds_on"),
        check(name, "done_then_checked", "checked_on IS NULL OR (done_on IS NOT NULL AND checked_on >= done_on)"),
        check(name, "a_check_says_what_it_found", "(checked_on IS NULL) = (effective IS NULL)"),
    )
    corrected_once(name)
    op.create_index(f"ix_{name}_scope_id", name, ["scope_id", "due_on"], unique=False)
    op.create_index(f"ix_{name}_deviation_id", name, ["deviation_id"], unique=False)
