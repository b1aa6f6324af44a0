"""Which questions apply by what was answered, and which of them are still open. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rems.followup.questionnaires.terms import Condition, Question

Value = str | list[str]
"""The code of a choice, the codes of several, a number as text, a day or partial date in ISO 8601, or words."""
Values = Mapping[str, Value]
"""What was answered, by the code of the question; what is not in it has no answer."""


def met(condition: Condition, values: Values) -> bool:
    """Whether an earlier answer shows a question."""
    value = values.get(condition.question)
    if value is None:
        return False
    if condition.at_least is not None:
        return isinstance(value, str) and Decimal(value) >= condition.at_least
    given = value if isinstance(value, list) else [value]
    return not set(given).isdisjoint(condition.any_of)


def shown(questions: Sequence[Question], values: Values) -> tuple[Question, ...]:
    """The questions that apply. One that hangs on a question which does not apply does not apply either."""
    found: dict[str, Question] = {}
    for question in questions:
        if question.only_if is None or (question.only_if.question in found and met(question.only_if, values)):
            found[question.code] = question
    return tuple(found.values())


def settled(questions: Sequence[Question], values: Values) -> dict[str, Value]:
    """The answers to the questions that apply; the rest falls away."""
    return {q.code: values[q.code] for q in shown(questions, values) if q.code in values}


def gaps(questions: Sequence[Question], values: Values) -> tuple[Question, ...]:
    """The questions that apply, must be answered, and are not."""
    return tuple(q for q in shown(questions, values) if q.required and q.code not in values)
