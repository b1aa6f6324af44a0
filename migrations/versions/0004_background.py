"""Other makers' public reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

PROTECTED = """
select protect('import_run', 'reference', '', 'select');
select protect('import_refusal', 'reference', '', 'select', '', false);
select protect('public_report', 'reference', '', 'select', '', false);
select protect('public_drug', 'reference', '', 'select', '', false);
select protect('public_reaction', 'reference', '', 'select', '', false);
select protect('public_word', 'reference', '', 'select', '', false);
"""


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("files", JSONB(), nullable=False),
        sa.Column("cases_read", sa.Integer(), nullable=False),
        sa.Column("cases_taken", sa.Integer(), nullable=False),
        sa.Column("cases_known", sa.Integer(), nullable=False),
        sa.Column("cases_refused", sa.Integer(), nullable=False),
        sa.Column("lines_refused", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "import_refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("primary_id", sa.BigInteger(), nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_refusal_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_refusal")),
    )
    op.create_index("ix_import_refusal_primary_id", "import_refusal", ["primary_id"], unique=False)
    op.create_index("ix_import_refusal_run_id", "import_refusal", ["run_id", "id"], unique=False)
    op.create_table(
        "public_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("primary_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("report_type", sa.Text(), nullable=False),
        sa.Column("event_on", sa.Text(), nullable=False),
        sa.Column("mfr_received", sa.Text(), nullable=False),
        sa.Column("fda_first_received", sa.Text(), nullable=False),
        sa.Column("fda_received", sa.Text(), nullable=False),
        sa.Column("mfr_received_on", sa.Date(), nullable=True),
        sa.Column("fda_received_on", sa.Date(), nullable=True),
        sa.Column("days_taken", sa.Integer(), nullable=True),
        sa.Column("manufacturer", sa.Text(), nullable=False),
        sa.Column("manufacturer_number", sa.Text(), nullable=False),
        sa.Column("literature", sa.Text(), nullable=False),
        sa.Column("age", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("cart", sa.Boolean(), nullable=False),
        sa.Column("special_interest", JSONB(), nullable=False),
        sa.Column("outcomes", JSONB(), nullable=False),
        sa.Column("sources", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_public_report_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_report")),
        sa.UniqueConstraint("primary_id", name=op.f("uq_public_report_primary_id")),
    )
    op.create_index("ix_public_report_case_id", "public_report", ["case_id"], unique=False)
    op.create_index("ix_public_report_page", "public_report", ["fda_received", "id"], unique=False)
    op.create_index(
        "ix_public_report_report_type", "public_report", ["report_type", "fda_received", "id"], unique=False
    )
    op.create_index(
        "ix_public_report_cart",
        "public_report",
        ["fda_received", "id"],
        unique=False,
        postgresql_where=sa.text("cart"),
    )
    op.create_index(
        "ix_public_report_late",
        "public_report",
        ["fda_received", "id"],
        unique=False,
        postgresql_where=sa.text("report_type = 'EXP' AND days_taken > 15"),
    )
    op.create_table(
        "public_drug",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ingredient", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("dose", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("indications", JSONB(), nullable=False),
        sa.Column("therapy", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["public_report.id"], name=op.f("fk_public_drug_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_drug")),
    )
    op.create_index("ix_public_drug_report_id", "public_drug", ["report_id"], unique=False)
    op.create_table(
        "public_reaction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["public_report.id"], name=op.f("fk_public_reaction_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_reaction")),
    )
    op.create_index("ix_public_reaction_group", "public_reaction", ["group"], unique=False)
    op.create_index("ix_public_reaction_report_id", "public_reaction", ["report_id"], unique=False)
    op.create_table(
        "public_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["public_report.id"], name=op.f("fk_public_word_report_id")),
        sa.PrimaryKeyConstraint("word", "report_id", name=op.f("pk_public_word")),
    )
    op.create_index("ix_public_word_report_id", "public_word", ["report_id"], unique=False)
    op.execute(PROTECTED)
