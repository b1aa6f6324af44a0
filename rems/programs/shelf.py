"""The shared files of config/programs: sources, requirements, tocilizumab rules, schedules, exceptions, timetables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from rems.programs.digests import of_text, rules_of_exception
from rems.programs.duties import Parameter, Requirement, RuleException, TocilizumabRule
from rems.programs.reading import Table
from rems.programs.rows import by_code
from rems.programs.rules import AssessmentTimetable, Source
from rems.programs.terms import NEEDS_EVIDENCE, Ask, Cadence, Confidence, EvidenceKind, Party, Stage, Stop, Subject
from rems.programs.tracks import Schedule
from rems.programs.visits import schedule

SHARED = (
    "sources.yaml",
    "requirements.yaml",
    "tocilizumab.yaml",
    "schedules.yaml",
    "exceptions.yaml",
    "assessments.yaml",
)
PRECISIONS = ("day", "month", "year")
_NCIT = re.compile(r"C\d{4,7}")


@dataclass(frozen=True)
class Shelf:
    """What a program may refer to, by code."""

    sources: Mapping[str, Source]
    requirements: Mapping[str, Requirement]
    tocilizumab: Mapping[str, TocilizumabRule]
    schedules: Mapping[str, Schedule]
    exceptions: Mapping[str, tuple[RuleException, Table]]  # each with the table that says where it applies
    timetables: Mapping[str, AssessmentTimetable]

    def exceptions_of(self, program: str) -> tuple[RuleException, ...]:
        return tuple(found for found, table in self.exceptions.values() if program in table.texts("applies_to"))


def sure(table: Table, sources: Mapping[str, Source]) -> tuple[Confidence, tuple[str, ...]]:
    """How sure a value is, and where it was read."""
    return table.choice("confidence", Confidence), table.references("sources", sources, "sources.yaml")


def parameters(table: Table) -> Mapping[str, Parameter]:
    below = table.table("parameters")
    return MappingProxyType(below.parameters() if below else {})


def read_shelf(
    sources: Table, requirements: Table, tocilizumab: Table, schedules: Table, exceptions: Table, timetables: Table
) -> Shelf:
    """Read the shared files; what is wrong is noted in their errors."""
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
    tracks = by_code(schedules.tables("schedules"), lambda table, code: schedule(table, code, known))
    schedules.close()
    laid = by_code(exceptions.tables("exceptions"), lambda t, c: (_exception(t, c, known, stock, asked), t))
    exceptions.close()
    due = by_code(timetables.tables("timetables"), lambda table, code: _timetable(table, code, known))
    timetables.close()
    return Shelf(known, asked, stock, tracks, laid, due)


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
    table.mark("requirements", code)
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
        stop=table.choice("stop", Stop),
        shareable=table.flag("shareable"),
    )


def _tocilizumab(table: Table, code: str, sources: Mapping[str, Source]) -> TocilizumabRule:
    further, within = table.number("further_doses", 0), table.maybe_quantity("further_within")
    if bool(further) != bool(within):
        table.wrong("further_within", "a span such as 8 hours exactly where further_doses is above 0")
    table.mark("tocilizumab", code)
    return TocilizumabRule(
        code,
        table.number("doses"),
        table.maybe_quantity("administer_within"),
        further,
        within,
        table.text("condition"),
        *sure(table, sources),
    )


def _exception(
    table: Table,
    code: str,
    sources: Mapping[str, Source],
    stock: Mapping[str, TocilizumabRule],
    asked: Mapping[str, Requirement],
) -> RuleException:
    table.mark("exceptions", code)
    replaces = None if table.absent("replaces") else table.reference("replaces", stock, "tocilizumab.yaml")
    rule = None if table.absent("rule") else stock.get(table.reference("rule", stock, "tocilizumab.yaml"))
    first, last = table.maybe_day("effective_from"), table.maybe_day("effective_to")
    if first and last and last < first:
        table.wrong("effective_to", f"a day not before effective_from, {first}")
    precision = table.text("effective_from_precision", "")
    if (precision in PRECISIONS) != (first is not None):
        table.wrong("effective_from_precision", "day, month or year where effective_from is a day, else null")
    alternative = table.text("alternative", "")
    if rule is None and not alternative and table.absent("waives"):
        table.wrong("alternative", "what is done instead, in words, where there is no rule and nothing is waived")
    table.texts("applies_to")
    found = RuleException(
        code,
        table.text("title"),
        table.text("authority"),
        table.text("condition"),
        replaces,
        rule,
        alternative,
        table.references("waives", asked, "requirements.yaml"),
        first,
        precision,
        table.choice("effective_from_confidence", Confidence),
        last,
        *sure(table, sources),
    )
    return replace(found, digest=of_text(rules_of_exception(found)))


def _timetable(table: Table, code: str, sources: Mapping[str, Source]) -> AssessmentTimetable:
    due = table.quantities("due")
    if not due:
        table.wrong("due", "at least one span from approval, such as [6 months, 12 months]")
    then, early = table.maybe_quantity("then_every"), table.maybe_quantity("interval_ends_before_due")
    return AssessmentTimetable(code, table.text("title"), due, then, early, *sure(table, sources))
