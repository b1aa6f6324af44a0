"""The day and the knowledge a page is asked for: `?as_of=2021-12-15&known_at=2022-01-31T00:00Z`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from flask import g, request, url_for

from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.web.days import WRITE_A_DAY, end_of, read_day
from rems.web.filters import exact_moment, long_day


@dataclass(frozen=True)
class NotToday:
    """What the bar of a page that shows another day says and where its links lead."""

    sentence: str
    change_url: str
    back_url: str


def current_lens(zone: str = "UTC") -> Lens:
    """The lens of this request; without the two words: today in `zone` (IANA name), with all that is known now.

    The layout shows the not-today bar when the view has asked for the lens. Raises BadInput.
    """
    now = utcnow()
    today = day_in(zone, now)
    asked_day, asked_moment = request.args.get("as_of", "").strip(), request.args.get("known_at", "").strip()
    day = read_day(asked_day) if asked_day else today
    if day is None:
        raise BadInput(f'as_of "{asked_day}" is no date; {WRITE_A_DAY}', "as_of")
    known_at = read_known_at(asked_moment, zone, now=now) if asked_moment else None
    lens = Lens(day, known_at)
    g.rems_lens_bar = None if day == today and known_at is None else not_today(lens, zone)
    return lens


def read_known_at(text: str, zone: str, *, now: datetime) -> datetime:
    """A moment with its zone, or a day of `zone`: then all of that day is known. Raises BadInput."""
    if (day := read_day(text)) is not None:
        return min(end_of(day, zone), now)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)  # a bare + reads as a space
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            f'known_at "{text}" is no moment with its zone; write it like 2022-01-31T16:20Z or 2022-01-31', "known_at"
        )
    if moment > now:
        raise BadInput(f"known_at {text} has not come yet; leave it out to ask for all that is known now", "known_at")
    return moment.astimezone(UTC)


def not_today(lens: Lens, zone: str) -> NotToday:
    known = f", as known on {exact_moment(lens.known_at, zone)}" if lens.known_at else ""
    here = request.full_path.rstrip("?")
    rest = [(k, v) for k, v in request.args.items(multi=True) if k not in {"as_of", "known_at"}]
    back = f"{request.path}?{urlencode(rest)}" if rest else request.path
    return NotToday(f"This page shows {long_day(lens.as_of)}{known}.", url_for("anyday.choose", next=here), back)


def keep_lens(url: str) -> str:
    """The same link, keeping the asked day and knowledge of this page."""
    kept = [(word, request.args[word]) for word in ("as_of", "known_at") if request.args.get(word)]
    if not kept:
        return url
    parts = urlsplit(url)
    return parts._replace(query="&".join(filter(None, [parts.query, urlencode(kept)]))).geturl()
