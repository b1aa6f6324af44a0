"""A list of existing patients: each is enrolled as of its day, with its infusion of before taken over."""

from datetime import date, datetime

from sqlalchemy import select

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db
from rems.core.errors import BadInput
from rems.followup.imports.reading import PATIENTS, Told, clock, day, one_of, whole
from rems.followup.steps import lay_out, plan_visits
from rems.patients import queries as patients
from rems.patients import steps as patient_steps
from rems.patients.models import Patient
from rems.patients.queries import Place
from rems.patients.rules import Sex, check_day, check_number, said
from rems.patients.taking_over import first_days, take_over
from rems.programs.rules import Program
from rems.sites.sheets import Column, Line, Outcome


class PatientList:
    """A list that is gone through inside an open transaction. Raises NotAllowed for who may not enroll there."""

    def __init__(self, place: Place, *, reason: str, by: Actor, now: datetime) -> None:
        require(by, Permission.PATIENT_ENROLL, scope_id=place.scope_id, program_id=place.program_id)
        self.place, self.reason, self.by, self.now = place, reason or "a list", by, now
        self.columns, self.began = PATIENTS, first_days(place)

    @staticmethod
    def columns_of(program: Program) -> tuple[Column, ...]:
        return PATIENTS

    @staticmethod
    def key(line: Line) -> str:
        return line["number"].casefold()

    def take(self, line: Line) -> Told:
        """Enroll the patient of a line, or find that it is here already. Raises BadInput."""
        birth_year, infused_on = whole(line, "birth_year"), day(line, "infused_on")
        number = check_number(line["number"], birth_year=birth_year)
        query = select(Patient).where(Patient.scope_id == self.place.scope_id, Patient.number == number)
        known = db.session.scalars(query).one_or_none()
        if known is not None:
            return self._known(line, known, infused_on)
        enrolled_on, planned_on = day(line, "enrolled_on"), day(line, "planned_on")
        assert enrolled_on is not None and birth_year is not None  # needed columns are filled
        today = day_in(self.place.site.timezone, self.now)
        check_day(enrolled_on, today=today, field="enrolled_on", what="enrolled_on")
        if planned_on is not None and planned_on < enrolled_on:
            raise BadInput(f"planned_on: {said(planned_on)} is before the enrollment on {said(enrolled_on)}.")
        patient = patient_steps.enroll(
            self.place,
            number=number,
            sex=Sex(one_of(line, "sex", Sex)),
            birth_year=birth_year,
            indication=line["indication"],
            prior_lines=whole(line, "prior_lines"),
            product=line["product"],
            track=line["track"],
            enrolled_on=enrolled_on,
            planned_infusion_on=planned_on,
            by=self.by,
        )
        db.session.flush()
        if infused_on is None:
            lay_out(patient, from_on=planned_on or enrolled_on, provisional=True)
            return Told(line, Outcome.NEW, number, f"Enrolled {said(enrolled_on)}, not infused.")
        self._take_over(line, patient, infused_on)
        return Told(line, Outcome.NEW, number, f"Enrolled {said(enrolled_on)}, infused {said(infused_on)}, taken over.")

    def _known(self, line: Line, known: Patient, infused_on: date | None) -> Told:
        """One that is enrolled here: the same, or only its infusion is new. Raises BadInput where they differ."""
        has = {
            "sex": (known.sex.value, one_of(line, "sex", Sex)),
            "birth_year": (known.birth_year, whole(line, "birth_year")),
            "product": (known.product, line["product"]),
            "track": (known.track, line["track"]),
            "enrolled_on": (known.enrolled_on, day(line, "enrolled_on")),
        }
        given = patients.infused_on([known.id]).get(known.id)
        if given is not None and infused_on is not None:
            has["infused_on"] = (given, infused_on)
        if differing := [f'{name} is "{here}" here' for name, (here, said_) in has.items() if here != said_]:
            raise BadInput(f"{known.number} is enrolled already, and differs: {', '.join(differing)}.")
        if given is not None or infused_on is None:
            return Told(line, Outcome.SAME, known.number, "Enrolled already; nothing changes.")
        self._take_over(line, known, infused_on)
        return Told(line, Outcome.CHANGED, known.number, f"The infusion of {said(infused_on)} is taken over.")

    def _take_over(self, line: Line, patient: Patient, infused_on: date) -> None:
        take_over(
            patient,
            self.place,
            infused_on=infused_on,
            infused_time=clock(line, "infused_time"),
            lot=line["lot"],
            bags=1 if (bags := whole(line, "bags")) is None else bags,
            reason=self.reason,
            began=self.began,
            by=self.by,
            now=self.now,
        )
        db.session.flush()
        plan_visits(patient, from_on=infused_on, provisional=False)

    def finish(self) -> None:
        """Every line is whole by itself."""
