"""Turns of a follow-up (another track, lost, found, handed on, completed), attempts to reach a patient, offers."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

PROTECTED = """
select protect('followup_turn');
select protect('contact_attempt');
select protect('handover_offer');
"""


def upgrade() -> None:
    turn = one_of("turnkind", "track", "lost", "found", "handed_on", "completed")
    table(
        "followup_turn",
        sa.Column("kind", turn, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("track", "reason")),
        rules={"says_why": "reason <> ''", "track_where_it_is_one": "(kind = 'track') = (track <> '')"},
    )
    op.create_index("ix_followup_turn_scope_id", "followup_turn", ["scope_id", "kind"], unique=False)
    newest, lost = [sa.text("holds_on DESC"), sa.text("id DESC")], sa.text("kind = 'lost'")
    op.create_index("ix_followup_turn_lost", "followup_turn", newest, postgresql_where=lost)
    table(
        "contact_attempt",
        sa.Column("way", one_of("way", *WAYS), nullable=False),
        sa.Column("outcome", one_of("outcome", "not_reached", "reached", "no_record"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        rules={},
    )
    table(
        "handover_offer",
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("taken", "withdrawn")),
        rules={
            "says_why": "reason <> ''",
            "digest_is_sha256": "length(code_digest) = 64",
            "taken_or_withdrawn": "NOT (taken AND withdrawn)",
        },
        days=(),
        root=True,
    )
    first = sa.text("supersedes_id IS NULL")
    op.create_index(
        "uq_handover_offer_code_digest", "handover_offer", ["code_digest"], unique=True, postgresql_where=first
    )
    op.add_column("patient", sa.Column("came_from_id", sa.Uuid(), nullable=True))
    op.execute(PROTECTED)


WAYS = ("call", "letter", "mail", "relative", "physician", "vital_status")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def table(
    name: str,
    *columns: sa.Column[object],
    rules: dict[str, str],
    days: tuple[str, ...] = ("holds_on",),
    root: bool = False,
) -> None:
    """A fact about a patient, with what every fact has; found by the patient and these `days`."""
    others = [("supersedes_id", name), ("patient_id", "patient"), *([("root_id", name)] if root else [])]
    op.create_table(
        name,
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
        *(
            sa.ForeignKeyConstraint(
                [column, "scope_id"], [f"{other}.id", f"{other}.scope_id"], name=op.f(f"fk_{name}_{column}_scope_id")
            )
            for column, other in others
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f(f"fk_{name}_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", "scope_id", name=op.f(f"uq_{name}_id_scope_id")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{words}")) for words, rule in rules.items()),
    )
    where = sa.text("supersedes_id IS NOT NULL")
    op.create_index(f"uq_{name}_supersedes_id", name, ["supersedes_id"], unique=True, postgresql_where=where)
    op.create_index(f"ix_{name}_patient_id", name, ["patient_id", *days], unique=False)
