"""What of the stock is left in a location that is to be closed."""

from collections.abc import Iterable
from datetime import date, datetime

from rems.core.actor import Actor
from rems.sites.models import Location
from rems.sites.tree import left_in
from rems.stock import ledger, queries


@left_in
def vials(actor: Actor, place: Location, until_on: date, now: datetime) -> Iterable[str]:
    """The vials there at the end of the last day or later."""
    if words := ledger.left_there(queries.changes_at(place.scope_id, place.id), from_on=until_on):
        yield words
