"""What is reminded of. Pure."""

from enum import StrEnum


class ReminderKind(StrEnum):
    VISIT_CLOSES = "visit_closes"
    VISIT_OVERDUE = "visit_overdue"
    CLOCK_RUNS_OUT = "clock_runs_out"
    LOT_EXPIRES = "lot_expires"


class ReminderState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"
