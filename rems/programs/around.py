"""Read what stands beside the rules: owners over time, products without a REMS, settings of the installation."""

from collections.abc import Collection
from types import MappingProxyType

from rems.programs.reading import Table
from rems.programs.rules import Local, Owner, WithoutRems
from rems.programs.shelf import Shelf, sure
from rems.programs.terms import Quantity, TriggerKind

ASIDE = ("without_rems.yaml", "local.yaml")


def owner(table: Table, shelf: Shelf) -> Owner:
    """One row of `owners`: who held it, from when until when."""
    first, last = table.maybe_day("from_on"), table.maybe_day("until_on")
    if first and last and last < first:
        table.wrong("until_on", f"a day not before from_on, {first}")
    found = Owner(table.text("name"), first, last, *sure(table, shelf.sources), note=table.text("note", ""))
    table.close()
    return found


def without_rems(table: Table, shelf: Shelf) -> tuple[WithoutRems, ...]:
    """The products that never had a REMS."""
    found = []
    for row in table.tables("products"):
        owners = tuple(owner(one, shelf) for one in row.tables("owners"))
        name, inn = row.text("name"), row.text("inn")
        found.append(WithoutRems(name, inn, owners, *sure(row, shelf.sources), note=row.text("note", "")))
        row.close()
    table.close()
    return tuple(found)


def locals_of(table: Table, programs: Collection[str]) -> dict[str, Local]:
    """What the installation decided where the sources are silent, by program."""
    found: dict[str, Local] = {}
    for row in table.tables("local"):
        code = row.reference("program", programs, "a program")
        if code in found:
            row.wrong("program", "each program once")
        settings = Local(
            graces=MappingProxyType(_graces(row.table("graces"))),
            overridden_by=row.text("overridden_by", ""),
            audit_first_within=row.maybe_quantity("audit_first_within"),
            audit_every=row.maybe_quantity("audit_every"),
            pass_mark_percent=_percent(row, "pass_mark_percent"),
            max_attempts=row.maybe_limit("max_attempts"),
            contact_attempts=row.maybe_number("contact_attempts", least=1),
        )
        row.close()
        if code in programs:
            found[code] = settings
    table.close()
    return found


def _percent(row: Table, key: str) -> int | None:
    found = row.maybe_number(key, least=1)
    if found is not None and found > 100:
        row.wrong(key, "a whole number from 1 to 100")
    return found


def _graces(table: Table | None) -> dict[TriggerKind, Quantity]:
    if table is None:
        return {}
    found = {kind: table.quantity(kind.value) for kind in TriggerKind if not table.absent(kind.value)}
    table.close()
    return found
