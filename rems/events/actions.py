"""Report an adverse event, assess it, and rebuild the cache of deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state
from rems.events import queries
from rems.events.grading import CrsInputs, crs, to_json
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
from rems.sites import queries as sites


@dataclass(frozen=True)
class Happening:
    """What the site says of one event. Days are the site's own; `day_zero` is one of `queries.day_zero_zone`.

    `crs_inputs` only for CRS; without `grade` the computed one counts. `not_serious_reason` answers the triage.
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
    narrative: str = ""
    not_serious_reason: str = ""


def report(patient_id: UUID, happened: Happening, *, by: Actor, now: datetime) -> UUID:
    """Report one adverse event of a patient; day zero is fixed and every clock of the program starts.

    The grade of CRS is computed (ASTCT 2019) and kept beside the one entered; a difference asks for a reason.
    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "events.report", at=now) as session:
        patient = patients.patient(by, patient_id)
        require(by, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
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
        given = patients.infusion(patient_id, Lens(happened.began_on))
        version = entry.program.version_on(happened.day_zero)
        row = AdverseEvent(
            id=uuid7(),
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=happened.began_on,
            case_number=_next_number(site.country, happened.day_zero),
            patient_id=patient_id,
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
            **graded,
        )
        session.add(row)
        rebuild_deadlines(row)
        _note_case(row, site.id)
    return row.id


def assess(
    event_id: UUID, *, expected: bool, seriousness: Sequence[Seriousness], reason: str, by: Actor, now: datetime
) -> UUID:
    """Judge expectedness and seriousness of an event; a new state supersedes the old, its clocks are worked out anew.

    Day zero stays: it is re-assessment of what was known. Raises NotFound, NotAllowed, BadInput, StaleRecord.
    """
    if not reason.strip():
        raise BadInput("Reason is missing: say against which reference safety information it was judged.", "reason")
    with transaction(by, "events.assess", reason.strip(), at=now):
        old = queries.event(by, event_id)
        require(by, Permission.EVENT_ASSESS, scope_id=old.scope_id, program_id=old.program_id)
        if old.id != event_id:
            raise StaleRecord("This event was assessed by somebody else since you opened it.")
        check_outcome(seriousness, Outcome(old.outcome), old.grade)
        row = next_state(old, expected=expected, seriousness=[str(s) for s in seriousness])
        rebuild_deadlines(row)
        if not old.seriousness:
            _note_case(row, sites.entry_of_scope(by, row.scope_id).site_id)
    return row.id


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
    if happened.kind is not Kind.CRS or happened.crs_inputs is None:
        return answer
    result = crs(happened.crs_inputs)
    check_grade(happened.kind, happened.grade, result.grade, happened.grade_reason)
    differs = happened.grade is not None and happened.grade != result.grade
    return {
        "grade_system": f"{result.system} {result.version}",
        "grade": happened.grade if happened.grade is not None else result.grade,
        "computed_grade": result.grade,
        "grade_inputs": to_json(happened.crs_inputs),
        "grade_steps": list(result.steps),
        "grade_reason": happened.grade_reason.strip() if differs else "",
    }


def _next_number(country: str, day_zero: date) -> str:
    number = db.session.execute(text("select nextval('case_number')")).scalar_one()
    return f"{country}-REMS-{day_zero.year}-{number:05d}"


def _note_case(row: AdverseEvent, site_id: UUID) -> None:
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
