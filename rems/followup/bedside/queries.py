"""The records of a course after an infusion, under a lens. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from rems.core.clock import day_in
from rems.core.db import Fact, db
from rems.core.errors import NotFound
from rems.core.facts import facts
from rems.core.lens import Lens
from rems.followup import queries as followup
from rems.followup.bedside import course
from rems.followup.bedside.course import Day, Episode, Graded, Ground, Scale
from rems.followup.bedside.markers import Bound, Measured
from rems.followup.bedside.models import BedsideEntry, BedsideSample, BedsideTreatment
from rems.followup.bedside.monitoring import Watch, watch
from rems.followup.bedside.rules import Observation
from rems.followup.bedside.treatments import Treatment
from rems.patients import queries as patients
from rems.patients.models import Infusion, Patient
from rems.patients.queries import Place

F = TypeVar("F", bound=Fact)
SEEN = tuple(name for name in Observation.__dataclass_fields__ if name != "at")
GIVEN = tuple(name for name in Treatment.__dataclass_fields__ if name != "at")


@dataclass(frozen=True)
class Course:
    """Everything that was recorded after the latest infusion, with the grades that follow from it."""

    patient: Patient
    place: Place
    infusion: Infusion
    ground: Ground
    watch: Watch
    entries: tuple[Graded, ...]
    treatments: tuple[BedsideTreatment, ...]
    samples: tuple[BedsideSample, ...]

    @cached_property
    def days(self) -> Mapping[int, Day]:
        return course.days(self.entries)

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """CRS and neurotoxicity, where there are."""
        found = (course.episode(self.entries, scale) for scale in Scale)
        return tuple(one for one in found if one is not None)

    def episode(self, scale: Scale) -> Episode | None:
        return next((one for one in self.episodes if one.scale is scale), None)

    def grade_with(self, seen: Observation, *, instead_of: UUID | None = None) -> Graded:
        """How one more look at the patient would be graded, or another in place of one."""
        others = [(one.key, one.seen) for one in self.entries if one.key != instead_of]
        graded = course.graded([*others, (None, seen)], map(treatment, self.treatments), self.ground)
        return next(one for one in graded if one.seen is seen)


def of_patient(patient: Patient, place: Place, lens: Lens) -> Course | None:
    """The course after the latest infusion under the lens; None before the first."""
    given = patients.infusion(patient.id, lens)
    if given is None:
        return None
    ground = Ground(given.infused_at, place.site.timezone)
    first = _begins(patient, given, lens)
    rows = [row for row in _rows(BedsideEntry, patient, lens) if row.seen_at >= first]
    treatments = [row for row in _rows(BedsideTreatment, patient, lens) if row.given_at >= first]
    samples = [row for row in _rows(BedsideSample, patient, lens) if row.taken_at >= first]
    graded = course.graded([(row.id, observation(row)) for row in rows], map(treatment, treatments), ground)
    return Course(
        patient=patient,
        place=place,
        infusion=given,
        ground=ground,
        watch=watch(place.program, given.holds_on),
        entries=graded,
        treatments=tuple(sorted(treatments, key=lambda row: (row.given_at, row.id))),
        samples=tuple(sorted(samples, key=lambda row: (row.taken_at, row.marker, row.id))),
    )


def course_now(patient: Patient, place: Place, now: datetime) -> Course:
    """The course as it stands at a moment. Raises NotFound before an infusion."""
    found = of_patient(patient, place, Lens(day_in(place.site.timezone, now)))
    if found is None:
        raise NotFound(f"{patient.number} is not infused yet; a course at the bedside begins with the infusion.")
    return found


def died_on(patient: Patient, lens: Lens) -> date | None:
    """The day of death that the visits tell of; None for the living."""
    return followup.death(followup.visits(patient, lens))


def observation(row: BedsideEntry) -> Observation:
    """An entry as the rules take it."""
    return Observation(at=row.seen_at, **{name: getattr(row, name) for name in SEEN})


def treatment(row: BedsideTreatment) -> Treatment:
    """A treatment as the rules take it."""
    return Treatment(at=row.given_at, **{name: getattr(row, name) for name in GIVEN})


def measured(row: BedsideSample) -> Measured:
    """A sample as the rules take it."""
    return Measured(row.value.normalize() + 0, row.unit, Bound(row.bound))


def record(kind: type[F], patient: Patient, key: UUID) -> F:
    """One record of a patient that stands. Raises NotFound, also for one that was corrected since."""
    found = db.session.scalars(
        facts(kind, scope_id=patient.scope_id).where(kind.id == key, _of(kind) == patient.id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such record of this patient, or it was corrected since; look at the course.")
    return found


def states(row: Fact) -> Sequence[Fact]:
    """Every state of a record up to this one, oldest first."""
    found: list[Fact] = [row]
    while (before := found[0].supersedes_id) is not None:
        older = db.session.get(type(row), before)
        if older is None:
            break
        found.insert(0, older)
    return found


def _begins(patient: Patient, given: Infusion, lens: Lens) -> datetime:
    """From which moment on a record belongs to the course of that infusion.

    Of the first infusion all do, also those that a corrected moment of it leaves before it: nothing is lost.
    """
    query = facts(Infusion, lens, scope_id=patient.scope_id).where(
        Infusion.patient_id == patient.id, Infusion.infused_at < given.infused_at
    )
    before = db.session.scalars(query.limit(1)).one_or_none()
    return given.infused_at if before else datetime.min.replace(tzinfo=UTC)


def _rows(kind: type[F], patient: Patient, lens: Lens) -> list[F]:
    query = facts(kind, lens, scope_id=patient.scope_id).where(_of(kind) == patient.id)
    return list(db.session.scalars(query))


def _of(kind: Any) -> Any:
    """The column that names the patient."""
    return kind.patient_id
