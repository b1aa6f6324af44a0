"""Report an adverse event, and assess it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.events import queries
from rems.events.grading import CrsInputs, crs, to_json
from rems.events.models import AdverseEvent, DeadlineRow
from rems.events.rules import CRS_OR_NEUROTOXICITY, TERMS, Kind, Outcome, Seriousness, check_days, check_outcome
from rems.evidence import steps as evidence
from rems.evidence.rules import EvidenceKind, SubjectKind
from rems.patients import queries as patients
from rems.sites import queries as sites


@dataclass(frozen=True)
class Happening:
    """What the site says of one event. Days are the site's own calendar days; `crs_inputs` only for CRS."""

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


def report(patient_id: UUID, said: Happening, *, by: Actor, now: datetime) -> UUID:
    """Report one adverse event of a patient; day zero is fixed and every clock of the program starts.

    The grade of CRS is computed (ASTCT 2019) and kept beside the one entered; a difference asks for a reason.
    Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "events.report", at=now) as session:
        patient = patients.patient(by, patient_id)
        require(by, Permission.EVENT_REPORT, scope_id=patient.scope_id, program_id=patient.program_id)
        entry = sites.entry_of_scope(by, patient.scope_id)
        site = sites.site(by, entry.site_id)
        today = day_in(site.timezone, now)
        check_days(
            began_on=said.began_on,
            ended_on=said.ended_on,
            site_aware_on=said.site_aware_on,
            day_zero=said.day_zero,
            today=today,
        )
        given = patients.infusion(patient_id, Lens(said.began_on))
        graded = _graded(said)
        check_outcome(list(said.seriousness), said.outcome, graded["grade"])
        version = entry.program.version_on(said.day_zero)
        row = AdverseEvent(
            id=uuid7(),
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=said.began_on,
            case_number=_next_number(site.country, said.day_zero),
            patient_id=patient_id,
            infusion_id=given.id if given else None,
            term=said.term.strip() or TERMS.get(said.kind, ""),
            group=said.kind,
            narrative=said.narrative.strip(),
            ended_on=said.ended_on,
            outcome=said.outcome,
            seriousness=[str(s) for s in said.seriousness],
            expected=None,
            site_aware_on=said.site_aware_on,
            day_zero=said.day_zero,
            day_zero_zone=site.timezone,
            received_at=now,
            reporter=f"{by.name}, {by.role}",
            program_version=version.version if version else "",
            **graded,
        )
        if not row.term:
            raise BadInput("What happened: write the diagnosis or the sign in a few words.", "term")
        session.add(row)
        session.flush()
        _start_clocks(row)
        if said.kind in CRS_OR_NEUROTOXICITY and said.seriousness:
            evidence.append(
                EvidenceKind.CASE_REPORT,
                site_id=site.id,
                program_id=patient.program_id,
                subject_kind=SubjectKind.CASE,
                subject_id=row.id,
                holds_on=said.day_zero,
                summary=f"{row.case_number}, {row.term}, reported {said.day_zero:%-d %b %Y}.",
                source_table="adverse_event",
                source_id=row.id,
            )
    return row.id


def assess(
    event_id: UUID, *, expected: bool, seriousness: Sequence[Seriousness], reason: str, by: Actor, now: datetime
) -> UUID:
    """Judge expectedness and seriousness of an event; a new state supersedes the old, and its clocks are worked out anew.

    Day zero stays: it is re-assessment of what was known. Raises NotFound, NotAllowed, BadInput, StaleRecord.
    """
    if not reason.strip():
        raise BadInput("Reason is missing: say against which reference safety information it was judged.", "reason")
    with transaction(by, "events.assess", reason.strip(), at=now) as session:
        old = queries.event(by, event_id)
        require(by, Permission.EVENT_ASSESS, scope_id=old.scope_id, program_id=old.program_id)
        if old.id != event_id:
            raise StaleRecord("This event was assessed by somebody else since you opened it.")
        check_outcome(list(seriousness), Outcome(old.outcome), old.grade)
        own = {"id", "recorded_at", "recorded_by", "supersedes_id", "expected", "seriousness"}
        kept = {c.key: getattr(old, c.key) for c in AdverseEvent.__mapper__.column_attrs if c.key not in own}
        row = AdverseEvent(
            id=uuid7(), supersedes_id=old.id, expected=expected, seriousness=[str(s) for s in seriousness], **kept
        )
        session.add(row)
        session.execute(delete(DeadlineRow).where(DeadlineRow.event_id == old.id))
        session.flush()
        _start_clocks(row)
    return row.id


def _graded(said: Happening) -> dict[str, Any]:
    """The grade as entered and as computed, with the steps that led to it."""
    answer: Mapping[str, Any] = {
        "grade_system": "",
        "grade": said.grade,
        "computed_grade": None,
        "grade_inputs": None,
        "grade_steps": [],
        "grade_reason": said.grade_reason.strip(),
    }
    if said.kind is not Kind.CRS or said.crs_inputs is None:
        return dict(answer)
    result = crs(said.crs_inputs)
    grade = said.grade if said.grade is not None else result.grade
    if grade != result.grade and result.grade is not None and not said.grade_reason.strip():
        raise BadInput(
            f"Grade {grade} was entered, ASTCT 2019 gives {result.grade}: write the reason for the difference.",
            "grade_reason",
        )
    return {
        **answer,
        "grade_system": f"{result.system} {result.version}",
        "grade": grade,
        "computed_grade": result.grade,
        "grade_inputs": to_json(said.crs_inputs),
        "grade_steps": list(result.steps),
    }


def _next_number(country: str, day_zero: date) -> str:
    number = db.session.execute(text("select nextval('case_number')")).scalar_one()
    return f"{country}-REMS-{day_zero.year}-{number:05d}"


def _start_clocks(row: AdverseEvent) -> None:
    """Rebuild the cache of deadlines of one event from the rules."""
    for found in queries.clocks_of(row):
        if found.due_on is not None:
            db.session.add(
                DeadlineRow(
                    id=uuid7(),
                    scope_id=row.scope_id,
                    program_id=row.program_id,
                    event_id=row.id,
                    code=found.code,
                    due_on=found.due_on,
                    cite=found.cite,
                    what=found.what,
                    condition=found.condition,
                )
            )
