"""Hand a patient on: one site offers under a code, the other takes the patient over with it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.certification import queries as certification
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, reading, transaction
from rems.core.errors import BadInput, IllegalMove
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state, take_turn
from rems.followup import queries as followup
from rems.followup.handover import carrying, queries, rules
from rems.followup.handover.models import HandoverOffer
from rems.followup.steps import plan_visits
from rems.followup.turns.actions import last_seen
from rems.followup.turns.models import FollowupTurn
from rems.followup.turns.rules import TurnKind
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.patients.rules import said
from rems.patients.steps import alone
from rems.sites import queries as sites


def offer(patient_id: UUID, *, reason: str, days: int, by: Actor, now: datetime) -> tuple[str, UUID]:
    """Offer a patient to whoever is given the code; returns the code, which is not kept, and the offer's key.

    Raises NotFound, NotAllowed, BadInput with the field, IllegalMove for somebody who is not followed here.
    """
    with transaction(by, "followup.offer_handover", reason.strip(), at=now) as session:
        patient = patients.patient(by, patient_id)
        require(by, Permission.PATIENT_ENROLL, scope_id=patient.scope_id)
        alone(patient_id)
        today = day_in(patients.place(by, patient.scope_id).site.timezone, now)
        rules.check_may_go(followup.course(patient, Lens(today)).standing)
        lasts = rules.check_days(days)
        if not reason.strip():
            raise BadInput("Reason is missing: say why the patient goes to another site.", "reason")
        for old in queries.offers(patient):
            if queries.holds(old, now):
                next_state(old, withdrawn=True)  # the newest offer is the only one that holds
        code, key = rules.new_code(), uuid7()
        row = HandoverOffer(
            id=key,
            root_id=key,
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=today,
            patient_id=patient.id,
            code_digest=rules.digest_of(code),
            expires_at=now + lasts,
            reason=reason.strip(),
            taken=False,
            withdrawn=False,
        )
        session.add(row)
    return code, key


def withdraw(root_id: UUID, *, by: Actor, now: datetime) -> UUID:
    """An offer holds no more; returns the patient's key. Raises NotFound, NotAllowed, IllegalMove."""
    with transaction(by, "followup.withdraw_handover", at=now):
        row = queries.offer(root_id)
        require(by, Permission.PATIENT_ENROLL, scope_id=row.scope_id)
        take_turn("handover", root_id)
        row = queries.offer(root_id)
        if not queries.holds(row, now):
            raise IllegalMove("This offer holds no more, so there is nothing to withdraw.")
        return next_state(row, withdrawn=True).patient_id


def take_over(scope_id: UUID, code: str, *, on: date, number: str = "", by: Actor, now: datetime) -> UUID:
    """Take a patient over from another site of the program, from a day on. Returns the key of the record here.

    The other site keeps its own history and sees no more. Raises NotFound, NotAllowed, BadInput with the field.
    """
    found = _offered(code)
    with transaction(by, "followup.take_over", at=now, opening=[found.scope_id]) as session:
        place = patients.place(by, scope_id)
        require(by, Permission.PATIENT_ENROLL, scope_id=scope_id)
        take_turn("handover", found.root_id)
        row = queries.offer(found.root_id)
        rules.check_open(taken=row.taken, withdrawn=row.withdrawn, expires_at=row.expires_at, now=now)
        _check_place(place, row, by, day_in(place.site.timezone, now))
        alone(row.patient_id)
        old = db.session.get_one(Patient, row.patient_id)
        course = followup.course(old, Lens(day_in(found.timezone, now)))
        rules.check_may_go(course.standing)
        given = course.infusion
        assert given is not None  # who is followed was infused
        today = day_in(place.site.timezone, now)
        carrying.check_day(on, given=given, last_seen=last_seen(course), today=today)
        new = carrying.carry(old, given, place, number=number, from_site=found.site)
        next_state(row, taken=True)
        turn = FollowupTurn(
            id=uuid7(),
            scope_id=old.scope_id,
            program_id=old.program_id,
            holds_on=on,
            patient_id=old.id,
            kind=TurnKind.HANDED_ON,
            track="",
            reason=f"Taken over by {place.site.name}. {row.reason}",
        )
        session.add(turn)
        session.flush()
        plan_visits(old, from_on=given.holds_on, provisional=False)
        plan_visits(new, from_on=given.holds_on, provisional=False)
    return new.id


@dataclass(frozen=True)
class _Offered:
    """An offer of another site, with what of that site is told: its name, and whose calendar it goes by (IANA)."""

    root_id: UUID
    scope_id: UUID
    site: str
    timezone: str


def _offered(code: str) -> _Offered:
    """The offer of a code. It stands at another site, so a part of the system looks it up. Raises BadInput."""
    finder = Actor.system("handing on")
    with reading(finder):
        row = queries.by_digest(rules.digest_of(code))
        if row is None:
            raise BadInput(rules.NO_CODE, "code")
        site = patients.place(finder, row.scope_id).site
        return _Offered(row.root_id, row.scope_id, site.name, site.timezone)


def _check_place(place: Place, row: HandoverOffer, by: Actor, today: date) -> None:
    """The patient stays in the program, and goes to a certified site where it asks for one. Raises BadInput."""
    if row.scope_id == place.scope_id:
        raise BadInput("The patient is followed at this very site.", "code")
    if row.program_id != place.program_id:
        raise BadInput(
            f"The patient of this code is not in {place.program.title}; choose the program of the offer.", "scope"
        )
    standing = certification.standing(by, sites.entry_of_scope(by, place.scope_id), Lens(today))
    if standing.asks and not standing.certified:
        raise BadInput(
            f"{place.site.name} is not certified under {place.program.title} on {said(today)}, so no patient is handed "
            "on to it.",
            "scope",
        )
