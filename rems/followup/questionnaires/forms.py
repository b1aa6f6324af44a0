"""The form of questionnaires, made from their questions; and those of links and sample kits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rems.followup.questionnaires.answers import LONGEST_TEXT, WRITE_PARTIAL, field_of, first_day, partial_words
from rems.followup.questionnaires.answers import wrong as wrong_answer
from rems.followup.questionnaires.branching import Value, Values, shown
from rems.followup.questionnaires.rules import LINK_DAYS, LONGEST_LINK_DAYS
from rems.followup.questionnaires.terms import UNITS, Kind, Question
from rems.web.days import NUMBER_OF, read_day
from rems.web.fields import Asked
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    DecimalField,
    HiddenField,
    LongTextField,
    TextField,
    WholeNumberField,
)

MISSING = {
    Kind.CHOICE: "{}: choose one",
    Kind.SEVERAL: "{}: tick at least one",
    Kind.NUMBER: "{}: write a number",
    Kind.DAY: "{}: write a day",
    Kind.PARTIAL_DATE: "{}: write a day, a month or a year",
    Kind.TEXT: "{}: write an answer",
}


class PartialDateField(Asked):
    """A year, a month or a day. `.data` is ISO 8601: 2026, 2026-05 or 2026-05-03."""

    def read(self, text: str) -> str:
        if day := read_day(text):
            return day.isoformat()
        name, _, year = text.rpartition(" ")
        month = NUMBER_OF.get(name.strip(" ,.").lower(), 0)
        found = f"{year}-{month:02}" if month else text
        try:
            first_day(found)
        except ValueError:
            raise ValueError(f'"{text}" is no date; {WRITE_PARTIAL}') from None
        return found

    def shown(self, value: str) -> str:
        return partial_words(value)

    @property
    def echo(self) -> str:
        return partial_words(self.data) if self.data else ""


@dataclass(frozen=True)
class Block:
    """The questions of one questionnaire in a form. `code` begins the names of its fields; empty where it is alone."""

    code: str
    title: str
    questions: tuple[Question, ...]
    in_plain_words: bool = False

    def name(self, code: str) -> str:
        """The name of the field of a question."""
        return f"{self.code}-{code}" if self.code else field_of(code)


@dataclass(frozen=True)
class Row:
    """A question of a form with its field, whether it applies, and the field and answers that it hangs on."""

    field: Any
    applies: bool
    hangs_on: str = ""
    any_of: str = ""
    at_least: str = ""


class AnswersForm(BaseForm):
    """The questions of one or several questionnaires; the class with its fields is made by `asking`."""

    blocks: tuple[Block, ...] = ()
    seen = HiddenField()

    def values(self, block: Block) -> dict[str, Value]:
        """What is answered, by the code of the question."""
        return {q.code: value for q in block.questions if (value := self._value(block, q)) not in ("", [])}

    def _value(self, block: Block, question: Question) -> Value:
        field = self._fields[block.name(question.code)]
        found = field.data
        if found is None or found == "" or found == []:
            return ""
        if question.kind is Kind.SEVERAL:
            return [str(one) for one in found]
        if question.kind is Kind.NUMBER:
            return f"{found:f}"
        return found.isoformat() if isinstance(found, date) else str(found)

    def rows(self, block: Block) -> Iterator[Row]:
        """Every question of a block in its order."""
        applying = {q.code for q in shown(block.questions, self.values(block))}
        for question in block.questions:
            hangs = question.only_if
            field = self._fields[block.name(question.code)]
            if hangs is None:
                yield Row(field, True)
                continue
            least = f"{hangs.at_least:f}" if hangs.at_least is not None else ""
            yield Row(field, question.code in applying, block.name(hangs.question), "|".join(hangs.any_of), least)

    def is_sound(self, *, whole: bool, infused_on: date, on: date) -> bool:
        """Whether every answer is one; with `whole`, whether every question that must be answered is.

        What was typed at a question that does not apply is dropped. The day of the answers may be asked in the form.
        """
        for block in self.blocks:
            applying = {q.code for q in shown(block.questions, self.values(block))}
            for question in block.questions:
                field = self._fields[block.name(question.code)]
                field.optional = not (whole and question.required and question.code in applying)
                if question.code not in applying:
                    field.raw_data, field.process_errors = None, []
                    field.data = [] if question.kind is Kind.SEVERAL else None
        sound = bool(self.validate())
        for block in self.blocks:
            values = self.values(block)
            for question in block.questions:
                field = self._fields[block.name(question.code)]
                field.optional = not question.required
                if field.errors or question.code not in values:
                    continue
                if why := wrong_answer(question, values[question.code], infused_on=infused_on, on=on):
                    self.refuse(field.name, f"{field.words}: {why}")
                    sound = False
        return sound


def asking(blocks: Sequence[Block], *, dated: bool = False, correcting: bool = False) -> type[AnswersForm]:
    """The form that asks these blocks; `dated` asks the day of the answers too, `correcting` why they are corrected."""
    fields: dict[str, Any] = {"blocks": tuple(blocks)}
    if correcting:
        fields["reason"] = TextField("Why the answers are corrected", longest=500)
    if dated:
        fields["answered_on"] = DayField("Day of the answers", hint="The day, at the site, on which they were given")
    for block in blocks:
        for question in block.questions:
            fields[block.name(question.code)] = _field(question, block)
    return type("AskingForm", (AnswersForm,), fields)


def given(block: Block, values: Values) -> dict[str, object]:
    """What the form of a block begins with."""
    found: dict[str, object] = {}
    for question in block.questions:
        if question.code in values:
            value = values[question.code]
            found[block.name(question.code)] = _data(question, value)
    return found


def _data(question: Question, value: Value) -> object:
    return date.fromisoformat(value) if question.kind is Kind.DAY and isinstance(value, str) else value


def _field(question: Question, block: Block) -> Any:
    label = question.plain if block.in_plain_words else question.text
    hint = "" if block.in_plain_words else question.hint
    more: dict[str, Any] = {"optional": not question.required, "hint": hint}
    plain = question.plain_choices if block.in_plain_words else None
    pairs = list((plain or question.offered).items())
    partial = "The year is enough, or the month" if block.in_plain_words else "A year, a month or a day"
    unit = UNITS.get(question.unit, question.unit)
    kinds: dict[Kind, Any] = {
        Kind.CHOICE: lambda: _choice(label, pairs, more),
        Kind.SEVERAL: lambda: _Several(label, choices=pairs, **more),
        Kind.NUMBER: lambda: _Number(label, places=question.places, unit=unit, **more),
        Kind.DAY: lambda: _Day(label, **{**more, "hint": hint or "For example 24 Nov 2026"}),
        Kind.PARTIAL_DATE: lambda: _Partial(
            label, **{**more, "hint": hint or f"{partial}: 2026, May 2026 or 3 May 2026"}
        ),
        Kind.TEXT: lambda: _Text(label, longest=LONGEST_TEXT, **more),
    }
    return kinds[question.kind]()


def _choice(label: str, pairs: list[tuple[str, str]], more: dict[str, Any]) -> Any:
    return _Choice(label, choices=pairs, shown="radio", **more)


class _Choice(ChoiceField):
    missing = MISSING[Kind.CHOICE]


class _Several(ChoicesField):
    missing = MISSING[Kind.SEVERAL]


class _Number(DecimalField):
    """Its bounds are those of the question, said by the rule."""

    missing = MISSING[Kind.NUMBER]

    def shown(self, value: Any) -> str:
        return str(value)


class _Day(DayField):
    missing = MISSING[Kind.DAY]


class _Partial(PartialDateField):
    missing = MISSING[Kind.PARTIAL_DATE]


class _Text(LongTextField):
    missing = MISSING[Kind.TEXT]


class LinkForm(BaseForm):
    days = WholeNumberField(
        "For how many days",
        least=1,
        most=LONGEST_LINK_DAYS,
        default=LINK_DAYS,
        hint="After them the link opens nothing",
    )


class SetAsideForm(BaseForm):
    note = TextField("Why they are not taken over", hint="For example: we ask by phone", longest=500)


class StepForm(BaseForm):
    """One step of a sample kit."""

    seen = HiddenField()
    holds_on = DayField("Day")
    who = TextField("Who", hint="The person or the company that did it", longest=200)
    reference = TextField(
        "Reference", hint="The number by which it is found again", longest=100, optional=True, width="mid"
    )
    note = TextField("Note", optional=True, longest=500)


class CorrectedStepForm(StepForm):
    reason = TextField("Why the step is corrected", longest=500)
