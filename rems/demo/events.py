"""Invented adverse events: most of them early after the infusion, some with a clock that runs out these days."""

from dataclasses import dataclass
from datetime import date, timedelta

from rems.demo.calendar import Calendar
from rems.demo.patients import Treated
from rems.demo.people import People
from rems.events import actions as events
from rems.events.grading import CrsInputs, Oxygen
from rems.events.reporting import Happening
from rems.events.rules import Kind, Outcome, Seriousness

KINDS = (
    (Kind.CRS,) * 24
    + (Kind.ICANS,) * 9
    + (Kind.INFECTION,) * 12
    + (Kind.CYTOPENIA,) * 9
    + (Kind.NEW_MALIGNANCY,)
    + (Kind.OTHER,) * 5
)
# First and last day after the infusion on which such an event begins.
ONSET = {
    Kind.CRS: (1, 7),
    Kind.ICANS: (4, 10),
    Kind.INFECTION: (6, 300),
    Kind.CYTOPENIA: (28, 120),
    Kind.NEW_MALIGNANCY: (200, 2400),
    Kind.OTHER: (2, 400),
}
TERMS = {
    Kind.INFECTION: ("Pneumonia", "Herpes zoster", "Sepsis", "Cytomegalovirus infection reactivation"),
    Kind.CYTOPENIA: ("Neutropenia", "Thrombocytopenia", "Anemia"),
    Kind.NEW_MALIGNANCY: ("Myelodysplastic syndrome", "Squamous cell carcinoma of skin", "T-cell lymphoma"),
    Kind.OTHER: ("Hypogammaglobulinemia", "Atrial fibrillation", "Hypokalemia"),
}
# Temperature, vasopressors, low pressure, oxygen: the four grades of CRS as a ward sees them.
WARD = (
    CrsInputs(temperature_c=38.6),
    CrsInputs(temperature_c=39.2, hypotension=True, oxygen=Oxygen.LOW_FLOW),
    CrsInputs(temperature_c=39.8, hypotension=True, vasopressors=1, oxygen=Oxygen.HIGH_FLOW),
    CrsInputs(temperature_c=40.1, hypotension=True, vasopressors=2, oxygen=Oxygen.POSITIVE_PRESSURE),
)


@dataclass(frozen=True)
class Reporter:
    """Reports events of treated patients; past ones are assessed as well."""

    calendar: Calendar
    people: People

    def past(self, treated: Treated) -> bool:
        """One event of the patient's history; whether there was time for it."""
        kind = self.calendar.dice.choice(KINDS)
        first, last = ONSET[kind]
        begins = treated.infused_on + timedelta(days=self.calendar.dice.randint(first, last))
        end = treated.died_on or self.calendar.today - timedelta(days=60)
        if begins >= end:
            return False
        self._report(treated, kind, begins, learned_after=self.calendar.dice.randint(0, 2))
        return True

    def running(self, treated: Treated, days_ago: int) -> None:
        """An event that the company learned of some days ago: its clock still runs."""
        day_zero = self.calendar.today - timedelta(days=days_ago - 1)
        begins = max(treated.infused_on, day_zero - timedelta(days=2))
        kind = Kind.CRS if (begins - treated.infused_on).days <= 14 else Kind.INFECTION
        self._report(treated, kind, begins, learned_after=(day_zero - begins).days, serious=True, assessed=False)

    def _report(
        self,
        treated: Treated,
        kind: Kind,
        begins: date,
        *,
        learned_after: int,
        serious: bool = False,
        assessed: bool = True,
    ) -> None:
        dice, zone = self.calendar.dice, treated.hospital.town.timezone
        grade = dice.choices((1, 2, 3, 4), (3, 4, 2, 1))[0]
        if serious:
            grade = max(grade, 2)
        day_zero = begins + timedelta(days=learned_after)
        graded = kind is Kind.CRS
        at = self.calendar.at(day_zero, zone)
        key = events.report(
            treated.patient_id,
            Happening(
                kind=kind,
                term=dice.choice(TERMS[kind]) if kind in TERMS else "",
                began_on=begins,
                site_aware_on=begins,
                day_zero=day_zero,
                seriousness=self._criteria(kind, grade, serious=serious),
                outcome=dice.choice((Outcome.RECOVERED, Outcome.RECOVERED, Outcome.RECOVERING))
                if assessed
                else Outcome.RECOVERING,
                ended_on=None,
                grade=grade if kind in (Kind.CRS, Kind.ICANS) else None,
                crs_inputs=WARD[grade - 1] if graded else None,
                narrative="Seen on the ward; treated by the local protocol.",
            ),
            by=treated.hospital.coordinator,
            now=at,
        )
        if assessed:
            events.assess(
                key,
                expected=kind is not Kind.NEW_MALIGNANCY,
                seriousness=self._criteria(kind, grade, serious=serious),
                reason="Judged against the reference safety information in force on day 0",
                by=self.people.reviewer,
                now=self.calendar.at(day_zero + timedelta(days=4), zone),
            )

    def _criteria(self, kind: Kind, grade: int, *, serious: bool) -> list[Seriousness]:
        if kind is Kind.NEW_MALIGNANCY:
            return [Seriousness.OTHER_IMPORTANT]
        if grade >= 4:
            return [Seriousness.LIFE_THREATENING, Seriousness.HOSPITALIZATION]
        return [Seriousness.HOSPITALIZATION] if grade >= 2 or serious else []
