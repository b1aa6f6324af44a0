"""Read the versions of a program: their days, what they ask, their triggers and materials."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from rems.programs import digests
from rems.programs.duties import Material, Removal, Requirement, TocilizumabRule, Trigger, Version
from rems.programs.reading import ABSENT_DAY, Table
from rems.programs.rows import by_code
from rems.programs.rules import Closure
from rems.programs.shelf import Shelf, parameters, sure
from rems.programs.terms import Cadence, Confidence, Party, TriggerEffect, TriggerKind

UNKNOWN_RULE = TocilizumabRule("", 0, None, 0, None, "", Confidence.UNCERTAIN)  # where an error was noted


def check_days(table: Table, rows: list[Table], versions: tuple[Version, ...], closure: Closure | None) -> None:
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
        if later:
            _check_next(row, version, later)
        if closure and not later and (version.effective_to is None or version.effective_to >= closure.on):
            row.wrong("effective_to", f"a day before {closure.on}, when the program closed")


def _check_next(row: Table, version: Version, later: Version) -> None:
    """The next version begins on the day after the last of this one, unless the file says why there is a gap."""
    begins, note = later.effective_from, row.text("gap_note", "")
    if version.effective_to is None or begins <= version.effective_to:
        row.wrong("effective_to", f'a day before {begins}, when version "{later.version}" begins')
    elif (begins == version.effective_to + timedelta(days=1)) == bool(note):
        said = f'{begins - timedelta(days=1)}, the day before version "{later.version}" begins'
        if note:
            row.wrong("gap_note", "nothing: the next version begins on the day after")
        else:
            row.wrong("effective_to", f"{said}, or a gap_note that says why nothing was asked between them")


def version(table: Table, shelf: Shelf, program: str) -> Version:
    rule = table.reference("tocilizumab", shelf.tocilizumab, "tocilizumab.yaml")
    asked = by_code(table.tables("requirements"), lambda row, code: _asked(row, code, shelf))
    if not asked:
        table.wrong("requirements", "at least one requirement")
    name = table.code("version")
    table.mark(program, "program_version", name)
    for row in table.tables("requirements"):
        row.mark(program, "program_version", name, "requirements", row.text("code", ""))
    table.text("gap_note", "")
    triggers = tuple(_trigger(row, asked, shelf) for row in table.tables("triggers"))
    if len({t.kind for t in triggers}) < len(triggers):
        table.wrong("triggers", "each kind of trigger once")
    found = Version(
        version=name,
        effective_from=table.day("effective_from"),
        effective_from_confidence=table.choice("effective_from_confidence", Confidence),
        effective_to=table.maybe_day("effective_to"),
        requirements=tuple(one for one in asked.values() if one),
        tocilizumab=shelf.tocilizumab.get(rule, UNKNOWN_RULE),
        removed=tuple(by_code(table.tables("removed"), lambda row, code: _removal(row, code, shelf)).values()),
        removed_unverified=table.references("removed_unverified", shelf.requirements, "requirements.yaml"),
        note=table.text("note", ""),
        triggers=triggers,
        materials=tuple(by_code(table.tables("materials"), lambda row, c: _material(row, c, asked, shelf)).values()),
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


def _trigger(table: Table, asked: Collection[str], shelf: Shelf) -> Trigger:
    found = Trigger(
        table.choice("kind", TriggerKind),
        None if table.absent("cured_by") else table.reference("cured_by", asked, "the requirements of this version"),
        table.choice("effect", TriggerEffect),
        table.maybe_quantity("grace"),
        *sure(table, shelf.sources),
        note=table.text("note", ""),
    )
    if "grace" not in table.values:
        table.wrong("grace", "a span such as 30 calendar days, or null where none is established")
    table.close()
    return found


def _material(table: Table, code: str, asked: Collection[str], shelf: Shelf) -> Material:
    return Material(
        code,
        table.text("title"),
        table.text("edition"),
        table.day("from_on"),
        table.references("renews", asked, "the requirements of this version"),
        *sure(table, shelf.sources),
    )
