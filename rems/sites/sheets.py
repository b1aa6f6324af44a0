"""Lists of sites and of staff as CSV: how a file is read, and what each of its lines would do. Pure."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from rems.core.errors import BadInput, Incomplete
from rems.sites.rules import folded

MOST_LINES = 20_000
NAMED = 50  # so many refused lines are written out
SAVE_AS = 'Save it again as "CSV UTF-8" and send that file.'


class Outcome(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    LEFT = "left"
    REFUSED = "refused"


@dataclass(frozen=True)
class Column:
    """A column of a list: its heading, whether each line fills it, and what stands in it, for people."""

    name: str
    needed: bool
    words: str


@dataclass(frozen=True)
class Line:
    """A line of the file, by its number in the file, with the values of its columns."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]


@dataclass(frozen=True)
class Told:
    """What a line would do: `words` names the change with before and after, or says why it is refused."""

    line: Line
    outcome: Outcome
    name: str
    words: str = ""
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


SITES = (
    Column("name", True, "Name of the hospital, as it signs"),
    Column("city", True, "City"),
    Column("region", False, "State or region"),
    Column("country", True, "Country in two letters, such as US or DE (ISO 3166)"),
    Column("timezone", True, "Time zone, such as America/Chicago (IANA)"),
    Column("site_number", False, "The sponsor's site number; by it a site is found again, else by name and country"),
    Column("phone", False, "Phone"),
    Column("email", False, "E-mail"),
)
STAFF = (
    Column("site", True, "The sponsor's site number, or the name of the site"),
    Column("name", True, "Name of the person"),
    Column("role", True, "physician, nurse, pharmacist, cell_therapist, coordinator or other"),
    Column("email", False, "E-mail; by it a person is found again, else by name"),
    Column("from", True, "First day, such as 2026-11-24"),
    Column("until", False, "Last day, empty while the person works there"),
)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte-order mark.

    Raises BadInput that names the first line which is not UTF-8, and how to save the file.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput(f"The file is in UTF-16, not in UTF-8. {SAVE_AS}", "file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        begin = max(content.rfind(b"\n", 0, error.start) + 1, error.start - 20)
        text = content[begin : error.start + 10].split(b"\n")[0].decode("latin-1")
        raise BadInput(
            f'The file is not in UTF-8: line {line:,}, near "{text.strip()}", looks like Latin-1 (Windows). {SAVE_AS}',
            "file",
        ) from error


def read(content: bytes, columns: Sequence[Column]) -> list[Line]:
    """The lines of a file with these columns. Raises BadInput.

    A heading may be in any order and case; one that is missing, unknown or given twice is named.
    """
    heads, below = opened(content)
    names = [head.casefold() for head in heads]
    _check_heading(names, columns)
    found = []
    for number, cells in below:
        given = dict(zip(names, cells, strict=False))
        found.append(Line(number, {column.name: given.get(column.name, "") for column in columns}))
    return found


def opened(content: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The heads of a file, and its lines by their number; commas, semicolons or tabs between its cells.

    Raises BadInput, also while the lines are read.
    """
    text = decoded(content)
    head = text.split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    below = _rows(rows, mark)
    return next(below, (0, []))[1], below


def _rows(rows: Any, mark: str) -> Iterator[tuple[int, list[str]]]:
    """The heading first, then each line that is not empty, with its cells in single spaces."""
    heads, count = 0, -1
    try:
        for row in rows:
            if count < 0:
                heads = len(row)
            elif not any(cell.strip() for cell in row):
                continue
            elif len(row) > heads:
                raise BadInput(
                    f"Line {rows.line_num:,} has {len(row)} columns, the heading {heads}; a text that holds the "
                    f'mark "{mark}" stands in double quotes.',
                    "file",
                )
            count += 1
            if count > MOST_LINES:
                raise BadInput(f"The file has more than {MOST_LINES:,} lines; send it in parts.", "file")
            yield rows.line_num, [" ".join(cell.split()) for cell in row]
    except csv.Error as error:
        raise BadInput(f"Line {rows.line_num:,} is no CSV: {error}.", "file") from error
    if count == 0:
        raise BadInput("The file has a heading and no line below it.", "file")


def _check_heading(names: Sequence[str], columns: Sequence[Column]) -> None:
    known = [column.name for column in columns]
    missing = [c.name for c in columns if c.needed and c.name not in names]
    unknown = [n for n in names if n and n not in known]
    twice = sorted({n for n in names if n and names.count(n) > 1})
    said = f"The heading is: {', '.join(known)}."
    if missing:
        raise BadInput(f"The heading lacks {', '.join(missing)}. {said}", "file")
    if unknown:
        raise BadInput(f"The heading has {', '.join(unknown)}, which is not read here. {said}", "file")
    if twice:
        raise BadInput(f"The heading has {', '.join(twice)} twice. {said}", "file")


Judge = Callable[[Line], Told]


def tell(
    lines: Sequence[Line], columns: Sequence[Column], key: Callable[[Line], Sequence[tuple[str, str]]], judge: Judge
) -> list[Told]:
    """What each line would do. `key`: by which words and values a line is told from the others of the file."""
    found: list[Told] = []
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        empty = [column.name for column in columns if column.needed and not line[column.name]]
        first = next((seen[k] for k in key(line) if k[1] and k in seen), None)
        if empty:
            found.append(refused(line, f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty."))
        elif first is not None:
            found.append(refused(line, f"The same stands in line {first:,} already."))
        else:
            try:
                found.append(judge(line))
            except BadInput as error:
                found.append(refused(line, error.sentence))
        for k in key(line):
            seen.setdefault(k, line.number)
    return found


def refused(line: Line, words: str) -> Told:
    return Told(line, Outcome.REFUSED, line["name"], words)


def compared(line: Line, was: Mapping[str, str], now: Mapping[str, str]) -> Told:
    """Changed, with before and after of each value that differs; or the same. An empty cell changes nothing."""
    changes = {name: (was[name], value) for name, value in now.items() if value and value != was[name]}
    words = "; ".join(f'{name}: "{before}" becomes "{after}"' for name, (before, after) in changes.items())
    return Told(line, Outcome.CHANGED if changes else Outcome.SAME, line["name"], words, changes)


def read_iso_day(text: str, words: str) -> date:
    """A day as a list has it. Raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f'{words}: "{text}" is no day; write it like 2026-11-24.') from error


def check_whole(told: Sequence[Told]) -> None:
    """Raises Incomplete that names each refused line: a list is taken whole or not at all."""
    if bad := [one for one in told if one.outcome is Outcome.REFUSED]:
        said = f"{len(bad):,} {'line is' if len(bad) == 1 else 'lines are'} refused, so nothing was taken."
        raise Incomplete(said, [f"Line {one.line.number:,}: {one.words}" for one in bad[:NAMED]])


def counted(told: Sequence[Told]) -> dict[Outcome, int]:
    return {outcome: sum(one.outcome is outcome for one in told) for outcome in Outcome}


def person_key(site: str, email: str, name: str) -> tuple[str, str]:
    """By what a person of a list is told from others: the e-mail address, else the name, at one site."""
    return ("email", f"{folded(site)}|{email.lower()}") if email else ("name", f"{folded(site)}|{folded(name)}")
