"""The forms of assessments: a set, its questions, publishing, taking one, a link to it."""

from collections.abc import Sequence
from typing import Any

from rems.training.assessments.rules import ANSWER_WORDS, LINK_DAYS, LONGEST_LINK_DAYS, MOST_CHOICES, AnswerKind, Item
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    HiddenField,
    LongTextField,
    TextField,
    TickField,
    WholeNumberField,
)

PLACES = range(1, MOST_CHOICES + 1)
LEAST_CHOICES = 2


class SetForm(BaseForm):
    seen = HiddenField()
    title = TextField("Title", hint="As it is printed on records and certificates", longest=200)
    edition = TextField("Edition", hint="For example 1.0", longest=40, width="mid")
    messages = LongTextField(
        "Key risk messages", hint="One on a line; each question says which of them it covers", optional=True
    )

    @property
    def lines(self) -> list[str]:
        return (self.messages.data or "").splitlines()


class EditionForm(BaseForm):
    edition = TextField("Edition", hint="For example 2.0", longest=40, width="mid")


class QuestionForm(BaseForm):
    """A question with up to eight choices, each with a mark that it is right."""

    seen = HiddenField()
    text = LongTextField("Question", longest=2000)
    kind = ChoiceField("How it is answered", choices=[(k.value, w) for k, w in ANSWER_WORDS.items()], shown="radio")
    message = ChoiceField("Key risk message", optional=True, hint="What this question covers")
    explanation = LongTextField(
        "Explanation", optional=True, hint="Shown to a person who passed, beside the right answer", longest=2000
    )

    def pairs(self) -> list[tuple[TextField, TickField]]:
        """The fields of each choice: its words, and whether it is right."""
        return [(self[f"choice{n}"], self[f"right{n}"]) for n in PLACES]

    @property
    def choices(self) -> list[tuple[str, bool]]:
        return [(words.data or "", right.data) for words, right in self.pairs()]


for _n in PLACES:
    setattr(QuestionForm, f"choice{_n}", TextField(f"Choice {_n}", optional=_n > LEAST_CHOICES, longest=500))
    setattr(QuestionForm, f"right{_n}", TickField(f"Choice {_n} is right"))


def filled_in(item: Item) -> dict[str, Any]:
    """What the form of a question begins with when it is written anew."""
    given: dict[str, Any] = {
        "text": item.text,
        "kind": item.kind.value,
        "message": item.message or None,
        "explanation": item.explanation,
    }
    for n, choice in enumerate(item.choices, 1):
        given |= {f"choice{n}": choice.text, f"right{n}": choice.right}
    return given


class PublishForm(BaseForm):
    seen = HiddenField()
    from_on = DayField("First day", hint="From this day on it is taken, in the place of the edition before")


class WithdrawForm(BaseForm):
    seen = HiddenField()
    on = DayField("Not taken from", hint="The first day on which nobody takes it any more")


class LinkForm(BaseForm):
    staff_id = ChoiceField("Person")
    days = WholeNumberField("Holds for", least=1, most=LONGEST_LINK_DAYS, unit="days", default=LINK_DAYS)


class GrantForm(BaseForm):
    reason = TextField("Reason", hint="It is kept beside the attempt", longest=500)


class _Answer:
    """A question is called by its place where something is wrong with its answer; its id holds the place."""

    id: str

    @property
    def words(self) -> str:
        return f"Question {self.id.removeprefix('q')}"


class OneAnswer(_Answer, ChoiceField):
    missing = "{} has no answer yet"


class Answers(_Answer, ChoicesField):
    missing = "{} has no answer yet"


class TakeForm(BaseForm):
    """The view adds a field for each question."""

    @property
    def chosen(self) -> dict[str, frozenset[str]]:
        """What was chosen, by the key of the question."""
        found = {}
        for field in self:
            if isinstance(field, OneAnswer):
                found[field.short_name.removeprefix("q")] = frozenset([field.data] if field.data else [])
            elif isinstance(field, Answers):
                found[field.short_name.removeprefix("q")] = frozenset(field.data or [])
        return found


def take_form(items: Sequence[Item]) -> type[TakeForm]:
    """A form that asks these questions in this order."""
    fields: dict[str, Any] = {}
    for place, item in enumerate(items, 1):
        choices = [(c.key, c.text) for c in item.choices]
        if item.kind is AnswerKind.SINGLE:
            fields[f"q{item.key}"] = OneAnswer(f"{place}. {item.text}", choices=choices, shown="radio", id=f"q{place}")
        else:
            hint = "Tick every right answer."
            fields[f"q{item.key}"] = Answers(f"{place}. {item.text}", choices=choices, hint=hint, id=f"q{place}")
    return type("Taking", (TakeForm,), fields)
