"""Who came to a live session: whoever was there was trained on its day, and is not any more once that is taken back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from rems.access.rules import Permission, can
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound, StaleRecord
from rems.core.states import CHANGED, next_state, take_turn
from rems.evidence import queries as evidence
from rems.evidence import steps as proofs
from rems.sites import queries as sites
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.training import people, steps
from rems.training.courses import queries
from rems.training.courses.models import LiveSession, SessionPlace
from rems.training.courses.rules import Presence
from rems.training.courses.sessions import check_held, check_there, holds


def attend(session_id: UUID, said: Mapping[UUID, Presence], *, by: Actor, now: datetime) -> int:
    """Say of people whether they came, by the state of each place that the page showed. Returns how many came newly.

    What is said as the page showed it changes nothing. A word said before may be said otherwise: the training of
    somebody who did not come after all is taken back. Raises NotFound, NotAllowed, BadInput for somebody who did not
    work there that day, IllegalMove before the session has begun, StaleRecord.
    """
    with transaction(by, "courses.take_attendance", at=now):
        take_turn("session", session_id)
        row = queries.session(session_id)
        check_held(row)
        changed = _changed(session_id, said)
        came = [place for place, presence in changed if presence is Presence.ATTENDED]
        staff = people.by_key([place.staff_member_id for place in came])
        for place, presence in changed:
            _require_word(row, place, presence, by)
            if presence in (Presence.ATTENDED, Presence.ABSENT) and now < row.begins_at:
                raise IllegalMove("The session has not begun, so nobody has attended it.")
            _take_back(place)
            training = None
            if presence is Presence.ATTENDED:
                entry = sites.entry_of_scope(by, place.scope_id)
                training = _trained(row, entry, staff.get(place.staff_member_id))
            next_state(place, presence=presence, training_id=training)
    return len(came)


def _changed(session_id: UUID, said: Mapping[UUID, Presence]) -> list[tuple[SessionPlace, Presence]]:
    """The places of which something else is said than the page showed. Raises NotFound, StaleRecord."""
    newest = {place.root_id: place for place in queries.places(session_id)}
    shown = queries.shown(session_id, said)
    found = []
    for key, presence in said.items():
        if (place := shown.get(key)) is None:
            raise NotFound("There is no such place at this session, or it is not yours to see.")
        now = newest[place.root_id]
        if presence in (place.presence, now.presence):  # nothing new is said, or somebody said the same meanwhile
            continue
        if now.id != key:
            raise StaleRecord(CHANGED)
        found.append((place, presence))
    return found


def _require_word(row: LiveSession, place: SessionPlace, presence: Presence, by: Actor) -> None:
    """Who was there is said by whoever holds the session; a site cancels places of its people that are open."""
    own = can(by, Permission.TRAINING_RECORD, scope_id=place.scope_id)
    gives_up = (place.presence, presence) == (Presence.REGISTERED, Presence.CANCELED)
    if not holds(row, by) and not (own and gives_up):
        raise NotAllowed("Whoever holds the session says who was there. A site may cancel the places of its people.")


def _take_back(place: SessionPlace) -> None:
    """What attending had made, and every program that it served."""
    if place.training_id is None:
        return
    steps.take_back("training_record", place.training_id)
    for piece in evidence.from_source(place.site_id, "training_record", place.training_id):
        proofs.take_back(piece)


def _trained(row: LiveSession, entry: Entry, who: StaffMember | None) -> UUID:
    if who is None:
        raise BadInput("Somebody who is not on the staff list any more cannot have come; say that they did not.")
    check_there(who, row.holds_on)
    material = f"{row.title}, live session with {row.trainer}"
    return steps.trained(entry, who, row.kind, holds_on=row.holds_on, material=material).source_id
