"""The tree of a site while it is changed: who waits for whom, what a closed location takes, what is left in one.

Floors above say what they still have in a location that is to be closed:

    @left_in
    def vials(actor: Actor, place: Location, until_on: date, now: datetime) -> Iterable[str]: ...
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text

from rems.core.actor import Actor
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput
from rems.sites import steps
from rems.sites.models import Location
from rems.sites.rules import said

SHARED_TURN = text("select pg_advisory_xact_lock_shared(hashtextextended(:key, 0))")

Left = Callable[[Actor, Location, date, datetime], Iterable[str]]
_asked: list[Left] = []


def left_in(question: Left) -> Left:
    """Register what says, in short sentences, what a location holds or has planned after its last day."""
    _asked.append(question)
    return question


def alone(site_id: UUID) -> None:
    """Wait until nobody else rearranges the locations of this site, or puts something into one of them."""
    require_transaction("rearranging the locations")
    db.session.execute(steps.TURN, {"key": _key(site_id)})


def still(site_id: UUID) -> None:
    """Wait until nobody rearranges the locations of this site; whoever wants to waits for this transaction."""
    require_transaction("using the locations")
    db.session.execute(SHARED_TURN, {"key": _key(site_id)})


def check_open(site_id: UUID, location_id: UUID, on: date) -> None:
    """A location of the site that is open on that day, and stays so while this transaction runs. Raises BadInput."""
    still(site_id)
    query = select(Location).where(Location.scope_id == site_id, Location.id == location_id)
    place = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if place is None:
        raise BadInput("Where: this is no location of the site; choose one of its list.", "location_id")
    if place.until_on is not None and on > place.until_on:
        raise BadInput(
            f"Where: {place.name} was open until {said(place.until_on)}; choose a location that is open on {said(on)}.",
            "location_id",
        )


def parent(known: Sequence[Location], parent_id: UUID) -> Location:
    """The location that another one becomes part of, read after `alone`. Raises BadInput for none, and a closed one."""
    place = next((one for one in known if one.id == parent_id), None)
    if place is None:
        raise BadInput("Part of: this is no location of the site; choose one of the list.", "parent_id")
    if place.until_on is not None:
        raise BadInput(
            f"Part of: {place.name} was open until {said(place.until_on)}; choose a location that is open.", "parent_id"
        )
    return place


def check_empty(by: Actor, place: Location, until_on: date, *, today: date, now: datetime) -> None:
    """Nothing is in a location, or planned there, after its last day. Raises BadInput that says what is."""
    left = [words for question in _asked for words in question(by, place, until_on, now)]
    if left:
        raise BadInput(
            f"Last day: {place.name} cannot be closed on {said(until_on)}. {' '.join(left)} "
            f"First bring away, use or withdraw what is left{'; or name a later day.' if until_on < today else '.'}",
            "until_on",
        )


def _key(site_id: UUID) -> str:
    return f"places {site_id}"
