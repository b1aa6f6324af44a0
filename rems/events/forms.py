"""The short report form, and the assessment form."""

from rems.core.errors import BadInput
from rems.events.grading import CrsInputs, Oxygen
from rems.events.rules import KIND_WORDS, OUTCOME_WORDS, SERIOUSNESS_WORDS, Kind
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    DecimalField,
    LongTextField,
    TextField,
    TickField,
)

OXYGEN_WORDS = {
    Oxygen.NONE: "None",
    Oxygen.LOW_FLOW: "Nasal cannula, up to 6 L/min",
    Oxygen.BLOW_BY: "Blow-by",
    Oxygen.HIGH_FLOW: "Nasal cannula, more than 6 L/min",
    Oxygen.MASK: "Face mask",
    Oxygen.NONREBREATHER: "Non-rebreather mask",
    Oxygen.VENTURI: "Venturi mask",
    Oxygen.POSITIVE_PRESSURE: "CPAP, BiPAP or intubated",
}


class ReportForm(BaseForm):
    kind = ChoiceField("What happened", choices=list(KIND_WORDS.items()), shown="radio")
    term = TextField(
        "In a few words",
        hint="The diagnosis or the sign, for example: pneumonia",
        longest=250,
        optional=True,
        width="mid",
    )
    began_on = DayField("When it began")
    ended_on = DayField("When it ended", optional=True, hint="Leave empty while it goes on")
    temperature_c = DecimalField("Highest temperature", least="25", most="45", places=1, unit="°C", optional=True)
    vasopressors = ChoiceField(
        "Vasopressors",
        choices=[("0", "none"), ("1", "one"), ("2", "two or more")],
        optional=True,
        hint="Vasopressin not counted",
    )
    vasopressin = TickField("Vasopressin was given too")
    hypotension = TickField("Blood pressure was low")
    oxygen = ChoiceField("Oxygen", choices=list(OXYGEN_WORDS.items()), optional=True)
    airway_only = TickField("Intubated only to protect the airway")
    fever_other_cause = TickField("The fever has another cause")
    prior_fever = TickField("There was fever before, and antipyretics, tocilizumab or steroids were given for it")
    grade = ChoiceField("Grade you give", choices=[(str(n), str(n)) for n in range(1, 6)], optional=True)
    grade_reason = TextField("Reason, if it differs from the computed grade", longest=500, optional=True)
    seriousness = ChoicesField(
        "Was it serious?",
        choices=list(SERIOUSNESS_WORDS.items()),
        optional=True,
        hint="Tick all that apply. Serious is not the same as severe.",
    )
    outcome = ChoiceField("Outcome so far", choices=list(OUTCOME_WORDS.items()))
    site_aware_on = DayField("When the site learned of it")
    day_zero = DayField(
        "When the company learned of it",
        hint="Day 0: the day it had patient, reporter, product and event. With this report: today.",
    )
    narrative = LongTextField("In your words", optional=True, longest=10_000)

    def bedside_holds(self) -> bool:
        """Whether the fields that the grade is worked out from hold; nothing else is asked yet."""
        names = ("csrf_token", "kind", "temperature_c", "vasopressors", "oxygen", "grade")
        return all([self._fields[name].validate(self) for name in names])

    def crs_inputs(self) -> CrsInputs | None:
        """The bedside values, when the event is CRS. Raises BadInput when one that decides the grade is missing."""
        if self.kind.data != Kind.CRS:
            return None
        if self.temperature_c.data is None:
            raise BadInput("Highest temperature is missing: it decides whether this is CRS.", "temperature_c")
        if not self.oxygen.data:
            raise BadInput("Oxygen is missing: say which kind, it decides the grade.", "oxygen")
        return CrsInputs(
            temperature_c=float(self.temperature_c.data),
            fever_other_cause=self.fever_other_cause.data,
            prior_fever=self.prior_fever.data,
            treated=self.prior_fever.data,
            vasopressors=int(self.vasopressors.data or 0),
            vasopressin=self.vasopressin.data,
            hypotension=self.hypotension.data,
            oxygen=Oxygen(self.oxygen.data),
            airway_only=self.airway_only.data,
            died_of_crs=self.grade.data == "5",
        )


class AssessForm(BaseForm):
    expected = ChoiceField(
        "Is it expected?",
        choices=[
            ("no", "No: not in the reference safety information, or more severe or specific"),
            ("yes", "Yes: listed at that severity"),
        ],
        shown="radio",
    )
    seriousness = ChoicesField(
        "Serious, because", choices=list(SERIOUSNESS_WORDS.items()), optional=True, hint="None ticked: not serious."
    )
    reason = TextField("Reason", hint="Against which document, of which date", longest=500)
