"""The only place that reads the clock; below the edge, `now` and `on` are arguments."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rems.core.errors import BadInput


def utcnow() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises BadInput for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones, a name too long
        raise BadInput(
            f'"{name}" is no time zone; write it like America/Chicago or Europe/Berlin', "timezone"
        ) from error


def day_in(zone_name: str, moment: datetime) -> date:
    """The calendar day of a place at that moment. Refuses a moment without a zone (ValueError)."""
    if moment.tzinfo is None:
        raise ValueError("a moment must carry its time zone")
    return moment.astimezone(zone(zone_name)).date()
