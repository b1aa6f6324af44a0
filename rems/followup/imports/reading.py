"""The lists of patients and of visits: their columns, what stands in a cell, and how a list is told and handed back."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from rems.core.errors import BadInput
from rems.followup.rules import SURVIVAL_QUESTION, Answer, ContactKind, Survival
from rems.patients.rules import Sex
from rems.programs.rules import Schedule
from rems.sites import sheets
from rems.sites.sheets import Column, Line, Outcome, read_iso_day
from rems.web.tables import plain

WHY = "why"  # the column in which a refused line says what is wrong with it; it is not read


class Kind(StrEnum):
    PATIENTS = "patients"
    VISITS = "visits"


class Mode(StrEnum):
    """How a list is gone through: only told, taken whole or not at all, or its good lines taken."""

    TELL = "tell"
    WHOLE = "whole"
    GOOD = "good"


@dataclass(frozen=True)
class Told:
    """What a line does, or why it is refused. `name` is the number of the patient."""

    line: Line
    outcome: Outcome
    name: str
    words: str = ""


def _either(kinds: Iterable[StrEnum]) -> str:
    return ", ".join(str(kind) for kind in kinds)


PATIENTS = (
    Column("number", True, "Registry number, such as HL-0417; no name and no date of birth"),
    Column("sex", True, f"One of {_either(Sex)}"),
    Column("birth_year", True, "Year of birth"),
    Column("indication", True, "The disease that was treated, in a few words"),
    Column("prior_lines", False, "Earlier lines of treatment"),
    Column("product", True, "Product, as the program names it"),
    Column("track", True, "Code of the follow-up schedule, such as CIBMTR-15Y-CRF"),
    Column(
        "enrolled_on", True, "The day of enrollment into the program, such as 2024-03-05; it may be after the infusion"
    ),
    Column("planned_on", False, "The day of the planned infusion of somebody who is not infused yet"),
    Column("infused_on", False, "The day of the infusion, before the site's first day in this system"),
    Column("infused_time", False, "Its time by the clocks of the site, such as 10:30"),
    Column("lot", False, "Lot of the product that was given; needed with an infusion"),
    Column("bags", False, "Bags given; 1 where empty"),
)
VISITS = (
    Column("number", True, "Registry number of the patient"),
    Column("visit", True, "Code of the visit in the patient's schedule, such as D100 or Y01"),
    Column("day", True, "The day of the visit, such as 2024-06-14"),
    Column("contact", True, f"One of {_either(ContactKind)}"),
    Column("survival", True, f"One of {_either(Survival)}"),
    Column("died_on", False, "The day of death; that of the visit where empty"),
    Column("cause", False, "Cause of death"),
    Column("late_reason", False, "Why the day is outside the window; needed there"),
    Column("note", False, "Anything else"),
)


def visit_columns(schedules: Iterable[Schedule]) -> tuple[Column, ...]:
    """The columns of a list of visits: also one for each question of the schedules, with yes, no or unknown."""
    asked = {q.code: q.title for one in schedules for q in one.questions if q.code != SURVIVAL_QUESTION}
    return (*VISITS, *(Column(code.lower(), False, f"{title}: {_either(Answer)}") for code, title in asked.items()))


def read(content: bytes, columns: Sequence[Column]) -> list[Line]:
    """The lines of a list; a file of refused lines may come back with its last column. Raises BadInput."""
    return sheets.read(content, (*columns, Column(WHY, False, "")))


def day(line: Line, name: str) -> date | None:
    """The day in a cell; None where it is empty. Raises BadInput."""
    return read_iso_day(line[name], name) if line[name] else None


def whole(line: Line, name: str) -> int | None:
    """The number in a cell; None where it is empty. Raises BadInput."""
    text = line[name]
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise BadInput(f'{name}: "{text[:40]}" is no whole number.', name)
    return int(text) if text else None


def clock(line: Line, name: str) -> time | None:
    """The time of day in a cell; None where it is empty. Raises BadInput."""
    text = line[name]
    try:
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError as error:
        raise BadInput(f'{name}: "{text[:40]}" is no time of day; write it like 10:30.', name) from error


def one_of(line: Line, name: str, kinds: type[StrEnum]) -> str:
    """The word in a cell, of those there are. Raises BadInput."""
    text = line[name].casefold()
    if text not in list(kinds):
        raise BadInput(f'{name}: "{line[name][:40]}" is none; it is one of {_either(kinds)}.', name)
    return text


def tell(
    lines: Sequence[Line],
    columns: Sequence[Column],
    key: Callable[[Line], str],
    do: Callable[[Line], Told],
) -> list[Told]:
    """Go through a list: an empty cell that is needed and a line that stands there twice are refused before `do`."""
    found: list[Told] = []
    seen: dict[str, int] = {}
    for line in lines:
        empty = [column.name for column in columns if column.needed and not line[column.name]]
        first = seen.setdefault(key(line), line.number)
        if empty:
            found.append(refused(line, f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty."))
        elif first != line.number:
            found.append(refused(line, f"The same stands in line {first:,} already."))
        else:
            found.append(do(line))
    return found


def refused(line: Line, words: str) -> Told:
    return Told(line, Outcome.REFUSED, line["number"], words)


def counted(told: Sequence[Told]) -> dict[Outcome, int]:
    return {outcome: sum(one.outcome is outcome for one in told) for outcome in Outcome}


def handed_back(told: Sequence[Told], columns: Sequence[Column]) -> bytes:
    """The refused lines as a list to correct and send again: as they came, each with why."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow([*(column.name for column in columns), WHY])
    for one in told:
        if one.outcome is Outcome.REFUSED:
            table.writerow([*(one.line[column.name] for column in columns), plain(one.words)])
    return text.getvalue().encode("utf-8-sig")
