"""Print a wallet card with a code of its own, revoke it, and look up where a code leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from rems.access.queries import WINDOW
from rems.access.rules import Permission, require
from rems.access.steps import TooSoon
from rems.access.waiting import Failures, wait_for_address
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import IllegalMove, Incomplete, NotFound
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state
from rems.patients import queries as patients
from rems.patients import records
from rems.patients.identity import queries, rules
from rems.patients.identity.models import CardGuess, CardState, WalletCard
from rems.patients.identity.papers import CardContent, card_content
from rems.patients.steps import alone

DOOR = Actor.system("wallet cards")  # in whose name a code is looked up: nobody is signed in
TURN = text("select pg_advisory_xact_lock(hashtextextended('wallet card ' || :address, 0))")
NO_CARD = "There is no wallet card with this code. Type it as it is printed: eight letters and digits."
LONGEST_ADDRESS = 100


@dataclass(frozen=True)
class Shown:
    """Where a code leads: the site and its number; of the patient only the product. `over`: what became of the card."""

    site: str
    city: str
    phone: str
    product: str
    over: str


def make_card(patient_id: UUID, *, by: Actor, now: datetime) -> tuple[str, CardContent]:
    """A new card: its code, which is not kept, and what it says. The card before it is replaced.

    Raises NotFound, NotAllowed, Incomplete while the site has no number that answers day and night.
    """
    with transaction(by, "identity.make_card", at=now):
        patient = patients.patient(by, patient_id)
        require(by, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id)
        alone(patient_id)
        place = patients.place(by, patient.scope_id)
        today = day_in(place.site.timezone, now)
        lens = Lens(today)
        contact = queries.around_the_clock(place.site.id, lens)
        if contact is None:
            raise Incomplete(
                f"{place.site.name} has no number that answers day and night, and the card would lead nowhere. "
                "Add a contact of the site for around the clock, with its phone, on the page of the site."
            )
        for old in queries.cards(patient_id):
            if old.state is CardState.VALID:
                next_state(old, holds_on=today, state=CardState.REPLACED)
        same = {"scope_id": patient.scope_id, "program_id": patient.program_id, "patient_id": patient_id}
        code = _keep_new({**same, "holds_on": today, "state": CardState.VALID, "reason": "", "void": False})
        content = card_content(patient, place, patients.infusion(patient_id, lens), contact.phone)
    return code, content


def _keep_new(values: Mapping[str, Any]) -> str:
    """Keep a card under a code that no other has. A code that is taken, also unseen, is drawn anew."""
    for _ in range(100):
        code, key = rules.new_code(), uuid7()
        row = {"id": key, "root_id": key, "code_digest": rules.digest_of(code), **values}
        query = (
            insert(WalletCard)
            .values(row)
            .on_conflict_do_nothing(index_elements=["code_digest"], index_where=WalletCard.supersedes_id.is_(None))
        )
        if db.session.scalars(query.returning(WalletCard.id)).one_or_none() is not None:
            return code
    raise RuntimeError("a hundred codes in a row were taken")


def revoke_card(patient_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """The card was lost or is wrong: from now on its code says that it is void.

    Raises NotFound, NotAllowed, BadInput, IllegalMove without a valid card.
    """
    records.check_reason(reason, "say why the card is void, such as: lost on the way home.")
    with transaction(by, "identity.revoke_card", reason.strip(), at=now):
        patient = patients.patient(by, patient_id)
        require(by, Permission.PATIENT_ENROLL, scope_id=patient.scope_id, program_id=patient.program_id)
        alone(patient_id)
        place = patients.place(by, patient.scope_id)
        row = next((card for card in queries.cards(patient_id) if card.state is CardState.VALID), None)
        if row is None:
            raise IllegalMove(f"{patient.number} has no valid wallet card, so none can be revoked.")
        next_state(row, holds_on=day_in(place.site.timezone, now), state=CardState.REVOKED, reason=reason.strip())


def look_up(code: str, *, address: str, now: datetime) -> Shown:
    """Where a code leads, for whoever holds the card. A wrong one is noted and makes that address wait.

    Raises NotFound, TooSoon while the address has to wait.
    """
    caller = address[:LONGEST_ADDRESS]
    with transaction(DOOR, "identity.look_up_card", at=now) as session:
        session.execute(TURN, {"address": caller})
        wrong = queries.guesses(caller, since=now - WINDOW)
        if (left := _wait(wrong, now)) > 0:
            raise TooSoon(left)
        card = queries.card_of(rules.digest_of(code))
        shown = _shown(card, now) if card else None
        if shown is None:
            session.add(CardGuess(id=uuid7(), address=caller))
    if shown is None:
        raise NotFound(NO_CARD)
    return shown


def _wait(wrong: Failures, now: datetime) -> int:
    """Seconds until the next code is heard from an address, by the rule of attempts to sign in."""
    if wrong.last_at is None:
        return 0
    return ceil((min(wrong.last_at, now) + wait_for_address(wrong.count) - now).total_seconds())


def _shown(card: WalletCard, now: datetime) -> Shown:
    place = patients.place(DOOR, card.scope_id)
    patient = patients.patient(DOOR, card.patient_id)
    contact = queries.around_the_clock(place.site.id, Lens(day_in(place.site.timezone, now)))
    over = {
        CardState.VALID: "",
        CardState.REPLACED: "This card was replaced by a newer one. Ask the patient for it; the number below answers.",
        CardState.REVOKED: "This card was declared void. The number below still answers.",
    }
    phone = contact.phone if contact else ""
    return Shown(place.site.name, place.site.city, phone, queries.product_words(patient, place), over[card.state])
