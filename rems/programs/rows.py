"""Tables of a file, and lists of tables that have a code."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rems.programs.opening import Errors, open_node
from rems.programs.reading import Table

_ANY = TypeVar("_ANY")


def by_code(tables: list[Table], read: Callable[[Table, str], _ANY]) -> dict[str, _ANY]:
    """Read each table under its `code`; a code that comes again is an error, and the first one stays."""
    found: dict[str, _ANY] = {}
    for table in tables:
        code = table.code("code")
        if code in found:
            table.wrong("code", "each code once")
        value = read(table, code)
        table.close()
        if code:
            found.setdefault(code, value)
    return found


def open_table(path: Path, errors: Errors) -> Table | None:
    """The table of a file; None, with an error noted, where it cannot be read."""
    name, node = open_node(path, errors)
    return Table(name, errors, node) if node else None
