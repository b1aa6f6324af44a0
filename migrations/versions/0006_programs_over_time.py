"""Programs over time: which rules, days and exceptions were known when; more kinds of evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

KINDS = (
    "representative-designated", "enrollment-form", "live-training", "material-review", "knowledge-assessment",
    "staff-training", "procedure-new-staff", "procedure-verify-tocilizumab", "site-qualification",
    "tocilizumab-verified", "wallet-card", "alert-card", "case-report", "records-kept", "audit", "registry-consent",
    "traceability", "infusion", "contact", "retraining", "audit-finding",
    "prescribers-certified", "procedure-counseling", "procedure-verify-prescriber", "product-kept", "physicians-trained",
)  # fmt: skip


def upgrade() -> None:
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute("alter table evidence drop constraint ck_evidence_evidencekind")
    op.execute(f"alter table evidence add constraint ck_evidence_evidencekind check (kind in ({listed}))")
    op.add_column("program_version", sa.Column("rules", sa.Text(), nullable=True))
    loaded = sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False)
    op.create_table(
        "rule_exception",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        loaded,
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_rule_exception_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_exception")),
        sa.UniqueConstraint("program_id", "code", name=op.f("uq_rule_exception_program_id_code")),
    )
    op.create_table(
        "program_state",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_program_state_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_state")),
    )
    for table in ("rule_exception", "program_state"):
        op.execute(f"select protect('{table}', 'reference', '', 'select')")
