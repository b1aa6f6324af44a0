"""A list of past visits: each is recorded by the rules of a visit that is entered by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db
from rems.core.errors import BadInput
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.followup import queries, rules
from rems.followup.imports.reading import Told, day, one_of, visit_columns
from rems.followup.models import Visit
from rems.followup.rules import SURVIVAL_QUESTION, Answer, ContactKind, Seen, Survival
from rems.followup.steps import plan_visits
from rems.patients import steps as patient_steps
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.patients.rules import said
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.sites.sheets import Column, Line, Outcome


class VisitList:
    """A list that is gone through inside an open transaction. Raises NotAllowed for who may not record visits there."""

    def __init__(self, place: Place, *, reason: str, by: Actor, now: datetime) -> None:
        require(by, Permission.VISIT_RECORD, scope_id=place.scope_id, program_id=place.program_id)
        self.place, self.columns = place, self.columns_of(place.program)
        self.today = day_in(place.site.timezone, now)
        self.touched: dict[UUID, Patient] = {}

    @staticmethod
    def columns_of(program: Program) -> tuple[Column, ...]:
        known = programs.catalogue().schedules
        return visit_columns(known[code] for code in program.tracks if code in known)

    @staticmethod
    def key(line: Line) -> str:
        return f"{line['number']}|{line['visit']}".casefold()

    def take(self, line: Line) -> Told:
        """Record the visit of a line, or find that it is recorded already. Raises BadInput, NotFound for its code."""
        patient = self._patient(line["number"])
        patient_steps.alone(patient.id)
        course = queries.course(patient, Lens(self.today))
        if course.infusion is None:
            raise BadInput(f"{patient.number} is not infused yet; visits are recorded after the infusion.")
        found, infused_on = course.line(line["visit"].upper()), course.infusion.holds_on
        survival, holds_on = Survival(one_of(line, "survival", Survival)), day(line, "day")
        assert holds_on is not None  # a needed column is filled
        if found.fact is not None:
            return self._known(line, patient, found, (holds_on, survival))
        died_on = day(line, "died_on") or (holds_on if survival is Survival.DEAD else None)
        rules.check_day(holds_on, infused_on=infused_on, today=self.today)
        rules.check_window(found.visit, holds_on, survival=survival, late_reason=line["late_reason"])
        told = Seen(holds_on, survival, died_on)
        rules.check_survival(told, infused_on=infused_on, others=self._others(course, found.visit.code))
        notes = {SURVIVAL_QUESTION: line["cause"]} if line["cause"] and survival is Survival.DEAD else {}
        row = Visit(
            id=uuid7(),
            scope_id=patient.scope_id,
            program_id=patient.program_id,
            holds_on=holds_on,
            patient_id=patient.id,
            code=found.visit.code,
            contact=ContactKind(one_of(line, "contact", ContactKind)),
            survival=survival,
            answers=rules.keep(found.visit.asks, self._answers(line), notes, told),
            late_reason=line["late_reason"],
            note=line["note"],
        )
        db.session.add(row)
        db.session.flush()
        self.touched[patient.id] = patient
        return Told(line, Outcome.NEW, patient.number, f"{found.visit.title}, {said(holds_on)}.")

    def finish(self) -> None:
        """Lay out anew the visits of everybody whom the list named."""
        for patient in self.touched.values():
            course = queries.course(patient, Lens(self.today))
            plan_visits(patient, from_on=course.from_on, provisional=course.provisional)

    def _patient(self, number: str) -> Patient:
        query = select(Patient).where(Patient.scope_id == self.place.scope_id, Patient.number == number.upper())
        found = db.session.scalars(query).one_or_none()
        if found is None:
            raise BadInput(f"number: {number[:40]} is not enrolled at {self.place.site.name} under this program.")
        return found

    @staticmethod
    def _known(line: Line, patient: Patient, found: queries.Line, told: Any) -> Told:
        fact = found.fact
        if fact is None or (fact.holds_on, fact.survival) != told:
            raise BadInput(
                f"{found.visit.title} of {patient.number} is recorded otherwise already, on "
                f"{said(fact.holds_on) if fact else 'another day'}; correct it on its page, with a reason."
            )
        return Told(line, Outcome.SAME, patient.number, f"{found.visit.title} is recorded already.")

    def _answers(self, line: Line) -> dict[str, str]:
        codes = {q.code for s in programs.catalogue().schedules.values() for q in s.questions} - {SURVIVAL_QUESTION}
        by_column = {code.lower(): code for code in codes}
        asked = [c.name for c in self.columns if c.name in by_column and line[c.name]]
        return {by_column[name]: one_of(line, name, Answer) for name in asked}

    @staticmethod
    def _others(course: queries.Course, code: str) -> list[Seen]:
        rows = [line.fact for line in course.lines if line.fact and line.visit.code != code]
        return [Seen(r.holds_on, r.survival, rules.day_of_death(r.survival, r.holds_on, r.answers)) for r in rows]
