"""Record what is seen, given and measured after an infusion, and correct it with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import Fact, transaction
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.core.states import next_state
from rems.followup.bedside import queries, rules, treatments
from rems.followup.bedside.course import Graded
from rems.followup.bedside.markers import Bound, check_unit, markers
from rems.followup.bedside.models import BedsideEntry, BedsideSample, BedsideTreatment
from rems.followup.bedside.queries import GIVEN, SEEN, Course
from rems.followup.bedside.rules import Observation
from rems.followup.bedside.treatments import Treatment
from rems.patients import queries as patients
from rems.patients import steps as patient_steps
from rems.stock import giving
from rems.stock import queries as stock


@dataclass(frozen=True)
class Value:
    """What the laboratory wrote of one marker."""

    marker: str
    value: Decimal
    unit: str
    bound: Bound = Bound.EXACT


def record_entry(
    patient_id: UUID,
    seen: Observation,
    *,
    corrects: UUID | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Graded:
    """Keep one look at the patient; with `corrects` it takes the place of an entry, for a `reason`.

    Returns it with its grades. Raises NotFound, NotAllowed, BadInput with the field.
    """
    with transaction(by, "bedside.record_entry", reason.strip(), at=now) as session:
        course = _course(patient_id, by=by, now=now)
        old = queries.record(BedsideEntry, course.patient, corrects) if corrects else None
        _check(course, seen.at, "seen_at", "Moment", old, reason=reason, now=now)
        on = day_in(course.ground.zone, seen.at)
        rules.check_observation(seen, birth_year=course.patient.birth_year, on=on)
        others = {one.seen.at: one for one in course.entries if one.key != corrects}
        rules.check_new(seen.at, others, zone=course.ground.zone, name="seen_at")
        columns = {"seen_at": seen.at, **{name: getattr(seen, name) for name in SEEN}, "ice": dict(seen.ice)}
        row: BedsideEntry = _keep(old, BedsideEntry, course, columns)
        session.add(row)
        session.flush()
        graded = course.grade_with(seen, instead_of=corrects)
    return replace(graded, key=row.id)


def record_treatment(
    patient_id: UUID,
    given: Treatment,
    *,
    lot_id: UUID | None = None,
    corrects: UUID | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> UUID:
    """Keep what was given; vials of a lot are taken off the stock of the site in the same transaction.

    A correction leaves the vials as they are: they are corrected where the stock is kept. Raises NotFound, NotAllowed,
    BadInput with the field.
    """
    with transaction(by, "bedside.record_treatment", reason.strip(), at=now) as session:
        course = _course(patient_id, by=by, now=now)
        old = queries.record(BedsideTreatment, course.patient, corrects) if corrects else None
        _check(course, given.at, "given_at", "Moment", old, reason=reason, now=now)
        if old is not None:
            given = replace(given, lot=old.lot, vials=old.vials)
        treatments.check_treatment(given)
        others = [queries.treatment(row) for row in course.treatments if row.id != corrects]
        treatments.check_given_once(given, others, zone=course.ground.zone)
        if (lot_id is None) != (given.vials is None) and old is None:
            raise BadInput("Vials: choose the lot and write how many vials were used, or leave both out.", "vials")
        if lot_id is not None and old is None:
            given = _off_the_stock(course, given, lot_id, by=by)
        columns = {"given_at": given.at, **{name: getattr(given, name) for name in GIVEN}, "name": given.name.strip()}
        row: BedsideTreatment = _keep(old, BedsideTreatment, course, columns)
        session.add(row)
    return row.id


def record_samples(
    patient_id: UUID, values: Sequence[Value], *, taken_at: datetime, by: Actor, now: datetime
) -> list[UUID]:
    """Keep the values of one blood sample. Raises NotFound, NotAllowed, BadInput with the field."""
    with transaction(by, "bedside.record_samples", at=now) as session:
        course = _course(patient_id, by=by, now=now)
        _check(course, taken_at, "taken_at", "Sample taken", None, reason="", now=now)
        if not values:
            raise BadInput("No value: write at least one, or leave the sample out.")
        for one in values:
            _check_value(one)
            if any(row.marker == one.marker and row.taken_at == taken_at for row in course.samples):
                title = markers()[one.marker].title
                raise BadInput(f"{title}: a value of this sample is kept already; correct that one.", "taken_at")
        rows = [_keep(None, BedsideSample, course, {"taken_at": taken_at, **_columns(one)}) for one in values]
        session.add_all(rows)
    return [row.id for row in rows]


def correct_sample(
    patient_id: UUID, key: UUID, value: Value, *, taken_at: datetime, reason: str, by: Actor, now: datetime
) -> UUID:
    """Keep another value or moment in place of one, for a reason. Raises NotFound, NotAllowed, BadInput."""
    with transaction(by, "bedside.correct_sample", reason.strip(), at=now):
        course = _course(patient_id, by=by, now=now)
        old = queries.record(BedsideSample, course.patient, key)
        _check(course, taken_at, "taken_at", "Sample taken", old, reason=reason, now=now)
        _check_value(value)
        row: BedsideSample = _keep(old, BedsideSample, course, {"taken_at": taken_at, **_columns(value)})
    return row.id


def take_back(
    kind: type[BedsideEntry] | type[BedsideTreatment] | type[BedsideSample],
    patient_id: UUID,
    key: UUID,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """What was recorded never was, such as of another patient; it stays in the trail. Raises NotFound, BadInput."""
    with transaction(by, "bedside.take_back", reason.strip(), at=now):
        course = _course(patient_id, by=by, now=now)
        old = queries.record(kind, course.patient, key)
        rules.check_reason(correcting=True, reason=reason)
        next_state(old, void=True)


def _course(patient_id: UUID, *, by: Actor, now: datetime) -> Course:
    """The course that the actor may write into, with nobody else writing. Raises NotFound, NotAllowed."""
    patient = patients.patient(by, patient_id)
    require(by, Permission.VISIT_RECORD, scope_id=patient.scope_id, program_id=patient.program_id)
    patient_steps.alone(patient_id)
    return queries.course_now(patient, patients.place(by, patient.scope_id), now)


def _check(course: Course, at: datetime, name: str, what: str, old: Fact | None, *, reason: str, now: datetime) -> None:
    ground = course.ground
    rules.check_moment(at, infused_at=ground.infused_at, now=now, zone=ground.zone, name=name, what=what)
    died_on = queries.died_on(course.patient, Lens(day_in(ground.zone, now)))
    rules.check_alive(day_in(ground.zone, at), died_on=died_on, name=name, what=what)
    rules.check_reason(correcting=old is not None, reason=reason)


def _keep(old: Any, kind: Any, course: Course, columns: Mapping[str, Any]) -> Any:
    """The row that holds these columns, of which the first is its moment: the next state of `old`, or a new one."""
    at = next(iter(columns.values()))
    day = {"holds_on": day_in(course.ground.zone, at)}
    if old is not None:
        return next_state(old, **columns, **day)
    patient = course.patient
    own = {"id": uuid7(), "scope_id": patient.scope_id, "program_id": patient.program_id, "patient_id": patient.id}
    return kind(**own, **columns, **day)


def _off_the_stock(course: Course, given: Treatment, lot_id: UUID, *, by: Actor) -> Treatment:
    """The treatment with the name of the lot, once its vials are off the stock. Raises NotAllowed, BadInput."""
    site_id = course.place.site.id
    require(by, Permission.STOCK_MOVE, scope_id=site_id)
    lot = stock.lot(by, lot_id)
    on = day_in(course.ground.zone, given.at)
    giving.give(site_id, lot, course.patient.id, given.vials or 0, holds_on=on)
    return replace(given, lot=lot.lot)


def _check_value(one: Value) -> None:
    known = markers()
    if one.marker not in known:
        raise BadInput(f'"{one.marker}" is no marker here; it is one of {", ".join(known)}.', "marker")
    check_unit(known[one.marker], one.unit, field=f"unit_{one.marker}")


def _columns(one: Value) -> dict[str, Any]:
    return {"marker": one.marker, "bound": one.bound.value, "value": one.value, "unit": one.unit}
