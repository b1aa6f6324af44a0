"""Training from a sponsor's own system: taken once by its number there; what its courses count as, how its lists read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"

PROTECTED = """
select protect('course_mapping');
select protect('list_format');
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


def keys(name: str, *own: str) -> list[sa.Constraint]:
    """The keys that every fact has; `own` are columns that name a row of the same table and scope."""
    return [
        *(
            sa.ForeignKeyConstraint(
                [column, "scope_id"], [f"{name}.id", f"{name}.scope_id"], name=op.f(f"fk_{name}_{column}_scope_id")
            )
            for column in ("supersedes_id", *own)
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f(f"fk_{name}_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", "scope_id", name=op.f(f"uq_{name}_id_scope_id")),
    ]


def unique_where(name: str, column: str, where: str, *, scoped: bool = True) -> None:
    columns = ["scope_id", column] if scoped else [column]
    op.create_index(f"uq_{name}_{column}", name, columns, unique=True, postgresql_where=sa.text(where))


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    for name in ("training_record", "assessment_attempt"):
        op.add_column(name, sa.Column("came_as", sa.Text(), server_default=sa.text("''"), nullable=False))
        unique_where(name, "came_as", "came_as <> '' AND supersedes_id IS NULL")
    courses()
    formats()
    op.execute(PROTECTED)


def courses() -> None:
    name = "course_mapping"
    kinds = one_of("countsas", "live-training", "material-review", "staff-training", "assessment", "nothing")
    op.create_table(
        name,
        *fact(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("called", sa.Text(), nullable=False),
            sa.Column("title", sa.Text(), nullable=False),
            sa.Column("counts_as", kinds, nullable=False),
        ),
        *keys(name, "root_id"),
        sa.CheckConstraint("called <> ''", name=op.f(f"ck_{name}_is_called_something")),
    )
    unique_where(name, "supersedes_id", "supersedes_id IS NOT NULL", scoped=False)
    unique_where(name, "called", "supersedes_id IS NULL")
    op.create_index(f"ix_{name}_root_id", name, ["root_id"], unique=False)


def formats() -> None:
    name = "list_format"
    op.create_table(
        name,
        *fact(
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("columns", JSONB(), nullable=False),
            sa.Column("day_format", one_of("dayformat", "iso", "us", "day_first", "dotted"), nullable=False),
        ),
        *keys(name),
        sa.CheckConstraint("name <> ''", name=op.f(f"ck_{name}_has_a_name")),
    )
    unique_where(name, "supersedes_id", "supersedes_id IS NOT NULL", scoped=False)
    unique_where(name, "name", "supersedes_id IS NULL")
