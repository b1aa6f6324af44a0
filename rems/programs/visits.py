"""Read the follow-up schedules of config/programs/schedules.yaml."""

import re
from collections.abc import Iterator, Mapping

from rems.programs.reading import Table
from rems.programs.rows import by_code
from rems.programs.rules import Source
from rems.programs.terms import Confidence, Quantity, Unit, VisitKind
from rems.programs.tracks import LabTest, Question, Schedule, VisitPlan

_YEARS = re.compile(r"Y(\d\d)-Y(\d\d)")
_ROUGH_DAYS = {Unit.CALENDAR_DAYS: 1.0, Unit.WEEKS: 7.0, Unit.MONTHS: 30.4, Unit.YEARS: 365.25}


def schedule(table: Table, code: str, sources: Mapping[str, Source]) -> Schedule:
    questions = by_code(
        table.tables("questions"), lambda t, c: Question(c, t.text("title"), t.choice("confidence", Confidence))
    )
    visits = [visit for row in table.tables("visits") for visit in _visits(row, questions)]
    if not visits:
        table.wrong("visits", "at least one visit")
    rough = [_ROUGH_DAYS[v.offset.unit] * v.offset.value for v in visits]
    if len({v.code for v in visits}) < len(visits) or rough != sorted(rough):
        table.errors.add(
            table.file,
            table.values["visits"],
            f"{table.at('visits')} is out of order or names a visit twice; expected each once, earliest first",
        )
    return Schedule(
        code,
        table.text("title"),
        table.quantity("duration"),
        tuple(visits),
        tuple(questions.values()),
        table.references("sources", sources, "sources.yaml"),
        applies_to=table.text("applies_to", ""),
        forms=table.texts("forms"),
        note=table.text("note", ""),
        laboratory=tuple(by_code(table.tables("laboratory"), lambda t, c: _test(t, c, sources)).values()),
    )


def _test(table: Table, code: str, sources: Mapping[str, Source]) -> LabTest:
    return LabTest(
        code,
        table.text("title"),
        table.quantities("due"),
        table.maybe_quantity("then_every"),
        table.maybe_quantity("until"),
        table.text("condition", ""),
        table.choice("confidence", Confidence),
        table.references("sources", sources, "sources.yaml"),
    )


def _visits(table: Table, questions: Mapping[str, Question]) -> Iterator[VisitPlan]:
    """The plans of one row: one visit, or one for each year of a run such as Y02-Y15."""
    kind, confidence, forms = (
        table.choice("kind", VisitKind),
        table.choice("confidence", Confidence),
        table.texts("forms"),
    )
    asks = (
        table.references("asks", questions, "the questions of this schedule")
        if "asks" in table.values
        else tuple(questions)
    )
    opens, closes = table.maybe_number("opens"), table.maybe_number("closes")
    before, after = table.maybe_number("before"), table.maybe_number("after")
    if (opens is None) != (closes is None) or (opens is not None and closes is not None and closes < opens):
        table.wrong("closes", "a day that is not before opens; both or neither")
    if (before is None) != (after is None) or (before is not None and opens is not None):
        table.wrong("after", "before and after together, or opens and closes, or none of them")
    for code, title, offset in _years(table) if "years" in table.values else _single(table):
        yield VisitPlan(code, title, kind, offset, opens, closes, before, after, asks, confidence, forms)
    table.close()


def _single(table: Table) -> list[tuple[str, str, Quantity]]:
    offset = table.quantity("offset")
    if offset.unit not in _ROUGH_DAYS:
        table.wrong("offset", "calendar days, weeks, months or years")
        offset = Quantity(offset.value, Unit.CALENDAR_DAYS)
    return [(table.code("code"), table.text("title"), offset)]


def _years(table: Table) -> list[tuple[str, str, Quantity]]:
    found = _YEARS.fullmatch(table.text("years"))
    step = Quantity(1, Unit.YEARS) if table.absent("every") else table.quantity("every")
    first, last = (int(found[1]), int(found[2])) if found else (1, 0)
    if first > last:
        table.wrong("years", "a run of years such as Y02-Y15")
    if step.unit is not Unit.YEARS or not step.value:
        table.wrong("every", "a number of years, such as 2 years")
        step = Quantity(1, Unit.YEARS)
    if (last - first) % step.value and first <= last:
        table.wrong("years", f"a run that ends on a visit, in steps of {step}")
    return [(f"Y{year:02}", f"Year {year}", Quantity(year, Unit.YEARS)) for year in range(first, last + 1, step.value)]
