"""Patients, rescue medicine, follow-up, adverse events and reminders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

PROTECTED = """
create sequence case_number;
grant usage on sequence case_number to rems_app;
select protect('patient', 'scope', 'scope_id', 'select, insert, update');
select protect('patient_fact');
select protect('authorization');
select protect('infusion');
select protect('stock_lot', 'site');
select protect('stock_movement', 'site');
select protect('reservation', 'site');
select protect('visit');
select protect('adverse_event');
select protect('reminder', 'scope', 'scope_id', 'select, insert, update');
select protect('report_made');
select protect('planned_visit', 'scope', 'scope_id', 'select, insert, update, delete', '', false);
select protect('deadline', 'scope', 'scope_id', 'select, insert, update, delete', '', false);
select same_site('authorization', 'location_id', 'location');
select same_site('infusion', 'location_id', 'location');
select same_site('stock_movement', 'patient_id', 'patient');
select same_site('reservation', 'patient_id', 'patient');
"""


def upgrade() -> None:
    op.create_table(
        "patient",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("female", "male", "unknown", name="sex", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("indication", sa.Text(), nullable=False),
        sa.Column("prior_lines", sa.Integer(), nullable=True),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("planned_infusion_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number <> ''", name=op.f("ck_patient_has_a_number")),
        sa.CheckConstraint("birth_year BETWEEN 1900 AND 2100", name=op.f("ck_patient_birth_year_is_a_year")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_patient_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_patient_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_patient_id_scope_id")),
        sa.UniqueConstraint("scope_id", "number", name=op.f("uq_patient_scope_id_number")),
    )
    op.create_index("ix_patient_folded", "patient", ["scope_id", "folded"], unique=False)
    op.create_index(
        "ix_patient_page",
        "patient",
        [sa.literal_column("enrolled_on DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_patient_scope_page",
        "patient",
        ["scope_id", sa.literal_column("enrolled_on DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "visit_closes",
                "visit_overdue",
                "clock_runs_out",
                "lot_expires",
                name="reminderkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned", "sent", "failed", name="reminderstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_reminder_sent_has_a_moment")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_reminder_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_reminder_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_account_id", "reminder", ["account_id", "due_on"], unique=False)
    op.create_index(
        "uq_reminder_key", "reminder", ["scope_id", "subject_id", "kind", "due_on", "account_id"], unique=True
    )
    op.create_table(
        "authorization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", JSONB(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "scope_id"],
            ["patient.id", "patient.scope_id"],
            name=op.f("fk_authorization_patient_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_authorization_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_authorization_location_id")),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_authorization_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["authorization.id", "authorization.scope_id"],
            name=op.f("fk_authorization_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorization")),
        sa.UniqueConstraint("code", name=op.f("uq_authorization_code")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_authorization_id_scope_id")),
    )
    op.create_index("ix_authorization_patient_id", "authorization", ["patient_id"], unique=False)
    op.create_index(
        "uq_authorization_supersedes_id",
        "authorization",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "infusion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("authorization_id", sa.Uuid(), nullable=False),
        sa.Column("infused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("bags", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("bags > 0", name=op.f("ck_infusion_gives_something")),
        sa.ForeignKeyConstraint(
            ["authorization_id", "scope_id"],
            ["authorization.id", "authorization.scope_id"],
            name=op.f("fk_infusion_authorization_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "scope_id"], ["patient.id", "patient.scope_id"], name=op.f("fk_infusion_patient_id_scope_id")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_infusion_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_infusion_location_id")),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_infusion_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["infusion.id", "infusion.scope_id"],
            name=op.f("fk_infusion_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infusion")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_infusion_id_scope_id")),
    )
    op.create_index("ix_infusion_patient_id", "infusion", ["patient_id"], unique=False)
    op.create_index("ix_infusion_scope_id", "infusion", ["scope_id", "holds_on"], unique=False)
    op.create_index(
        "uq_infusion_supersedes_id",
        "infusion",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "adverse_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("infusion_id", sa.Uuid(), nullable=True),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("seriousness", JSONB(), nullable=False),
        sa.Column("not_serious_reason", sa.Text(), nullable=False),
        sa.Column("expected", sa.Boolean(), nullable=True),
        sa.Column("grade_system", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("computed_grade", sa.Integer(), nullable=True),
        sa.Column("grade_inputs", JSONB(), nullable=True),
        sa.Column("grade_steps", JSONB(), nullable=False),
        sa.Column("grade_reason", sa.Text(), nullable=False),
        sa.Column("site_aware_on", sa.Date(), nullable=False),
        sa.Column("day_zero", sa.Date(), nullable=False),
        sa.Column("day_zero_zone", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "grade IS NOT DISTINCT FROM computed_grade OR computed_grade IS NULL OR grade_reason <> ''",
            name=op.f("ck_adverse_event_difference_has_a_reason"),
        ),
        sa.CheckConstraint("term <> ''", name=op.f("ck_adverse_event_says_what_happened")),
        sa.CheckConstraint("computed_grade BETWEEN 0 AND 5", name=op.f("ck_adverse_event_computed_grade_is_a_grade")),
        sa.CheckConstraint("day_zero >= site_aware_on - 1", name=op.f("ck_adverse_event_company_after_site")),
        sa.CheckConstraint("grade BETWEEN 0 AND 5", name=op.f("ck_adverse_event_grade_is_a_grade")),
        sa.CheckConstraint("site_aware_on >= holds_on", name=op.f("ck_adverse_event_aware_after_onset")),
        sa.ForeignKeyConstraint(
            ["infusion_id", "scope_id"],
            ["infusion.id", "infusion.scope_id"],
            name=op.f("fk_adverse_event_infusion_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "scope_id"],
            ["patient.id", "patient.scope_id"],
            name=op.f("fk_adverse_event_patient_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_adverse_event_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_adverse_event_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["adverse_event.id", "adverse_event.scope_id"],
            name=op.f("fk_adverse_event_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_adverse_event_id_scope_id")),
    )
    op.create_index(op.f("ix_adverse_event_case_number"), "adverse_event", ["case_number"], unique=False)
    op.create_index("ix_adverse_event_patient_id", "adverse_event", ["patient_id"], unique=False)
    op.create_index("ix_adverse_event_scope_id", "adverse_event", ["scope_id", "day_zero"], unique=False)
    op.create_index(
        "uq_adverse_event_supersedes_id",
        "adverse_event",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "patient_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weight_kg", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("detail", JSONB(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "kind <> 'weight' OR weight_kg BETWEEN 1 AND 400", name=op.f("ck_patient_fact_weight_is_a_weight")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "scope_id"],
            ["patient.id", "patient.scope_id"],
            name=op.f("fk_patient_fact_patient_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_patient_fact_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_patient_fact_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["patient_fact.id", "patient_fact.scope_id"],
            name=op.f("fk_patient_fact_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_fact")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_patient_fact_id_scope_id")),
    )
    op.create_index("ix_patient_fact_patient_id", "patient_fact", ["patient_id", "kind", "holds_on"], unique=False)
    op.create_index(
        "uq_patient_fact_supersedes_id",
        "patient_fact",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "planned_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "scope_id"],
            ["patient.id", "patient.scope_id"],
            name=op.f("fk_planned_visit_patient_id_scope_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_planned_visit_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_planned_visit_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_visit")),
    )
    op.create_index(
        "ix_planned_visit_closes_on", "planned_visit", ["closes_on"], unique=False, postgresql_where="held_on IS NULL"
    )
    op.create_index(
        "ix_planned_visit_due",
        "planned_visit",
        ["scope_id", "closes_on"],
        unique=False,
        postgresql_where="held_on IS NULL",
    )
    op.create_index("ix_planned_visit_scope_id", "planned_visit", ["scope_id", "target_on"], unique=False)
    op.create_index("uq_planned_visit_patient_id_code", "planned_visit", ["patient_id", "code"], unique=True)
    op.create_table(
        "stock_lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("strength_mg", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.CheckConstraint("lot <> ''", name=op.f("ck_stock_lot_has_a_number")),
        sa.CheckConstraint("strength_mg IN (80, 200, 400)", name=op.f("ck_stock_lot_strength_is_made")),
        sa.ForeignKeyConstraint(
            ["location_id", "scope_id"],
            ["location.id", "location.scope_id"],
            name=op.f("fk_stock_lot_location_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_stock_lot_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_stock_lot_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_lot")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_stock_lot_id_scope_id")),
        sa.UniqueConstraint(
            "scope_id",
            "location_id",
            "lot",
            "strength_mg",
            "expires_on",
            name=op.f("uq_stock_lot_scope_id_location_id_lot_strength_mg_expires_on"),
        ),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "contact",
            sa.Enum(
                "on_site",
                "other_clinic",
                "phone",
                "letter",
                "registry",
                name="contactkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "survival",
            sa.Enum("alive", "dead", "unknown", name="survival", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_visit_has_a_code")),
        sa.ForeignKeyConstraint(
            ["patient_id", "scope_id"], ["patient.id", "patient.scope_id"], name=op.f("fk_visit_patient_id_scope_id")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_visit_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_visit_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"], ["visit.id", "visit.scope_id"], name=op.f("fk_visit_supersedes_id_scope_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_visit_id_scope_id")),
    )
    op.create_index("ix_visit_patient_id", "visit", ["patient_id", "code"], unique=False)
    op.create_index(
        "uq_visit_supersedes_id",
        "visit",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("cite", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "scope_id"],
            ["adverse_event.id", "adverse_event.scope_id"],
            name=op.f("fk_deadline_event_id_scope_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_deadline_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_deadline_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_due_on", "deadline", ["due_on"], unique=False)
    op.create_index("uq_deadline_event_id_code", "deadline", ["event_id", "code"], unique=True)
    op.create_table(
        "reservation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("dose_number", sa.Integer(), nullable=False),
        sa.Column("vials", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("dose_number > 0", name=op.f("ck_reservation_counts_doses")),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= holds_on", name=op.f("ck_reservation_ends_after_it_begins")
        ),
        sa.CheckConstraint("vials > 0", name=op.f("ck_reservation_holds_something")),
        sa.ForeignKeyConstraint(
            ["lot_id", "scope_id"], ["stock_lot.id", "stock_lot.scope_id"], name=op.f("fk_reservation_lot_id_scope_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reservation_patient_id")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_reservation_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_reservation_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["reservation.id", "reservation.scope_id"],
            name=op.f("fk_reservation_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_reservation_id_scope_id")),
    )
    op.create_index("ix_reservation_lot_id", "reservation", ["lot_id"], unique=False)
    op.create_index("ix_reservation_patient_id", "reservation", ["patient_id"], unique=False)
    op.create_index(
        "uq_reservation_supersedes_id",
        "reservation",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "receipt",
                "used",
                "wasted",
                "expired",
                "returned",
                "transfer_out",
                "transfer_in",
                "count_adjustment",
                name="movementkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("vials", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'used') = (patient_id IS NOT NULL)", name=op.f("ck_stock_movement_used_for_someone")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('receipt', 'transfer_in') OR vials > 0", name=op.f("ck_stock_movement_arrivals_add")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('used', 'wasted', 'expired', 'returned', 'transfer_out') OR vials < 0",
            name=op.f("ck_stock_movement_departures_take"),
        ),
        sa.CheckConstraint("vials <> 0", name=op.f("ck_stock_movement_moves_something")),
        sa.ForeignKeyConstraint(
            ["lot_id", "scope_id"],
            ["stock_lot.id", "stock_lot.scope_id"],
            name=op.f("fk_stock_movement_lot_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_stock_movement_patient_id")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_stock_movement_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_stock_movement_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["stock_movement.id", "stock_movement.scope_id"],
            name=op.f("fk_stock_movement_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_stock_movement_id_scope_id")),
    )
    op.create_index("ix_stock_movement_lot_id", "stock_movement", ["lot_id", "holds_on"], unique=False)
    op.create_index(
        "uq_stock_movement_supersedes_id",
        "stock_movement",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "report_made",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("made_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_report_made_digest_is_sha256")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_report_made_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_report_made_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_made")),
    )
    op.create_index("ix_report_made_scope_id", "report_made", ["scope_id", "made_at"], unique=False)
    op.execute(PROTECTED)
