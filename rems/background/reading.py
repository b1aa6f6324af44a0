"""Reads a FAERS quarterly ASCII extract line by line, with memory that does not grow, and the tables of config/terms.

The layout is FDA's: "ASC_NTS", the description of the quarterly data extract, last revised October 2022.

What refuses a line: a wrong number of fields (a record cut by a stray line break is two refused lines, each naming the
other's place in words), bytes that are neither UTF-8 nor Latin-1 text, a control character, a line above 1 MiB, a
primaryid, caseid, caseversion or drug sequence number that is no whole number, a primaryid that is not the caseid
followed by the version, a day in DEMO or THER that is no day, and a blank where it is the whole content of the line (a
reaction, outcome, indication or source). Empty lines are refused too, but for those at the end of the file.

What is kept: a blank day, a partial day (2014, 2014-12), a drug without a name, a code FDA does not list, an amount
that is no number, and the expiry day of a drug's lot as it was written (FDA allows 1,000 characters for it). Numbers
lose a trailing `.0`. One trailing `$` more than the header has is accepted. FAERS knows no quotes: a quote is a
character.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import yaml

from rems.background.layout import ROWS, Broken, Column, Demo, Kind, Row, columns, whole
from rems.background.rules import Terms, terms_of
from rems.core.errors import BadInput, SetupError
from rems.core.settings import ROOT

TERMS = ROOT / "config" / "terms"
LONGEST = 1 << 20
SHOWN = 500
NAME = re.compile(r"(DEMO|DRUG|REAC|OUTC|INDI|THER|RPSR)(\d\d)Q([1-4])\.txt", re.IGNORECASE)
START = re.compile(r"\s*\d+(\.0+)?\$\s*\d+(\.0+)?(\$|$)")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken: where it stands, why, and how it begins (unreadable bytes shown as \\x..).

    `record`: a record stands or begins there; not so for an empty line and for the rest of a cut one.
    """

    file: str
    line_no: int
    reason: str
    text: str
    record: bool = True

    @property
    def primary_id(self) -> int | None:
        """The primaryid the line begins with, where one can be read."""
        if not START.match(self.text):
            return None
        try:
            return whole(self.text.partition("$")[0])
        except Broken:
            return None


@dataclass(frozen=True)
class Extract:
    """One quarter's seven files, their headers already checked."""

    folder: Path
    quarter: str
    files: Mapping[Kind, Path]

    def rows(self, kind: Kind) -> Iterator[Row | Refused]:
        """Every line of a file after its header, in order: a row, or why it is none. Nothing vanishes.

        Raises BadInput when the file cannot be read to its end.
        """
        path = self.files[kind]
        try:
            with path.open("rb") as file:
                plan = _plan(path.name, file, kind)
                yield from _rows(path.name, file, plan)
        except OSError as error:
            raise BadInput(f"{path.name} cannot be read to its end: {error.strerror}.") from error

    def digest(self, kind: Kind) -> str:
        """SHA-256 of a file, in hexadecimal."""
        with self.files[kind].open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Plan:
    """How a file's fields become a row: for each attribute its place in the line (None: absent in that quarter)."""

    row: type[Row]
    fields: int
    takes: tuple[tuple[Column, int | None], ...]


def open_extract(folder: Path) -> Extract:
    """Find the seven files of one quarter in the folder or its subfolder `ascii`, and check their headers.

    Raises BadInput in one sentence for a missing folder, file or column, an unreadable file, or files of two quarters.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; give the folder that holds the FAERS files, such as DEMO25Q4.txt.")
    found: dict[Kind, list[Path]] = {kind: [] for kind in Kind}
    for path in _candidates(folder):
        if (name := NAME.fullmatch(path.name)) and path.is_file():
            found[Kind(name[1].upper())].append(path)
    if missing := [kind for kind, paths in found.items() if not paths]:
        raise BadInput(
            f"{folder} has no {_several([f'{kind}yyQq.txt' for kind in missing])}, such as {missing[0]}25Q4.txt."
        )
    for kind, paths in found.items():
        if len(paths) > 1:
            names = ", ".join(sorted(str(path.relative_to(folder)) for path in paths))
            raise BadInput(f"{folder} has more than one {kind} file: {names}. Give a folder of one quarter.")
    files = {kind: paths[0] for kind, paths in found.items()}
    quarters = {_quarter(path.name) for path in files.values()}
    if len(quarters) > 1:
        raise BadInput(f"{folder} mixes the quarters {_several(sorted(quarters))}. Give a folder of one quarter.")
    for kind, path in files.items():
        try:
            with path.open("rb") as file:
                _plan(path.name, file, kind)
        except OSError as error:
            raise BadInput(f"{path.name} cannot be read: {error.strerror}.") from error
    return Extract(folder, quarters.pop(), files)


def read_terms(folder: Path) -> Terms:
    """The tables of `config/terms`. Raises SetupError with the file, and the line of a YAML error."""
    return terms_of(_yaml(folder / "cart-products.yaml"), _yaml(folder / "cart-aesi.yaml"))


def _candidates(folder: Path) -> Iterator[Path]:
    try:
        for path in sorted(folder.iterdir()):
            if path.name.lower() == "ascii" and path.is_dir():
                yield from sorted(path.iterdir())
            else:
                yield path
    except OSError as error:
        raise BadInput(f"{folder} cannot be read: {error.strerror}.") from error


def _quarter(name: str) -> str:
    """`2025Q4` from `DEMO25Q4.txt`."""
    found = NAME.fullmatch(name)
    assert found is not None
    return f"20{found[2]}Q{found[3]}"


def _several(words: list[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _plan(name: str, file: BinaryIO, kind: Kind) -> Plan:
    """Read the header line. Raises BadInput for a column that the quarter should have and the file does not."""
    raw = file.readline(LONGEST)
    if not raw.strip():
        raise BadInput(f"{name}, line 1: the header is missing; expected {columns(kind)[0].name}$caseid$…")
    try:
        header = [part.strip().lower() for part in _decoded(raw.removeprefix(b"\xef\xbb\xbf")).split("$")]
    except Broken as broken:
        raise BadInput(f"{name}, line 1: the header {broken}.") from broken
    if header[-1] == "":
        header.pop()
    if twice := sorted({part for part in header if header.count(part) > 1}):
        raise BadInput(f"{name}, line 1: the column {twice[0]} stands there twice; found: {', '.join(header)}.")
    takes: list[tuple[Column, int | None]] = []
    missing: list[str] = []
    for column in columns(kind):
        at = next((header.index(known) for known in (column.name, *column.was) if known in header), None)
        if at is None and _quarter(name) >= column.since:
            missing.append(column.name)
        takes.append((column, at))
    if missing:
        what = f"the column {missing[0]} is" if len(missing) == 1 else f"the columns {_several(missing)} are"
        raise BadInput(f"{name}, line 1: {what} missing; found: {', '.join(header)[:SHOWN]}.")
    return Plan(ROWS[kind], len(header), tuple(takes))


def _rows(name: str, file: BinaryIO, plan: Plan) -> Iterator[Row | Refused]:
    cut = 0  # the line whose record a stray line break has cut, while its rest may still follow
    empty = 0  # empty lines not yet told: those at the end of the file do not count
    line_no = 1
    while raw := file.readline(LONGEST + 1):
        line_no += 1
        overlong = len(raw) > LONGEST and not raw.endswith(b"\n")
        if not overlong and not raw.strip():
            empty += 1
            continue
        yield from (Refused(name, line_no - back, "is empty", "", record=False) for back in range(empty, 0, -1))
        empty = 0
        try:
            if overlong:
                _skip(file)
                raise Broken(f"is longer than {LONGEST:,} bytes")
            text = _decoded(raw)
            fields = _split(text, plan.fields)
            if len(fields) != plan.fields:
                rest = bool(cut) and not START.match(text)
                reason, cut = _miscounted(text, line_no, len(fields), plan.fields, cut)
                yield Refused(name, line_no, reason, text[:SHOWN], record=not rest)
                continue
            yield _row(line_no, fields, plan)
        except Broken as broken:
            yield Refused(name, line_no, str(broken), _shown(raw))
        cut = 0


def _skip(file: BinaryIO) -> None:
    """Go to the end of an overlong line, a piece at a time."""
    while (piece := file.readline(LONGEST)) and not piece.endswith(b"\n"):
        pass


def _decoded(raw: bytes) -> str:
    """The line without its end, as UTF-8 or else Latin-1. Raises Broken."""
    raw = raw.removesuffix(b"\n").removesuffix(b"\r")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
        if CONTROL.search(text):
            raise Broken("holds bytes that are neither UTF-8 nor Latin-1 text") from None
    if found := CONTROL.search(text):
        raise Broken(f"holds a control character (code {ord(found[0])})")
    return text


def _split(text: str, expected: int) -> list[str]:
    fields = text.split("$")
    if len(fields) == expected + 1 and not fields[-1].strip():
        fields.pop()
    return fields


def _miscounted(text: str, line_no: int, found: int, expected: int, cut: int) -> tuple[str, int]:
    """The reason, and the line that is cut from now on (0: none)."""
    if cut and not START.match(text):
        return f"continues line {cut}, whose record a stray line break has cut", cut
    reason = f"has {found} {'field' if found == 1 else 'fields'}, expected {expected}"
    if found > expected:
        return reason, 0
    if START.match(text):
        return f"{reason}: the record is cut", line_no
    return f"{reason}; it may be the rest of line {line_no - 1}" if line_no > 2 else reason, 0


def _row(line_no: int, fields: list[str], plan: Plan) -> Row:
    values: list[object] = []
    for column, at in plan.takes:
        try:
            values.append(column.read(fields[at] if at is not None else ""))
        except Broken as broken:
            raise Broken(f"{column.name} {broken}") from None
    row = plan.row(line_no, *values)  # type: ignore[arg-type]  # the columns are read off the row's own annotations
    primary, case = str(row.primary_id), str(row.case_id)
    if isinstance(row, Demo) and primary != f"{case}{row.case_version}":
        raise Broken(f"primaryid {primary} is not caseid {case} followed by caseversion {row.case_version}")
    if not primary.startswith(case) or primary == case:
        raise Broken(f"primaryid {primary} is not caseid {case} followed by a version")
    return row


def _shown(raw: bytes) -> str:
    text = raw[: SHOWN * 2].rstrip(b"\r\n").decode("utf-8", "backslashreplace")
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)[:SHOWN]


def _yaml(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SetupError(f"{path} is missing.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} cannot be read: {error}.") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise SetupError(f"{path}{line}: {error.problem or 'this is no YAML'}.") from error
