"""What is reminded of. Pure."""

from enum import StrEnum


class ReminderKind(StrEnum):
    """`ACTION_…` is of a corrective or preventive action, `CHECK_…` of the check whether it was effective."""

    VISIT_CLOSES = "visit_closes"
    VISIT_OVERDUE = "visit_overdue"
    CLOCK_RUNS_OUT = "clock_runs_out"
    LOT_EXPIRES = "lot_expires"
    ACTION_DUE = "action_due"
    ACTION_LATE = "action_late"
    CHECK_DUE = "check_due"
    CHECK_LATE = "check_late"


class ReminderState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"
