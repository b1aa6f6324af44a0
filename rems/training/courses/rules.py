"""Courses: in what form their material comes, what stands of an edition, and who was at a live session. Pure."""

from enum import StrEnum

from rems.core.errors import BadInput

LONGEST_MINUTES = 24 * 60


class MaterialForm(StrEnum):
    PAGE = "page"
    FILE = "file"


class EditionState(StrEnum):
    COMING = "coming"
    IN_USE = "in_use"
    WITHDRAWN = "withdrawn"


class Presence(StrEnum):
    """What stands of a person and a live session."""

    REGISTERED = "registered"
    ATTENDED = "attended"
    ABSENT = "absent"
    CANCELED = "canceled"


PRESENCE_WORDS = {
    Presence.REGISTERED: "Registered",
    Presence.ATTENDED: "Attended",
    Presence.ABSENT: "Did not come",
    Presence.CANCELED: "Canceled",
}


def check_minutes(minutes: int) -> None:
    """Raises BadInput for a session that is no session."""
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise BadInput(f"A session lasts 1 to {LONGEST_MINUTES:,} minutes, not {minutes:,}.", "minutes")
