"""Read config/questionnaires into a library, or say everything that is wrong in it, with file, line and mend."""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType

from yaml.nodes import MappingNode, ScalarNode

from rems.core.errors import SetupError
from rems.events.rules import Kind as EventKind
from rems.followup.questionnaires.terms import (
    CHOSEN,
    PLAIN_YES_NO,
    UNITS,
    YES_NO,
    Condition,
    Kind,
    Library,
    Opens,
    Question,
    Questionnaire,
)
from rems.programs.opening import Errors
from rems.programs.reading import Table, one_of, perhaps
from rems.programs.rows import open_table
from rems.programs.rules import Catalogue
from rems.programs.terms import Confidence

DATED = frozenset({Kind.DAY, Kind.PARTIAL_DATE})
MOST_PLACES = 6


def load(folder: Path, catalogue: Catalogue) -> Library:
    """Every questionnaire of a folder. Raises SetupError with all mistakes, one in a line."""
    errors = Errors()
    asked = {q.code for s in catalogue.schedules.values() for q in s.questions}
    found: dict[tuple[str, int], Questionnaire] = {}
    for path in sorted(folder.glob("*.yaml")):
        table = open_table(path, errors)
        if table is None:
            continue
        one = _questionnaire(table, asked, catalogue.sources)
        table.close()
        if (one.code, one.version) in found:
            table.wrong("version", f"a version of {one.code} that no other file has")
        found[(one.code, one.version)] = one
        twin = next((o for o in found.values() if o is not one and _same_day(o, one)), None)
        if twin:
            table.wrong("from_on", f"another day than version {twin.version}, which is asked from that day on")
    if errors.lines:
        raise SetupError(errors.report())
    codes = sorted({code for code, _ in found})
    newest = sorted(found.values(), key=lambda one: one.from_on, reverse=True)
    return Library(MappingProxyType({c: tuple(one for one in newest if one.code == c) for c in codes}))


def _same_day(one: Questionnaire, other: Questionnaire) -> bool:
    return one.code == other.code and one.version != other.version and one.from_on == other.from_on


def _questionnaire(table: Table, asked: Collection[str], sources: Collection[str]) -> Questionnaire:
    questions: dict[str, Question] = {}
    rows = table.tables("questions")
    if not rows:
        table.wrong("questions", "at least one question")
    for row in rows:
        question = _read(row, questions)
        row.close()
        if question.code in questions:
            row.wrong("code", "each question once")
        questions.setdefault(question.code, question)
    return Questionnaire(
        code=table.code("code"),
        version=table.number("version", least=1),
        title=table.text("title"),
        from_on=table.day("from_on"),
        answers_to=table.references("answers_to", asked, "a question of schedules.yaml"),
        questions=tuple(questions.values()),
        confidence=table.choice("confidence", Confidence),
        sources=table.references("sources", sources, "sources.yaml"),
        note=table.text("note", ""),
        opens=_opens(table, questions),
        laboratory=False if table.absent("laboratory") else table.flag("laboratory"),
        plain_title=table.text("plain_title", ""),
    )


def _read(table: Table, earlier: dict[str, Question]) -> Question:
    kind = table.choice("kind", Kind)
    number = kind is Kind.NUMBER
    choices = _choices(table) if kind in CHOSEN else None
    for key, belongs, words in (
        ("choices", kind in CHOSEN, "no choices; only choice and several have them"),
        ("plain_choices", kind in CHOSEN, "no plain_choices; only choice and several have them"),
        *((k, number, f"no {k}; only a number has it") for k in ("unit", "least", "most", "places")),
        ("before_infusion", kind in DATED, "no before_infusion; only a day and a partial date have it"),
    ):
        if not belongs and not table.absent(key):
            table.wrong(key, words)
    unit, least, most, places = _measure(table) if number else ("", None, None, 0)
    plain = table.text("plain", "")
    only_if = _only_if(table, earlier, for_patient=bool(plain))
    return Question(
        code=table.code("code"),
        text=table.text("text"),
        kind=kind,
        required=False if table.absent("required") else table.flag("required"),
        plain=plain,
        hint=table.text("hint", ""),
        choices=choices,
        unit=unit,
        least=least,
        most=most,
        places=places,
        before_infusion=kind in DATED and not table.absent("before_infusion") and table.flag("before_infusion"),
        only_if=only_if,
        plain_choices=_plain_choices(table, choices) if choices else None,
    )


def _plain_choices(table: Table, choices: Mapping[str, str]) -> Mapping[str, str] | None:
    """The words of the choices for the patient; None where they are the same."""
    below = table.table("plain_choices")
    if below is None:
        return PLAIN_YES_NO if choices == YES_NO else None
    if list(below.keys) != list(choices):
        table.wrong("plain_choices", f"words for each choice in its order, {one_of(choices)}")
    return {code: below.text(code) for code in below.keys}


def _choices(table: Table) -> dict[str, str]:
    """Code and words of each choice; the word yes-no stands for no, yes and not known."""
    node = table.values.get("choices")
    if isinstance(node, ScalarNode) and node.value == "yes-no":
        table.asked.add("choices")
        return dict(YES_NO)
    below = table.table("choices") if isinstance(node, MappingNode) else None
    if below is None or len(below.keys) < 2:
        table.asked.add("choices")
        table.wrong("choices", "yes-no, or a table of two or more codes with their words")
        return {}
    found = {code: below.text(code) for code in below.keys}
    below.close()
    return found


def _measure(table: Table) -> tuple[str, Decimal | None, Decimal | None, int]:
    """Unit, least, most and decimal places of a number."""
    unit = table.text("unit")
    if unit and unit not in UNITS:
        table.wrong("unit", f"a UCUM unit that is known here, {one_of(UNITS)}{perhaps(unit, UNITS)}")
    least, most = _decimal(table, "least"), _decimal(table, "most")
    if least is not None and most is not None and most <= least:
        table.wrong("most", f"more than least, {least}")
    places = 0 if table.absent("places") else table.number("places")
    if places > MOST_PLACES:
        table.wrong("places", f"a whole number from 0 to {MOST_PLACES}")
    return unit, least, most, places


def _decimal(table: Table, key: str) -> Decimal | None:
    if table.absent(key):
        return None
    node = table.values[key]
    try:
        found = Decimal(node.value) if isinstance(node, ScalarNode) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        table.wrong(key, "a number, such as 0.5")
        return None
    return found


def _only_if(table: Table, earlier: dict[str, Question], *, for_patient: bool) -> Condition | None:
    below = table.table("if")
    if below is None:
        return None
    found = _condition(below, earlier)
    below.close()
    other = earlier.get(found.question)
    if for_patient and other and not other.plain:
        below.wrong("question", "a question with plain words: the patient is asked this one, so that one too")
    return found


def _condition(table: Table, known: dict[str, Question]) -> Condition:
    """An answer to a question that was read before this one."""
    code = table.text("question")
    other = known.get(code)
    if code and other is None:
        table.wrong("question", f"a question that stands above, {one_of(known)}{perhaps(code, known)}")
    at_least = _decimal(table, "at_least")
    any_of = table.references("is", other.offered, f"the choices of {code}") if other else table.texts("is")
    if other and other.kind in CHOSEN and (not any_of or at_least is not None):
        table.wrong("is", f'a list of choices of {code}, such as ["yes"]')
    if other and other.kind is Kind.NUMBER and (any_of or at_least is None):
        table.wrong("at_least", f"a number, since {code} is answered by one")
    if other and other.kind not in CHOSEN and other.kind is not Kind.NUMBER:
        table.wrong("question", "a question answered by a choice or a number")
    return Condition(code, any_of, at_least)


def _opens(table: Table, known: dict[str, Question]) -> Opens | None:
    below = table.table("opens")
    if below is None:
        return None
    when = below.table("when")
    if when is None:
        below.wrong("when", 'the answer that opens it, such as {question: found, is: ["yes"]}')
        below.close()
        return None
    kind = below.choice("kind", EventKind)
    found = Opens(kind.value, _condition(when, known), *(_of_kind(below, known, *w) for w in WORDS_AND_DAY))
    when.close()
    below.close()
    return found


WORDS_AND_DAY = (("term", frozenset({Kind.TEXT, Kind.CHOICE})), ("began", DATED))


def _of_kind(table: Table, known: dict[str, Question], key: str, kinds: frozenset[Kind]) -> str:
    """The code of a question of one of these kinds; empty where the key is left out."""
    code = table.text(key, "")
    if code and (code not in known or known[code].kind not in kinds):
        table.wrong(key, f"a question of this file of kind {' or '.join(sorted(kinds))}{perhaps(code, known)}")
    return code
