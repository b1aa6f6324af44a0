"""Which patients are booked in a location that is to be closed, or were infused there later."""

from collections.abc import Iterable
from datetime import date, datetime

from rems.core.actor import Actor
from rems.patients import queries
from rems.patients.rules import said, when_words
from rems.sites import queries as sites
from rems.sites.models import Location
from rems.sites.tree import left_in


@left_in
def patients(actor: Actor, place: Location, until_on: date, now: datetime) -> Iterable[str]:
    """Whoever may still be infused there under an authorization, and whoever was after the last day."""
    zone = sites.site(actor, place.scope_id).timezone
    for number, valid_until in queries.booked_at(place.id, now):
        yield f"{number} is authorized to be infused there until {when_words(valid_until, zone)}."
    for number, holds_on in queries.infused_at(place.id, after=until_on):
        yield f"{number} was infused there on {said(holds_on)}."
