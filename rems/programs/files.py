"""Read config/programs into a catalogue, or say everything that is wrong in it, with file and line."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from rems.core.errors import SetupError
from rems.programs import digests
from rems.programs.around import ASIDE, locals_of, owner, without_rems
from rems.programs.opening import Errors
from rems.programs.reading import Table
from rems.programs.rows import by_code, open_table
from rems.programs.rules import (
    Attestation,
    Catalogue,
    Closure,
    LabeledMonitoring,
    Product,
    Program,
    ReportingClock,
)
from rems.programs.shelf import SHARED, Shelf, read_shelf, sure
from rems.programs.terms import Confidence, Party, ProgramKind, ProgramStatus, Start, Unit
from rems.programs.versions import check_days, version

# What the clock of a case may depend on.
CONDITIONS = ("serious", "expected", "domestic", "crs_or_neurotoxicity", "fatal_or_life_threatening")


def of_installation(config: Path, *, demo: bool) -> Catalogue:
    """The programs of an installation; a demonstration has local settings of its own. Raises SetupError."""
    return load(config / "programs", local=config / "demo" / "local.yaml" if demo else None)


def load(folder: Path, *, local: Path | None = None, draft: Path | None = None) -> Catalogue:
    """Every program and schedule of a folder. Raises SetupError with all errors, one in a line.

    `local`: settings of this installation in place of the folder's own local.yaml. `draft`: a file from elsewhere that
    takes the place of the shared file of that name, or of the program of the same code.
    """
    errors = Errors()
    place = "/".join(folder.resolve().parts[-2:])
    for path in sorted(folder.glob("*.yml")):
        errors.add(f"{place}/{path.name}", None, 'the name ends in ".yml"; expected ".yaml"')
    aside = {**{name: folder / name for name in (*SHARED, *ASIDE)}, **({ASIDE[1]: local} if local else {})}
    paths = [path for path in sorted(folder.glob("*.yaml")) if path.name not in aside]
    if draft and draft.name in aside:
        aside[draft.name] = draft
    elif draft:
        paths = [path for path in paths if path.resolve() != draft.resolve()] + [draft]
    tables = {name: open_table(path, errors) for name, path in aside.items()}
    rest = [(path, open_table(path, errors)) for path in paths]
    if not rest:
        errors.add(
            place, None, "the folder has no program; expected a file for each program, such as kymriah-rems.yaml"
        )
    if any(table is None for table in tables.values()):  # what refers to it cannot be judged
        raise SetupError(errors.report())
    shared = {name: table for name, table in tables.items() if table}
    shelf = read_shelf(*(shared[name] for name in SHARED))
    programs: dict[str, Program] = {}
    for path, table in rest:
        if table:
            program = _program(table, shelf)
            table.close()
            if program.code in programs and path is not draft:
                table.wrong("code", "a code that no other program has")
            programs[program.code] = program
    for _, row in shelf.exceptions.values():
        row.references("applies_to", programs, "a program")
    bare = without_rems(shared[ASIDE[0]], shelf)
    for code, found in locals_of(shared[ASIDE[1]], programs).items():
        programs[code] = replace(programs[code], local=found)
    if errors.lines:
        raise SetupError(errors.report())
    read = Catalogue(MappingProxyType(programs), shelf.schedules, "", shelf.sources, bare, shelf.timetables)
    return replace(read, digest=digests.digest(read), places=MappingProxyType(errors.places))


def _program(table: Table, shelf: Shelf) -> Program:
    code = table.code("code")
    rows = table.tables("versions")
    versions = tuple(version(row, shelf, code) for row in rows)
    closure = _closure(table, shelf)
    status = table.choice("status", ProgramStatus)
    check_days(table, rows, versions, closure)
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
        elements=table.text("elements", ""),
        labeled_monitoring=_monitoring(table, shelf),
        assessments_note=table.text("assessments_note", ""),
        assessments=None
        if table.absent("assessments")
        else shelf.timetables.get(table.reference("assessments", shelf.timetables, "assessments.yaml")),
        owners=tuple(owner(row, shelf) for row in table.tables("owners")),
        exceptions=shelf.exceptions_of(code),
    )


def _product(table: Table) -> Product:
    found = Product(
        table.text("name"),
        table.text("inn"),
        table.text("target"),
        table.text("license", "") or None,
        table.maybe_day("authorized_on"),
        table.maybe_day("joined_on"),
        table.text("note", ""),
    )
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
    near, driving, daily = (below.maybe_quantity(key) for key in ("proximity", "no_driving", "daily_for"))
    found = LabeledMonitoring(below.text("monitoring"), near, driving, *sure(below, shelf.sources), daily_for=daily)
    below.close()
    return found
