"""A sponsor's own list of training as CSV: which column is what, how its days are written, what its lines say. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rems.core.errors import BadInput
from rems.sites import sheets
from rems.sites.rules import folded
from rems.training.results import LONGEST_RECORD, WHOLE, Ending, Result, Said, kept_text, unclear

PEEKED = 3  # lines of a list that are shown while its columns are chosen


class DayFormat(StrEnum):
    """How a list writes its days."""

    ISO = "iso"
    US = "us"
    DAY_FIRST = "day_first"
    DOTTED = "dotted"


DAY_WORDS: dict[DayFormat, str] = {
    DayFormat.ISO: "Year first, 2026-11-24",
    DayFormat.US: "Month first, 11/24/2026",
    DayFormat.DAY_FIRST: "Day first, 24/11/2026",
    DayFormat.DOTTED: "Day first with points, 24.11.2026",
}
_CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?)?"  # without a zone: the day is the one that is written
DAYS: dict[DayFormat, re.Pattern[str]] = {
    DayFormat.ISO: re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})" + _CLOCK, re.ASCII),
    DayFormat.US: re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})" + _CLOCK, re.ASCII),
    DayFormat.DAY_FIRST: re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})" + _CLOCK, re.ASCII),
    DayFormat.DOTTED: re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})" + _CLOCK, re.ASCII),
}
PARTS: dict[str, str] = {
    "name": "Name of the person",
    "email": "E-mail",
    "day": "Day it was taken",
    "course": "Course",
    "score": "Score",
    "result": "Result",
    "record": "Number of the record",
}
# By which words of its head a column is guessed; a head is the first of these that it may be.
GUESSED: dict[str, frozenset[str]] = {
    "email": frozenset({"mail", "email", "address"}),
    "day": frozenset({"date", "day", "datum"}),
    "result": frozenset({"result", "status", "outcome"}),
    "score": frozenset({"score", "grade", "percent", "points"}),
    "record": frozenset({"record", "transcript", "registration", "number"}),
    "course": frozenset({"course", "training", "module", "activity", "curriculum"}),
    "name": frozenset({"name", "learner", "employee", "user", "student", "participant"}),
}
ENDINGS: dict[str, Ending] = {
    **dict.fromkeys(("passed", "pass"), Ending.PASSED),
    **dict.fromkeys(("failed", "fail", "not passed"), Ending.FAILED),
    **dict.fromkeys(("completed", "complete", "attended"), Ending.DONE),
    **dict.fromkeys(("not completed", "incomplete", "not attempted", "not started"), Ending.NOT_DONE),
    **dict.fromkeys(("in progress", "enrolled", "registered", "absent", "no show"), Ending.NOT_DONE),
}
OF_ALL = re.compile(r"(\d{1,5}) ?(?:/|of|out of) ?(\d{1,5})", re.ASCII | re.IGNORECASE)
PERCENT = re.compile(r"(\d{1,3})(?:[.,]\d{1,6})? ?(%?)", re.ASCII)


@dataclass(frozen=True)
class Format:
    """How a list reads: the head of the list that each of our parts stands under, and how its days are written."""

    name: str
    columns: Mapping[str, str]
    days: DayFormat


@dataclass(frozen=True)
class Peek:
    """The begin of a list: its heads, its first lines, a guess, and the ways in which all its days can be read."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: Mapping[str, str]
    days: tuple[DayFormat, ...]


def format_of(name: str, columns: Mapping[str, str], days: DayFormat) -> Format:
    """A format as somebody describes it. Raises BadInput with the part that is not clear."""
    given = {part: columns[part] for part in PARTS if columns.get(part)}
    for needed in ("day", "course"):
        if needed not in given:
            raise BadInput(f"{PARTS[needed]}: choose the column it stands in.", needed)
    if not ({"name", "email"} & set(given)):
        raise BadInput("Name or e-mail: choose at least one; by it a person is found.", "name")
    for part, head in given.items():
        if list(given.values()).count(head) > 1:
            raise BadInput(f'{PARTS[part]}: "{head}" is chosen twice; one column is one thing.', part)
    return Format(kept_text(name), given, days)


def peek(content: bytes) -> Peek:
    """What a list begins with. Raises BadInput for what is no list, or has a head twice."""
    heads, below = _opened(content)
    rows = [tuple(row) for _, row in below]
    guess = guessed(heads)
    place = heads.index(guess["day"]) if "day" in guess else None
    days = [] if place is None else [row[place] for row in rows if len(row) > place]
    return Peek(tuple(heads), tuple(rows[:PEEKED]), guess, tuple(fitting(days)))


def guessed(heads: Sequence[str]) -> dict[str, str]:
    """For each part the first head that sounds like it."""
    found: dict[str, str] = {}
    for head in heads:
        words = set(re.split(r"[^a-z0-9]+", folded(head)))
        part = next((part for part, sounds in GUESSED.items() if sounds & words), None)
        if part is not None:
            found.setdefault(part, head)
    return found


def fitting(days: Collection[str]) -> list[DayFormat]:
    """The ways in which every one of these days can be read; more than one: somebody has to say which."""
    given = [day for day in days if day]
    return [way for way in DayFormat if given and all(_read(day, way) for day in given)]


def read(content: bytes, form: Format) -> list[Said]:
    """What each line says, by its number in the file. Raises BadInput when the list is not of this format."""
    heads, below = _opened(content)
    if lacking := [head for head in form.columns.values() if head not in heads]:
        named = ", ".join(f'"{head}"' for head in lacking)
        raise BadInput(
            f'The list lacks {named}, which is read in "{form.name}". It has: {", ".join(filter(None, heads))}.', "file"
        )
    places = {part: heads.index(head) for part, head in form.columns.items()}
    found: list[Said] = []
    for number, row in below:
        cells = {part: row[place] if place < len(row) else "" for part, place in places.items()}
        try:
            found.append(_result(number, cells, form.days))
        except BadInput as wrong:
            found.append(unclear(number, cells.get("name") or cells.get("email", ""), wrong.sentence))
    return found


def _opened(content: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    heads, below = sheets.opened(content)
    if not any(heads):
        raise BadInput("The file has no heading in its first line.", "file")
    if twice := sorted({head for head in heads if head and heads.count(head) > 1}):
        raise BadInput(f"The heading has {', '.join(twice)} twice; give each column a head of its own.", "file")
    return heads, below


def _result(number: int, cells: Mapping[str, str], days: DayFormat) -> Result:
    name, email, course = (kept_text(cells.get(part, "")) for part in ("name", "email", "course"))
    if not (name or email):
        raise BadInput("It names nobody: name and e-mail are empty.")
    if not course:
        raise BadInput("The course is empty.")
    ending = _ending(cells["result"]) if "result" in cells else Ending.DONE
    day = "" if ending is Ending.NOT_DONE else _day(cells["day"], days)
    score, no_score = _score(cells.get("score", ""))
    record = kept_text(cells.get("record", ""), LONGEST_RECORD)
    return Result(number, name or email, email, day, course, course, ending, score, no_score, record)


def _ending(text: str) -> Ending:
    word = folded(text).replace("-", " ").replace("_", " ")
    if word not in ENDINGS:
        raise BadInput(f'result: "{text}" is none that is known; write one of {", ".join(Ending)}.')
    return ENDINGS[word]


def _day(text: str, way: DayFormat) -> str:
    if (found := _read(text, way)) is None:
        raise BadInput(f'day: "{text}" is none that is written {DAY_WORDS[way][0].lower()}{DAY_WORDS[way][1:]}.')
    return found.isoformat()


def _read(text: str, way: DayFormat) -> date | None:
    if (found := DAYS[way].fullmatch(text)) is None:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _score(text: str) -> tuple[tuple[int, int] | None, str]:
    """Right answers and questions; of a percentage, of a hundred, without rounding up. Without: why there is none."""
    if not text:
        return None, "An assessment needs its score, and it is empty."
    if found := OF_ALL.fullmatch(text):
        return (int(found[1]), int(found[2])), ""
    if (found := PERCENT.fullmatch(text)) and int(found[1]) <= WHOLE:
        if found[2] or int(found[1]) > 1:
            return (int(found[1]), WHOLE), ""
        return None, f'score: "{text}" may be a share or a percentage; write it like 92 % or 23/25.'
    return None, f'score: "{text}" is none; write it like 92 % or 23/25.'
