"""Read config/programs into a catalogue, or say everything that is wrong in it, with file and line."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from rems.core.errors import SetupError
from rems.programs import digests
from rems.programs.opening import Errors
from rems.programs.reading import ABSENT_DAY, Table, by_code, open_table
from rems.programs.rules import (
    AssessmentTimetable,
    Attestation,
    Catalogue,
    Closure,
    LabeledMonitoring,
    Product,
    Program,
    Removal,
    ReportingClock,
    Requirement,
    TocilizumabRule,
    Version,
)
from rems.programs.shelf import SHARED, Shelf, parameters, read_shelf, sure
from rems.programs.terms import Cadence, Confidence, Party, ProgramKind, ProgramStatus, Start, Unit

CONDITIONS = ("serious", "expected", "domestic", "crs_or_neurotoxicity")  # what the clock of a case may depend on
UNKNOWN_RULE = TocilizumabRule("", 0, None, 0, None, "", Confidence.UNCERTAIN)  # where an error was noted


def load(folder: Path) -> Catalogue:
    """Every program and schedule of a folder. Raises SetupError with all errors, one in a line."""
    errors = Errors()
    place = "/".join(folder.resolve().parts[-2:])
    for path in sorted(folder.glob("*.yml")):
        errors.add(f"{place}/{path.name}", None, 'the name ends in ".yml"; expected ".yaml"')
    shared = [open_table(folder / name, errors) for name in SHARED]
    rest = [open_table(path, errors) for path in sorted(folder.glob("*.yaml")) if path.name not in SHARED]
    if not rest:
        errors.add(
            place, None, "the folder has no program; expected a file for each program, such as kymriah-rems.yaml"
        )
    if any(table is None for table in shared):  # what refers to it cannot be judged
        raise SetupError(errors.report())
    shelf = read_shelf(*(table for table in shared if table))
    programs: dict[str, Program] = {}
    for table in rest:
        if table:
            program = _program(table, shelf)
            table.close()
            if program.code in programs:
                table.wrong("code", "a code that no other program has")
            programs[program.code] = program
    if errors.lines:
        raise SetupError(errors.report())
    found = Catalogue(MappingProxyType(programs), shelf.schedules, "", shelf.sources)
    return replace(found, digest=digests.digest(found))


def _program(table: Table, shelf: Shelf) -> Program:
    code = table.code("code")
    rows = table.tables("versions")
    versions = tuple(_version(row, shelf, code) for row in rows)
    closure = _closure(table, shelf)
    status = table.choice("status", ProgramStatus)
    _check_days(table, rows, versions, closure)
    if (closure is not None) != (status is ProgramStatus.CLOSED):
        table.wrong("status", "closed exactly where there is a closure")
    return Program(
        code=code,
        title=table.text("title"),
        kind=table.choice("kind", ProgramKind),
        status=status,
        authority=table.text("authority"),
        jurisdiction=table.text("jurisdiction"),
        sponsor=table.text("sponsor"),
        products=tuple(_product(row) for row in table.tables("products")),
        goal=table.text("goal"),
        closure=closure,
        versions=versions,
        tracks=table.references("tracks", shelf.schedules, "schedules.yaml"),
        clocks=tuple(by_code(table.tables("clocks"), lambda row, name: _clock(row, name, shelf)).values()),
        attestations=tuple(by_code(table.tables("attestations"), _attestation).values()),
        calendar=table.text("calendar", "") or None,
        status_note=table.text("status_note", ""),
        tracks_note=table.text("tracks_note", ""),
        attestations_note=table.text("attestations_note", ""),
        labeled_monitoring=_monitoring(table, shelf),
        assessments=_assessments(table, shelf),
    )


def _check_days(table: Table, rows: list[Table], versions: tuple[Version, ...], closure: Closure | None) -> None:
    """Versions follow one another without a common day, each ends after it begins, and none outlives the closure."""
    if not versions:
        table.wrong("versions", "at least one version")
    days = {day for v in versions for day in (v.effective_from, v.effective_to)} | {closure.on if closure else None}
    if not versions or ABSENT_DAY in days:  # the error is noted; comparing would only add noise
        return
    names: set[str] = set()
    for row, version, later in zip(rows, versions, (*versions[1:], None), strict=True):
        if version.version in names:
            row.wrong("version", "each version once")
        names.add(version.version)
        if version.effective_to and version.effective_to < version.effective_from:
            row.wrong("effective_to", f"a day not before effective_from, {version.effective_from}")
        if later and (version.effective_to is None or later.effective_from <= version.effective_to):
            row.wrong("effective_to", f'a day before {later.effective_from}, when version "{later.version}" begins')
        if closure and not later and (version.effective_to is None or version.effective_to >= closure.on):
            row.wrong("effective_to", f"a day before {closure.on}, when the program closed")


def _version(table: Table, shelf: Shelf, program: str) -> Version:
    rule = table.reference("tocilizumab", shelf.tocilizumab, "tocilizumab.yaml")
    asked = by_code(table.tables("requirements"), lambda row, code: _asked(row, code, shelf))
    if not asked:
        table.wrong("requirements", "at least one requirement")
    found = Version(
        version=table.code("version"),
        effective_from=table.day("effective_from"),
        effective_from_confidence=table.choice("effective_from_confidence", Confidence),
        effective_to=table.maybe_day("effective_to"),
        requirements=tuple(one for one in asked.values() if one),
        tocilizumab=shelf.tocilizumab.get(rule, UNKNOWN_RULE),
        removed=tuple(by_code(table.tables("removed"), lambda row, code: _removal(row, code, shelf)).values()),
        removed_unverified=table.references("removed_unverified", shelf.requirements, "requirements.yaml"),
        note=table.text("note", ""),
    )
    table.close()
    return replace(found, digest=digests.of_version(program, found))


def _asked(table: Table, code: str, shelf: Shelf) -> Requirement | None:
    """A requirement of requirements.yaml as this version asks it."""
    confidence, sources = sure(table, shelf.sources)
    own, note = parameters(table), table.text("note", "")
    base = shelf.requirements.get(table.reference("code", shelf.requirements, "requirements.yaml"))
    actor = None if table.absent("actor") else table.choice("actor", Party)
    cadence = None if table.absent("cadence") else table.choice("cadence", Cadence)
    if base is None:
        return None
    return replace(
        base,
        actor=actor or base.actor,
        cadence=cadence or base.cadence,
        parameters=MappingProxyType({**base.parameters, **own}),
        confidence=confidence,
        sources=sources,
        note=note,
    )


def _removal(table: Table, code: str, shelf: Shelf) -> Removal:
    table.reference("code", shelf.requirements, "requirements.yaml")
    return Removal(code, *sure(table, shelf.sources))


def _product(table: Table) -> Product:
    number, since = table.text("license", "") or None, table.maybe_day("authorized_on")
    found = Product(table.text("name"), table.text("inn"), table.text("target"), number, since)
    table.close()
    return found


def _closure(table: Table, shelf: Shelf) -> Closure | None:
    below = table.table("closure")
    if below is None:
        return None
    confidence, sources = sure(below, shelf.sources)
    found = Closure(below.day("closed_on"), below.text("reason"), sources, confidence)
    below.close()
    return found


def _clock(table: Table, code: str, shelf: Shelf) -> ReportingClock:
    start = table.choice("start", Start)
    below = table.table("when")
    when = {key: below.flag(key) for key in CONDITIONS if not below.absent(key)} if below else {}
    if below:
        below.close()
    if bool(when) != (start is Start.DAY_ZERO):
        table.wrong("when", "conditions of a case exactly where the clock starts from day_zero")
    limit = table.maybe_quantity("limit") if "limit" in table.values else table.quantity("limit")
    if limit and limit.unit is Unit.HOURS:
        table.wrong("limit", "a limit in days, weeks, months or years, or null where none is established")
    return ReportingClock(
        code,
        table.choice("who", Party),
        table.text("what"),
        MappingProxyType(when),
        limit,
        start,
        table.text("cite"),
        table.text("destination"),
        table.maybe_day("effective_to"),
        *sure(table, shelf.sources),
    )


def _attestation(table: Table, code: str) -> Attestation:
    until: date | None = table.maybe_day("effective_to")
    return Attestation(code, table.text("text"), until, table.choice("confidence", Confidence))


def _monitoring(table: Table, shelf: Shelf) -> LabeledMonitoring | None:
    below = table.table("labeled_monitoring")
    if below is None:
        return None
    near, driving = below.maybe_quantity("proximity"), below.maybe_quantity("no_driving")
    found = LabeledMonitoring(below.text("monitoring"), near, driving, *sure(below, shelf.sources))
    below.close()
    return found


def _assessments(table: Table, shelf: Shelf) -> AssessmentTimetable | None:
    below = table.table("assessments")
    if below is None:
        return None
    due = below.quantities("due")
    then, early = below.maybe_quantity("then_every"), below.maybe_quantity("interval_ends_before_due")
    found = AssessmentTimetable(due, then, early, *sure(below, shelf.sources))
    below.close()
    return found
