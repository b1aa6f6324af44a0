"""Programs over time: which rules, days and exceptions were known when; more kinds of evidence."""

from alembic import op

revision = "0006"
down_revision = "0005"

KINDS = (
    "representative-designated", "enrollment-form", "live-training", "material-review", "knowledge-assessment",
    "staff-training", "procedure-new-staff", "procedure-verify-tocilizumab", "site-qualification",
    "tocilizumab-verified", "wallet-card", "alert-card", "case-report", "records-kept", "audit", "registry-consent",
    "traceability", "infusion", "contact", "retraining", "audit-finding",
)  # fmt: skip


def upgrade() -> None:
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute("alter table evidence drop constraint ck_evidence_evidencekind")
    op.execute(f"alter table evidence add constraint ck_evidence_evidencekind check (kind in ({listed}))")
