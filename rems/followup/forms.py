"""The forms of enrollment, infusion and visits."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from rems.followup.rules import SURVIVAL_QUESTION, Answer, ContactKind, Survival
from rems.patients.rules import Sex
from rems.programs.rules import Question
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    DayField,
    HiddenField,
    LongTextField,
    MomentField,
    TextField,
    WholeNumberField,
)


class EnrollmentForm(BaseForm):
    """Product and track are those of the program; the view gives their choices."""

    scope = HiddenField()
    number = TextField(
        "Registry number",
        hint="The number of the registry or the site, such as HL-0417. No name, no date of birth.",
        longest=40,
        width="mid",
    )
    sex = ChoiceField("Sex", choices=[(s.value, s.value.capitalize()) for s in Sex], shown="radio")
    birth_year = WholeNumberField("Year of birth", least=1900, most=2100)
    indication = TextField("Indication", hint="The disease that is treated, in a few words", longest=250)
    prior_lines = WholeNumberField("Earlier lines of treatment", most=30, optional=True)
    product = ChoiceField("Product", shown="radio")
    track = ChoiceField("Follow-up schedule", shown="radio")
    enrolled_on = DayField("Enrolled on")
    planned_infusion_on = DayField("Planned infusion", optional=True)


class InfusionForm(BaseForm):
    """The moment is read on the clocks of the site; the view gives its locations."""

    infused_at = MomentField("Moment of the infusion")
    location_id = ChoiceField("Where")
    lot = TextField("Lot of the product", longest=60, width="mid")
    bags = WholeNumberField("Bags given", least=1, most=50)


class CorrectionForm(InfusionForm):
    """`seen` is the state that is corrected, `looked_at` the day for which the page showed what moves."""

    seen = HiddenField()
    looked_at = HiddenField()
    reason = TextField("Why it is corrected", hint="It is kept beside the old record", longest=500)


class NoteField(TextField):
    """Words beside an answer: shown as "Note", and named with its question to those who do not see the two together."""

    def __init__(self, about: str, **more: Any) -> None:
        hidden = Markup('Note<span class="visually-hidden"> on {}</span>').format(about.lower())
        super().__init__(hidden, optional=True, **more)
        self.about = about

    @property
    def words(self) -> str:
        return f"Note on {self.about.lower()}"


class VisitForm(BaseForm):
    """What every visit asks; `asking` adds the questions of one schedule. `seen` is the state that is corrected."""

    seen = HiddenField(pattern="[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", expected="the key of a record")
    holds_on = DayField("Day of the visit")
    contact = ChoiceField("How", choices=[(c.value, c.words) for c in ContactKind], hint="How the patient was reached")
    survival = ChoiceField("Survival", choices=[(s.value, s.words) for s in Survival], shown="radio")
    died_on = DayField("Day of death", optional=True, hint="If the patient has died")
    cause = TextField("Cause of death", optional=True, longest=250, hint="As far as it is known")

    def answers(self) -> dict[str, str]:
        """The answer to each question that was answered, by its code."""
        return {code: self[f"ask_{code}"].data for code in self.codes() if self[f"ask_{code}"].data}

    def notes(self) -> dict[str, str]:
        """The words beside the answers, and the cause of death."""
        own = {code: self[f"note_{code}"].data for code in self.codes()}
        return {code: words for code, words in {**own, SURVIVAL_QUESTION: self.cause.data}.items() if words}

    def codes(self) -> list[str]:
        """The questions asked, in their order."""
        return [name.removeprefix("ask_") for name in self._fields if name.startswith("ask_")]


def asking(questions: Sequence[Question], *, correcting: bool) -> type[VisitForm]:
    """The form of a visit that asks these questions; a correction also asks why."""
    fields: dict[str, Any] = {}
    for one in questions:
        if one.code == SURVIVAL_QUESTION:
            continue
        fields[f"ask_{one.code}"] = ChoiceField(one.title, choices=[(a.value, a.words) for a in Answer])
        fields[f"note_{one.code}"] = NoteField(one.title, longest=500)
    fields["late_reason"] = TextField("Reason, if outside the window", optional=True, longest=500)
    fields["note"] = LongTextField("Anything else", optional=True, longest=5000)
    if correcting:
        fields["reason"] = TextField("Why the record is corrected", longest=500)
    return type("AskingForm", (VisitForm,), fields)
