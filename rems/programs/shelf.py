"""The files that all programs share: sources, requirements, tocilizumab rules and follow-up schedules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rems.programs.reading import Table, by_code
from rems.programs.rules import Parameter, Requirement, Source, TocilizumabRule
from rems.programs.terms import (
    NEEDS_EVIDENCE,
    Ask,
    Cadence,
    Confidence,
    EvidenceKind,
    Party,
    Quantity,
    Stage,
    Subject,
    Unit,
    VisitKind,
)
from rems.programs.tracks import Question, Schedule, VisitPlan

SHARED = ("sources.yaml", "requirements.yaml", "tocilizumab.yaml", "schedules.yaml")
_NCIT = re.compile(r"C\d{4,7}")
_YEARS = re.compile(r"Y(\d\d)-Y(\d\d)")
_ROUGH_DAYS = {Unit.CALENDAR_DAYS: 1.0, Unit.WEEKS: 7.0, Unit.MONTHS: 30.4, Unit.YEARS: 365.25}


@dataclass(frozen=True)
class Shelf:
    """What a program may refer to, by code."""

    sources: Mapping[str, Source]
    requirements: Mapping[str, Requirement]
    tocilizumab: Mapping[str, TocilizumabRule]
    schedules: Mapping[str, Schedule]


def sure(table: Table, sources: Mapping[str, Source]) -> tuple[Confidence, tuple[str, ...]]:
    """How sure a value is, and where it was read."""
    return table.choice("confidence", Confidence), table.references("sources", sources, "sources.yaml")


def parameters(table: Table) -> Mapping[str, Parameter]:
    below = table.table("parameters")
    return MappingProxyType(below.parameters() if below else {})


def read_shelf(sources: Table, requirements: Table, tocilizumab: Table, schedules: Table) -> Shelf:
    """Read the four files; what is wrong is noted in their errors."""
    known = by_code(sources.tables("sources"), _source)
    sources.close()
    if system := requirements.table("ncit"):
        system.text("system")
        system.text("parent")
        sure(system, known)
        system.close()
    asked = by_code(requirements.tables("requirements"), _requirement)
    requirements.close()
    stock = by_code(tocilizumab.tables("rules"), lambda table, code: _tocilizumab(table, code, known))
    tocilizumab.close()
    tracks = by_code(schedules.tables("schedules"), lambda table, code: _schedule(table, code, known))
    schedules.close()
    return Shelf(known, asked, stock, tracks)


def _source(table: Table, code: str) -> Source:
    return Source(code, table.text("title"), table.text("address", ""))


def _requirement(table: Table, code: str) -> Requirement:
    ncit = table.text("ncit_code", "")
    if ncit and not _NCIT.fullmatch(ncit):
        table.wrong("ncit_code", "a code such as C128497, or null")
    ask = table.choice("ask", Ask)
    evidence = None if table.absent("evidence") else table.choice("evidence", EvidenceKind)
    if (evidence is not None) != (ask in NEEDS_EVIDENCE):
        table.wrong("evidence", f"{'a kind of evidence' if evidence is None else 'none'}, for ask is {ask}")
    return Requirement(
        code=code,
        title=table.text("title"),
        actor=table.choice("actor", Party),
        subject=table.choice("subject", Subject),
        stage=table.choice("stage", Stage),
        ncit_code=ncit or None,
        cadence=table.choice("cadence", Cadence),
        ask=ask,
        evidence=evidence,
        parameters=parameters(table),
    )


def _tocilizumab(table: Table, code: str, sources: Mapping[str, Source]) -> TocilizumabRule:
    further, within = table.number("further_doses", 0), table.maybe_quantity("further_within")
    if bool(further) != bool(within):
        table.wrong("further_within", "a span such as 8 hours exactly where further_doses is above 0")
    return TocilizumabRule(
        code,
        table.number("doses"),
        table.maybe_quantity("administer_within"),
        further,
        within,
        table.text("condition"),
        *sure(table, sources),
    )


def _schedule(table: Table, code: str, sources: Mapping[str, Source]) -> Schedule:
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
