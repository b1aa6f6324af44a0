"""Invented hospitals: people, training, tocilizumab and certification, through the program's own actions."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from rems.access.rules import Role
from rems.certification import actions as certification
from rems.core.actor import Actor
from rems.core.db import reading
from rems.demo.calendar import Calendar
from rems.demo.names import Town
from rems.demo.people import OF_A_SITE, People
from rems.evidence.rules import EvidenceKind
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import LocationKind, StaffRole
from rems.stock import actions as stock
from rems.stock.rules import MovementKind
from rems.training import actions as training
from rems.training.rules import TrainingKind

KYMRIAH, EUROPE, LABEL = "US-FDA-REMS-KYMRIAH", "EU-RMP-CART", "US-FDA-LABEL-CART-2025"
SHELF_LIFE, RESTOCK = timedelta(days=1000), timedelta(days=900)
QUESTIONS, PASS_MARK = 10, 80  # the data do not establish a pass mark; the demonstration's own


class Reach(StrEnum):
    """How far a hospital has come."""

    REGISTERED = "registered"
    WORKING = "working"  # its people are there, the papers are not
    UNSTOCKED = "unstocked"  # enrolled, and its tocilizumab has expired
    CERTIFIED = "certified"
    UNTRAINED = "untrained"  # certified, and a new nurse was never trained


@dataclass
class Hospital:
    """One site and whom its history is entered by. `certified_on` None: never."""

    town: Town
    site_id: UUID
    code: str
    reach: Reach
    begins: date
    coordinator: Actor
    representative: Actor
    suite_id: UUID
    staff_ids: list[UUID] = field(default_factory=list)
    certified_on: date | None = None
    scopes: dict[str, UUID] = field(default_factory=dict)
    patients: int = 0


def first_day(code: str) -> date:
    return programs.program(code).versions[0].effective_from


def found(town: Town, number: int, reach: Reach, calendar: Calendar, people: People, *, shown: bool) -> Hospital:
    """A hospital as far as its reach says. `shown`: the people of the sign-in page work there."""
    code = KYMRIAH if town.country == "US" else EUROPE
    late = reach in (Reach.REGISTERED, Reach.WORKING, Reach.UNSTOCKED) and code == EUROPE
    begins = calendar.today - timedelta(days=30 + 9 * (number % 12)) if late else first_day(code)
    begins += timedelta(days=0 if late else 12 + 55 * (number % 12) + calendar.dice.randint(0, 20))
    hospital = _register(town, code, reach, begins, calendar, people, shown=shown)
    if reach is Reach.REGISTERED:
        return hospital
    _staff(hospital, calendar, people)
    if reach is Reach.WORKING:
        return hospital
    _stock(hospital, calendar, near=reach is Reach.CERTIFIED and (shown or calendar.chance(0.25)))
    _train(hospital, calendar)
    _papers(hospital, calendar)
    if reach is not Reach.UNSTOCKED:
        _certify(hospital, calendar, people)
    if reach is Reach.UNTRAINED:
        _new_nurse(hospital, calendar, people)
    if code == KYMRIAH:
        _enter_label(hospital, calendar, people)
    return hospital


def _register(
    town: Town, code: str, reach: Reach, begins: date, calendar: Calendar, people: People, *, shown: bool
) -> Hospital:
    at, mail = calendar.at(begins, town.timezone), f"{town.prefix.lower()}.example"
    site_id = sites.register(
        town.hospital,
        city=town.city,
        region=town.region,
        country=town.country,
        timezone=town.timezone,
        identifier=f"{town.prefix}-001",
        email=f"cell.therapy@{mail}",
        code=code,
        by=people.manager,
        now=at,
    )
    if shown:
        keys = {role: people.shown[role] for role in OF_A_SITE}
    else:
        keys = {
            Role.SITE_COORDINATOR: people.account(people.name(), f"coordinator@{mail}", at),
            Role.AUTHORIZED_REPRESENTATIVE: people.account(f"{people.name()}, MD", f"representative@{mail}", at),
        }
    for role, key in keys.items():
        people.grant(key, role, site_id, begins, at)
    by = people.actor(keys[Role.SITE_COORDINATOR])
    with reading(by):
        root = site_queries.locations(site_id)[0].id
    suite = sites.add_location(site_id, "Infusion suite", LocationKind.UNIT, parent_id=root, by=by, now=at)
    signer = people.actor(keys[Role.AUTHORIZED_REPRESENTATIVE])
    hospital = Hospital(town, site_id, code, reach, begins, by, signer, suite)
    look_again(hospital, people)
    return hospital


def look_again(hospital: Hospital, people: People) -> None:
    """The scopes of the site as they are now, and the actors who hold them."""
    for name in ("coordinator", "representative"):
        key = getattr(hospital, name).id
        setattr(hospital, name, people.actor(key))
    with reading(hospital.coordinator):
        found = site_queries.entries(hospital.coordinator, hospital.site_id)
        hospital.scopes = {e.program.code: e.scope_id for e in found}


def _staff(hospital: Hospital, calendar: Calendar, people: People) -> None:
    at = calendar.at(hospital.begins, hospital.town.timezone)
    signer = people.known(hospital.representative.id) if hospital.representative.id else None
    team = [
        (hospital.representative.name, StaffRole.PHYSICIAN, signer.email if signer else ""),
        (people.name() + ", RN", StaffRole.NURSE, ""),
        (people.name() + ", RN", StaffRole.NURSE, ""),
        (people.name() + ", PharmD", StaffRole.PHARMACIST, ""),
        (people.name() + ", MD", StaffRole.PHYSICIAN, ""),
        (hospital.coordinator.name, StaffRole.COORDINATOR, ""),
    ]
    for name, role, email in team:
        key = sites.add_staff(
            hospital.site_id, name, role, email=email, from_on=hospital.begins, by=hospital.coordinator, now=at
        )
        hospital.staff_ids.append(key)


def _stock(hospital: Hospital, calendar: Calendar, *, near: bool) -> None:
    """A delivery now and then; what expired is taken out. `near`: a small lot besides, close to its expiry."""
    first = hospital.begins + timedelta(days=5)
    days = [first + RESTOCK * i for i in range((calendar.today - first) // RESTOCK + 1)]
    for number, day in enumerate(days, 1):
        spent = hospital.reach is Reach.UNSTOCKED
        expires = calendar.today - timedelta(days=6) if spent else day + SHELF_LIFE
        for strength, vials in ((400, 24), (80, 20)):
            lot = _receive(hospital, calendar, f"{strength // 10}{number:02d}", strength, vials, day, expires)
            gone = expires + timedelta(days=3)
            if gone < calendar.today and not spent:
                stock.move(
                    lot,
                    MovementKind.EXPIRED,
                    -vials,
                    holds_on=gone,
                    note="Taken out after its expiry",
                    by=hospital.coordinator,
                    now=calendar.at(gone, hospital.town.timezone),
                )
    if near:
        expires = calendar.today + timedelta(days=calendar.dice.randint(3, 20))
        day = max(first, calendar.today - timedelta(days=500))
        _receive(hospital, calendar, "N1", 80, 6, day, expires)


def _receive(
    hospital: Hospital, calendar: Calendar, mark: str, strength: int, vials: int, day: date, expires: date
) -> UUID:
    return stock.receive(
        hospital.site_id,
        hospital.suite_id,
        lot=f"{hospital.town.prefix}{mark}{calendar.dice.randint(10, 99)}",
        strength_mg=strength,
        vials=vials,
        expires_on=expires,
        holds_on=day,
        by=hospital.coordinator,
        now=calendar.at(day, hospital.town.timezone),
    )


def _train(hospital: Hospital, calendar: Calendar) -> None:
    """Everybody on the roster; the representative first, and live."""
    for place, key in enumerate(hospital.staff_ids[:5]):
        day = hospital.begins + timedelta(days=8 + 2 * place)
        kinds = (
            (TrainingKind.LIVE_TRAINING, TrainingKind.STAFF_TRAINING) if place == 0 else (TrainingKind.STAFF_TRAINING,)
        )
        for kind in kinds:
            _take(hospital, key, kind, day, calendar)


def _take(hospital: Hospital, staff_id: UUID, kind: TrainingKind, day: date, calendar: Calendar) -> None:
    at, by = calendar.at(day, hospital.town.timezone), hospital.coordinator
    training.record_training(
        hospital.site_id, hospital.code, staff_id, kind, holds_on=day, material="Slides, edition 3", by=by, now=at
    )
    if hospital.code == KYMRIAH:
        training.record_attempt(
            hospital.site_id,
            hospital.code,
            staff_id,
            holds_on=day,
            question_set="2017-2",
            questions=QUESTIONS,
            correct=calendar.dice.randint(8, QUESTIONS),
            pass_mark_percent=PASS_MARK,
            by=by,
            now=at,
        )


def _papers(hospital: Hospital, calendar: Calendar) -> None:
    town, day = hospital.town, hospital.begins + timedelta(days=20)
    at = calendar.at(day, town.timezone)
    sites.designate(
        hospital.site_id, hospital.code, hospital.staff_ids[0], holds_on=day, by=hospital.coordinator, now=at
    )
    asked = programs.program(hospital.code).attestations_on(day)
    sites.sign_enrollment(
        hospital.site_id,
        hospital.code,
        attested=[a.code for a in asked],
        holds_on=day,
        password=None,
        by=hospital.representative,
        now=at,
    )
    papers = [
        (EvidenceKind.PROCEDURE_NEW_STAFF, f"SOP {town.prefix}-CT-012, version 3"),
        (EvidenceKind.PROCEDURE_VERIFY_TOCILIZUMAB, f"SOP {town.prefix}-CT-014, version 2"),
        (EvidenceKind.RECORDS_KEPT, f"Training file {town.prefix}-TF, reviewed every year"),
    ]
    for kind, summary in papers:
        sites.record_process(
            hospital.site_id, hospital.code, kind, holds_on=day, summary=summary, by=hospital.coordinator, now=at
        )


def _certify(hospital: Hospital, calendar: Calendar, people: People) -> None:
    town, day = hospital.town, hospital.begins + timedelta(days=34)
    at = calendar.at(day, town.timezone)
    manager = people.actor(people.shown[Role.PROGRAM_MANAGER])
    if hospital.code == EUROPE:
        sites.record_process(
            hospital.site_id,
            hospital.code,
            EvidenceKind.SITE_QUALIFICATION,
            holds_on=day,
            summary=f"Qualification visit {town.prefix}-Q1, no open point",
            by=manager,
            now=at,
        )
    applied_on = day - timedelta(days=6)
    submitted = certification.submit(
        hospital.site_id,
        hospital.code,
        holds_on=applied_on,
        seen=None,
        password=None,
        by=hospital.representative,
        now=calendar.at(applied_on, town.timezone),
    )
    certification.certify(
        hospital.site_id, hospital.code, holds_on=day, seen=submitted, password=None, by=manager, now=at
    )
    hospital.certified_on = day


def _new_nurse(hospital: Hospital, calendar: Calendar, people: People) -> None:
    day = calendar.today - timedelta(days=25)
    sites.add_staff(
        hospital.site_id,
        people.name() + ", RN",
        StaffRole.NURSE,
        from_on=day,
        by=hospital.coordinator,
        now=calendar.at(day, hospital.town.timezone),
    )


def _enter_label(hospital: Hospital, calendar: Calendar, people: People) -> None:
    """The day the REMS ended, what is left goes on under the label."""
    at = calendar.at(first_day(LABEL), hospital.town.timezone)
    sites.enter(hospital.site_id, LABEL, by=hospital.coordinator, now=at)
    look_again(hospital, people)
