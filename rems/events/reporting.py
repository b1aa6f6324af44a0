"""Report one adverse event, and tell more of it later, inside an open transaction of this floor or an upper one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state
from rems.events import grading, queries
from rems.events.grading import CrsInputs, CrsResult, crs
from rems.events.icans import IcansInputs, IcansResult, icans
from rems.events.icans import to_json as icans_to_json
from rems.events.models import AdverseEvent
from rems.events.rules import (
    CRS_OR_NEUROTOXICITY,
    SCALES,
    TERMS,
    Kind,
    Outcome,
    Seriousness,
    check_days,
    check_grade,
    check_outcome,
    check_seriousness,
    said,
)
from rems.events.steps import rebuild_deadlines
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.sites import queries as sites


@dataclass(frozen=True)
class Happening:
    """What the site says of one event. Days are the site's own; `day_zero` is one of `queries.day_zero_zone`.

    `crs_inputs` only for CRS, `icans_inputs` only for neurotoxicity; without `grade` the computed one counts.
    `not_serious_reason` answers the triage.
    """

    kind: Kind
    term: str
    began_on: date
    site_aware_on: date
    day_zero: date
    seriousness: Sequence[Seriousness]
    outcome: Outcome
    ended_on: date | None = None
    grade: int | None = None
    grade_reason: str = ""
    crs_inputs: CrsInputs | None = None
    icans_inputs: IcansInputs | None = None
    narrative: str = ""
    not_serious_reason: str = ""


def keep_report(patient_id: UUID, happened: Happening, *, by: Actor, now: datetime) -> AdverseEvent:
    """Keep one adverse event that the actor reports. Raises NotFound, NotAllowed, and as `open_event`."""
    patient = patients.patient(by, patient_id)
    require(by, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
    return open_event(patient, happened, by=by, now=now)


def open_event(patient: Patient, happened: Happening, *, came_from: str = "", by: Actor, now: datetime) -> AdverseEvent:
    """One adverse event of a patient; day zero is fixed and every clock of the program starts.

    The caller checked that `by` may. `came_from` says where it came to light, such as a visit; empty: it was reported.
    The grade of CRS and of neurotoxicity is computed (ASTCT 2019) and kept beside the one entered; a difference asks
    for a reason. Raises BadInput with the field.
    """
    require_transaction("opening an adverse event")
    entry = sites.entry_of_scope(by, patient.scope_id)
    site = sites.site(by, entry.site_id)
    zone = queries.day_zero_zone(site)
    check_days(
        began_on=happened.began_on,
        ended_on=happened.ended_on,
        site_aware_on=happened.site_aware_on,
        day_zero=happened.day_zero,
        today=day_in(site.timezone, now),
        company_today=day_in(zone, now) if zone != site.timezone else None,
    )
    term = happened.term.strip() or TERMS.get(happened.kind, "")
    if not term:
        raise BadInput("What happened: write the diagnosis or the sign in a few words.", "term")
    graded = _graded(happened)
    check_outcome(happened.seriousness, happened.outcome, graded["grade"])
    check_seriousness(happened.kind, graded["grade"], happened.seriousness, happened.not_serious_reason)
    given = patients.infusion(patient.id, Lens(happened.began_on))
    version = entry.program.version_on(happened.day_zero)
    row = AdverseEvent(
        id=uuid7(),
        scope_id=patient.scope_id,
        program_id=patient.program_id,
        holds_on=happened.began_on,
        case_number=_next_number(site.country, happened.day_zero),
        patient_id=patient.id,
        infusion_id=given.id if given else None,
        term=term,
        group=happened.kind,
        narrative=happened.narrative.strip(),
        ended_on=happened.ended_on,
        outcome=happened.outcome,
        seriousness=[str(s) for s in happened.seriousness],
        not_serious_reason="" if happened.seriousness else happened.not_serious_reason.strip(),
        expected=None,
        site_aware_on=happened.site_aware_on,
        day_zero=happened.day_zero,
        day_zero_zone=zone,
        received_at=now,
        reporter=f"{by.name}, {by.role}",
        program_version=version.version if version else "",
        came_from=came_from,
        **graded,
    )
    db.session.add(row)
    rebuild_deadlines(row)
    note_case(row, site.id)
    return row


def keep_more(event_id: UUID, happened: Happening, *, by: Actor, now: datetime) -> AdverseEvent:
    """What is known of an event now takes the place of what was: grade, seriousness, outcome, end, words.

    Number, onset and the first report stay. Day zero stays too, but for an event that becomes serious by it: its
    clocks count from the day of `happened`. Raises NotFound, NotAllowed, BadInput with the field, StaleRecord.
    """
    require_transaction("telling more of an event")
    old = queries.event(by, event_id)
    require(by, Permission.EVENT_REPORT, scope_id=old.scope_id, program_id=old.program_id)
    if old.id != event_id:
        raise StaleRecord("This event was changed by somebody else since you opened it. Look at it as it stands now.")
    entry = sites.entry_of_scope(by, old.scope_id)
    site = sites.site(by, entry.site_id)
    today = day_in(site.timezone, now)
    check_days(
        began_on=old.holds_on,
        ended_on=happened.ended_on,
        site_aware_on=old.site_aware_on,
        day_zero=old.day_zero,
        today=today,
        company_today=day_in(old.day_zero_zone, now) if old.day_zero_zone != site.timezone else None,
    )
    graded = _graded(happened)
    check_outcome(happened.seriousness, happened.outcome, graded["grade"])
    check_seriousness(happened.kind, graded["grade"], happened.seriousness, happened.not_serious_reason)
    becomes_serious = bool(happened.seriousness) and not old.seriousness
    row = next_state(
        old,
        narrative=happened.narrative.strip(),
        ended_on=happened.ended_on,
        outcome=happened.outcome,
        seriousness=[str(s) for s in happened.seriousness],
        not_serious_reason="" if happened.seriousness else happened.not_serious_reason.strip(),
        day_zero=happened.day_zero if becomes_serious else old.day_zero,
        **graded,
    )
    rebuild_deadlines(row)
    if becomes_serious:
        note_case(row, site.id)
    return row


def _graded(happened: Happening) -> dict[str, Any]:
    """The grade as entered and as computed, with the steps that led to it."""
    answer: dict[str, Any] = {
        "grade_system": SCALES[happened.kind] if happened.grade is not None else "",
        "grade": happened.grade,
        "computed_grade": None,
        "grade_inputs": None,
        "grade_steps": [],
        "grade_reason": "",
    }
    worked = _worked(happened)
    if worked is None:
        return answer
    result, inputs = worked
    check_grade(happened.kind, happened.grade, result.grade, happened.grade_reason)
    differs = happened.grade is not None and happened.grade != result.grade
    return {
        "grade_system": f"{result.system} {result.version}",
        "grade": happened.grade if happened.grade is not None else result.grade,
        "computed_grade": result.grade,
        "grade_inputs": inputs,
        "grade_steps": list(result.steps),
        "grade_reason": happened.grade_reason.strip() if differs else "",
    }


def _worked(happened: Happening) -> tuple[CrsResult | IcansResult, dict[str, Any]] | None:
    """The grade that is worked out, and from what, where the scale of the kind and its inputs are at hand."""
    if happened.kind is Kind.CRS and happened.crs_inputs is not None:
        return crs(happened.crs_inputs), grading.to_json(happened.crs_inputs)
    if happened.kind is Kind.ICANS and happened.icans_inputs is not None:
        return icans(happened.icans_inputs), icans_to_json(happened.icans_inputs)
    return None


def _next_number(country: str, day_zero: date) -> str:
    number = db.session.execute(text("select nextval('case_number')")).scalar_one()
    return f"{country}-REMS-{day_zero.year}-{number:05d}"


def note_case(row: AdverseEvent, site_id: UUID) -> None:
    """A serious case of CRS or neurotoxicity was reported: programs may ask that of the site."""
    if Kind(row.group) not in CRS_OR_NEUROTOXICITY or not row.seriousness or row.program_id is None:
        return
    evidence.append(
        EvidenceKind.CASE_REPORT,
        site_id=site_id,
        program_id=row.program_id,
        subject_kind=SubjectKind.CASE,
        subject_id=row.id,
        holds_on=row.day_zero,
        summary=f"{row.case_number}, {row.term}, reported {said(row.day_zero)}.",
        source_table="adverse_event",
        source_id=row.id,
    )
