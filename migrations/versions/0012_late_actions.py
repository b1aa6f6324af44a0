"""Reminders of corrective actions and of their effectiveness checks, before and after their days."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

KINDS = (
    *("visit_closes", "visit_overdue", "clock_runs_out", "lot_expires"),
    *("action_due", "action_late", "check_due", "check_late"),
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_reminder_reminderkind"), "reminder", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_check_constraint(op.f("ck_reminder_reminderkind"), "reminder", f"kind IN ({listed})")
    open_until("due_on", "done_on IS NULL")
    open_until("check_on", "done_on IS NOT NULL AND checked_on IS NULL")


def open_until(column: str, where: str) -> None:
    """So that the clock looks at what is near its day, not at every action there ever was."""
    name = f"ix_corrective_action_{column}"
    op.create_index(name, "corrective_action", [column], unique=False, postgresql_where=sa.text(where))
