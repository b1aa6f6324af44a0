"""How an invented hospital becomes certified: training, enrollment form, processes, application, certificate."""

from datetime import date, datetime, timedelta
from uuid import UUID

from rems.access.rules import Role
from rems.certification import actions as certification
from rems.core.actor import Actor
from rems.demo.calendar import Calendar
from rems.demo.hospital import EUROPE, KYMRIAH, Hospital
from rems.demo.people import People
from rems.evidence.rules import EvidenceKind
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.training import actions as training
from rems.training.rules import TrainingKind

QUESTIONS, PASS_MARK = 10, 80  # the data do not establish a pass mark; the demonstration's own
APPLIES_BEFORE = timedelta(days=6)  # so long before its certificate
CERTIFIED_AFTER = timedelta(days=34)  # so long after the beginning


def train(hospital: Hospital, calendar: Calendar) -> None:
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


def sign_papers(hospital: Hospital, calendar: Calendar) -> None:
    """The representative, the enrollment form, and the written processes."""
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


def certify(hospital: Hospital, calendar: Calendar, people: People) -> None:
    """The application is submitted, and approved some days later."""
    day = hospital.begins + CERTIFIED_AFTER
    at = calendar.at(day, hospital.town.timezone)
    manager = manager_of(people)
    if hospital.code == EUROPE:
        qualify(hospital, day, manager, at)
    submitted = apply(hospital, day - APPLIES_BEFORE, calendar)
    certification.certify(
        hospital.site_id, hospital.code, holds_on=day, seen=submitted, password=None, by=manager, now=at
    )
    hospital.certified_on = day


def manager_of(people: People) -> Actor:
    """The program manager, who by now may also see the sites registered meanwhile."""
    return people.actor(people.shown[Role.PROGRAM_MANAGER])


def qualify(hospital: Hospital, day: date, manager: Actor, at: datetime) -> None:
    """The visit of the program before it certifies, as the rules of the European Union ask."""
    sites.record_process(
        hospital.site_id,
        hospital.code,
        EvidenceKind.SITE_QUALIFICATION,
        holds_on=day,
        summary=f"Qualification visit {hospital.town.prefix}-Q1, no open point",
        by=manager,
        now=at,
    )


def apply(hospital: Hospital, day: date, calendar: Calendar) -> UUID:
    """The representative submits the first application. Gives the key of the act."""
    return certification.submit(
        hospital.site_id,
        hospital.code,
        holds_on=day,
        seen=None,
        password=None,
        by=hospital.representative,
        now=calendar.at(day, hospital.town.timezone),
    )
