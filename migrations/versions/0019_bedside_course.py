"""The course at the bedside after an infusion: entries, treatments, samples."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"

PROTECTED = """
select protect('bedside_entry');
select protect('bedside_treatment');
select protect('bedside_sample');
"""


def fact(*columns: sa.Column[object]) -> list[sa.Column[object]]:
    """The columns that every fact of a patient has, with its own between them."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ]


def keys(name: str) -> list[sa.Constraint]:
    return [
        *(
            sa.ForeignKeyConstraint(
                [column, "scope_id"], [f"{table}.id", f"{table}.scope_id"], name=op.f(f"fk_{name}_{column}_scope_id")
            )
            for column, table in (("supersedes_id", name), ("patient_id", "patient"))
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f(f"fk_{name}_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", "scope_id", name=op.f(f"uq_{name}_id_scope_id")),
    ]


def check(name: str, what: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{what}"))


def indexes(name: str, moment: str) -> None:
    op.create_index(
        f"uq_{name}_supersedes_id",
        name,
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id", moment], unique=False)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    entries()
    treatments()
    samples()
    op.execute(PROTECTED)


def entries() -> None:
    name = "bedside_entry"
    oxygen = ("none", "low_flow", "blow_by", "high_flow", "mask", "nonrebreather", "venturi", "positive_pressure")
    awake = ("alert", "by_itself", "to_voice", "to_touch", "unarousable")
    op.create_table(
        name,
        *fact(
            sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("temperature_c", sa.Numeric(3, 1), nullable=False),
            sa.Column("systolic", sa.Integer(), nullable=True),
            sa.Column("diastolic", sa.Integer(), nullable=True),
            sa.Column("pressure", one_of("pressure", "holds", "low", "one", "several"), nullable=False),
            sa.Column("vasopressin", sa.Boolean(), nullable=False),
            sa.Column("oxygen", one_of("oxygen", *oxygen), nullable=False),
            sa.Column("airway_only", sa.Boolean(), nullable=False),
            sa.Column("fever_other_cause", sa.Boolean(), nullable=False),
            sa.Column("ice_state", one_of("icestate", "all", "points", "cannot", "not_asked"), nullable=False),
            sa.Column("ice", JSONB(), nullable=False),
            sa.Column("consciousness", one_of("consciousness", *awake), nullable=True),
            sa.Column("seizure", one_of("seizure", "none", "resolved", "prolonged"), nullable=False),
            sa.Column("motor_weakness", sa.Boolean(), nullable=False),
            sa.Column("edema", one_of("edema", "none", "focal", "diffuse"), nullable=False),
        ),
        *keys(name),
        check(name, "temperature_can_be", "temperature_c BETWEEN 25 AND 45"),
        check(name, "pressure_has_both_numbers", "(systolic IS NULL) = (diastolic IS NULL)"),
        check(name, "pressure_can_be", "systolic > diastolic"),
    )
    indexes(name, "seen_at")


def treatments() -> None:
    name = "bedside_treatment"
    kinds = ("tocilizumab", "steroid", "antipyretic", "other_anticytokine", "other")
    op.create_table(
        name,
        *fact(
            sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("kind", one_of("treatmentkind", *kinds), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("dose_mg", sa.Numeric(8, 2), nullable=True),
            sa.Column("lot", sa.Text(), nullable=False),
            sa.Column("vials", sa.Integer(), nullable=True),
        ),
        *keys(name),
        check(name, "dose_is_something", "dose_mg > 0"),
        check(name, "tocilizumab_has_a_dose", "kind <> 'tocilizumab' OR dose_mg IS NOT NULL"),
        check(name, "vials_are_of_a_lot", "(vials IS NULL) = (lot = '')"),
    )
    indexes(name, "given_at")


def samples() -> None:
    name = "bedside_sample"
    op.create_table(
        name,
        *fact(
            sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("marker", sa.Text(), nullable=False),
            sa.Column("bound", sa.Text(), nullable=False),
            sa.Column("value", sa.Numeric(13, 4), nullable=False),
            sa.Column("unit", sa.Text(), nullable=False),
        ),
        *keys(name),
        check(name, "value_is_not_negative", "value >= 0"),
        check(name, "bound_is_one", "bound IN ('', '<', '>')"),
        check(name, "says_of_what", "marker <> '' AND unit <> ''"),
    )
    indexes(name, "taken_at")
