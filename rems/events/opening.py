"""Open an adverse event inside the transaction of the use case in which it comes to light: a report, a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, require_transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.lens import Lens
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
from rems.patients.models import Patient
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


def open_event(patient: Patient, happened: Happening, *, came_from: str = "", by: Actor, now: datetime) -> AdverseEvent:
    """One adverse event of a patient; day zero is fixed and every clock of the program starts.

    The caller checked that `by` may. `came_from` says where it came to light, such as a visit; empty: it was reported.
    The grade of CRS is computed (ASTCT 2019) and kept beside the one entered; a difference asks for a reason.
    Raises BadInput with the field.
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
