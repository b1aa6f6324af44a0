"""The short report form, and the assessment form."""

from typing import Any

from rems.core.errors import BadInput
from rems.events.grading import OXYGEN_WORDS, CrsInputs, Oxygen
from rems.events.rules import KIND_WORDS, OUTCOME_WORDS, SERIOUSNESS_WORDS, Kind
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    DecimalField,
    LongTextField,
    TextField,
)

SIGNS = {
    "hypotension": "Blood pressure was too low",
    "vasopressin": "Vasopressin was given (not counted above)",
    "airway_only": "Intubated only to protect the airway, without need of oxygen",
    "fever_other_cause": "The fever has another cause",
    "prior_fever": "There was fever earlier, and an antipyretic, tocilizumab or a steroid was given for it",
}
BEDSIDE = ("temperature_c", "vasopressors", "oxygen", "signs")
"""Asked only for CRS, for its grade is worked out from them."""


class ReportForm(BaseForm):
    kind = ChoiceField("What happened", choices=list(KIND_WORDS.items()), shown="radio")
    term = TextField(
        "In a few words",
        hint="The diagnosis or the sign, such as pneumonia. For CRS and ICANS it may stay empty.",
        longest=250,
        optional=True,
        width="mid",
    )
    began_on = DayField("When it began")
    ended_on = DayField("When it ended", optional=True, hint="Empty while it goes on")
    temperature_c = DecimalField("Highest temperature", least="25", most="45", places=1, unit="°C")
    vasopressors = ChoiceField(
        "Vasopressors", choices=[("0", "None"), ("1", "One"), ("2", "Two or more")], default="0", width="short"
    )
    oxygen = ChoiceField("Most oxygen needed", choices=list(OXYGEN_WORDS.items()))
    signs = ChoicesField("What else was so", choices=list(SIGNS.items()), optional=True, hint="Tick all that apply")
    grade = ChoiceField(
        "Grade you give",
        choices=[(str(n), f"Grade {n}") for n in range(1, 6)],
        optional=True,
        width="mid",
        hint="CRS and ICANS by ASTCT 2019, the rest by CTCAE 5.0. For CRS, none keeps the grade that is worked out.",
    )
    grade_reason = TextField("Why it differs from the grade worked out", longest=500, optional=True)
    seriousness = ChoicesField(
        "Was it serious?",
        choices=list(SERIOUSNESS_WORDS.items()),
        optional=True,
        hint="Tick all that apply. Serious is not the same as severe.",
    )
    not_serious_reason = TextField(
        "Why it was not serious", longest=500, optional=True, hint="Only where nothing is ticked above"
    )
    outcome = ChoiceField("Outcome so far", choices=list(OUTCOME_WORDS.items()), width="mid")
    site_aware_on = DayField("When the site learned of it", hint="With this report: today")
    day_zero = DayField("When the company learned of it, day 0", hint="With this report: today")
    narrative = LongTextField("In your words", optional=True, longest=10_000)

    def validate(self, *args: Any, **more: Any) -> bool:
        """The bedside values are held against the report only where they are asked for."""
        super().validate(*args, **more)
        if self.kind.data != Kind.CRS:
            for name in BEDSIDE:
                self[name].errors = ()
        return not self.problems()

    def bedside_holds(self) -> bool:
        """Whether the fields that the grade is worked out from hold; nothing else is asked yet."""
        return all([self[name].validate(self) for name in ("csrf_token", "kind", *BEDSIDE, "grade")])  # noqa: C419 (all)

    def crs_inputs(self) -> CrsInputs | None:
        """The bedside values, when the event is CRS and they hold. Raises BadInput."""
        if self.kind.data != Kind.CRS:
            return None
        signs = {name: name in self.signs.data for name in SIGNS}
        return CrsInputs(
            temperature_c=float(self.temperature_c.data),
            vasopressors=int(self.vasopressors.data),
            oxygen=Oxygen(self.oxygen.data),
            treated=signs["prior_fever"],
            died_of_crs=self.grade.data == "5",
            **signs,
        )

    def check_is_crs(self) -> None:
        """Only the grade of CRS is worked out here. Raises BadInput."""
        if self.kind.data != Kind.CRS:
            raise BadInput("What happened: a grade is worked out for CRS alone; give the grade yourself.", "kind")

    def suggest(self, name: str, value: str) -> None:
        """Fill in a choice that was left out; the person may take it back."""
        field = self[name]
        if not field.chosen():
            field.data, field.raw_data = ([value] if field.kind == "choices" else value), [value]


class AssessForm(BaseForm):
    expected = ChoiceField(
        "Is it expected?",
        choices=[
            ("no", "No: not in the reference safety information, or more severe or more specific than there"),
            ("yes", "Yes: listed there, at that severity"),
        ],
        shown="radio",
    )
    seriousness = ChoicesField(
        "Serious, because", choices=list(SERIOUSNESS_WORDS.items()), optional=True, hint="None ticked: not serious."
    )
    reason = TextField("Reason", hint="Against which document, of which date", longest=500)
