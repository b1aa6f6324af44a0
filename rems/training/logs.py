"""Take training that is on record elsewhere: first what each line would do, then all of it at once, or nothing.

A file is a log in our own columns, a sponsor's list as CSV, or the xAPI statements of its learning system.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput
from rems.sites import queries as sites
from rems.sites import sheets
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import check_not_ahead, folded, said, was_there
from rems.sites.sheets import Column, Line, Outcome, Told, read_iso_day
from rems.training import formats, keeping, matrix, results, rules, steps, xapi
from rems.training.keeping import entry_to_fill
from rems.training.on_record import ASSESSMENT, Key, on_record
from rems.training.results import LONGEST_RECORD, Course, Said, kept_text
from rems.training.rules import TrainingKind

KINDS = (*TrainingKind, ASSESSMENT)
COLUMNS = (
    Column("name", True, "Name of the person"),
    Column("email", False, "E-mail; by it a person is found, else by name"),
    Column("kind", True, "live-training, material-review, staff-training or assessment"),
    Column("day", True, "The day it was taken, such as 2026-11-24"),
    Column("material", True, "What was taught or read, with its edition; of an assessment the question set"),
    Column("questions", False, "Of an assessment: how many questions were asked"),
    Column("correct", False, "Of an assessment: how many answers were right"),
    Column("pass_mark", False, "Of an assessment: the pass mark in percent"),
    Column(
        "record", False, "The sponsor's own number of the record; by it a line is taken once, whatever file it is in"
    ),
)


@dataclass(frozen=True)
class Sent:
    """A file that was sent: its text, the name of the format of its columns (empty: ours), the pass mark in percent."""

    text: str
    read_as: str = ""
    pass_mark: int | None = None


@dataclass(frozen=True)
class Taken:
    """What a line says that somebody took. `score` only of an assessment: questions, right answers, pass mark."""

    who: StaffMember
    kind: str
    on: date
    material: str
    score: tuple[int, int, int] | None = None
    record: str = ""

    @property
    def key(self) -> Key:
        return self.who.id, self.kind, self.on, folded(self.material)


@dataclass
class Plan:
    """What a log would do: each line, and what it would record, by its number."""

    told: list[Told]
    new: dict[int, Taken] = field(default_factory=dict)


def tell(site_id: UUID, code: str, sent: Sent, *, by: Actor, now: datetime) -> list[Told]:
    """What a log would do; nothing is changed. Raises NotFound, NotAllowed, BadInput for the file."""
    entry = entry_to_fill(site_id, code, by)
    return _plan(_lines(entry, sent, by), entry, by, now).told


def take(site_id: UUID, code: str, sent: Sent, *, by: Actor, now: datetime) -> list[Told]:
    """Record what a log has and the record has not. Raises as `tell`; Incomplete that names each refused line."""
    with transaction(by, "training.import_log", at=now):
        entry = entry_to_fill(site_id, code, by)
        keeping.one_at_a_time(entry)
        plan = _plan(_lines(entry, sent, by), entry, by, now)
        sheets.check_whole(plan.told)
        for taken in plan.new.values():
            _record(entry, taken)
    return plan.told


def is_foreign(text: str) -> bool:
    """Whether a text is a list in other columns than ours. Raises BadInput for what is no list."""
    if xapi.is_statements(text):
        return False
    heads = {head.casefold() for head in sheets.opened(text.encode())[0]}
    return not {column.name for column in COLUMNS if column.needed} <= heads


def new_courses(entry: Entry, sent: Sent, *, by: Actor) -> list[Course]:
    """The courses of a file of which nobody has said yet what they count as. Raises BadInput for the file."""
    said = _said(entry, sent, by)
    return results.new_courses(said, keeping.ways(entry)) if said is not None else []


def _said(entry: Entry, sent: Sent, by: Actor) -> list[Said] | None:
    """What a sponsor's system says in the file; None for a log in our own columns."""
    if xapi.is_statements(sent.text):
        return xapi.read(sent.text, zone=sites.site(by, entry.site_id).timezone)
    if sent.read_as:
        return formats.read(sent.text.encode(), keeping.format_named(entry, sent.read_as))
    return None


def _lines(entry: Entry, sent: Sent, by: Actor) -> Sequence[Line | Told]:
    said = _said(entry, sent, by)
    if said is None:
        return sheets.read(sent.text.encode(), COLUMNS)
    mark = matrix.pass_mark(entry.program) if sent.pass_mark is None else sent.pass_mark
    return results.lines(said, keeping.ways(entry), pass_mark=mark)


def _plan(lines: Sequence[Line | Told], entry: Entry, by: Actor, now: datetime) -> Plan:
    people = sites.staff(entry.site_id)
    known = on_record(entry)
    today = day_in(sites.site(by, entry.site_id).timezone, now)
    plan = Plan([])

    def judge(line: Line) -> Told:
        record = line["record"]
        if (stands := known.records.get(record)) is not None:
            since = "" if stands else ", and taken back since"
            return Told(line, Outcome.SAME, line["name"], f"Record {record} was taken already{since}.")
        taken = _taken(line, people, today)
        words = f"{taken.kind.replace('-', ' ')} on {said(taken.on)}, {taken.material}"
        if taken.key in (known.without_number if record else known.all):
            known.without_number.discard(taken.key)  # it stands for one number alone
            return Told(line, Outcome.SAME, line["name"])
        plan.new[line.number] = taken
        return Told(line, Outcome.NEW, line["name"], words)

    def key(line: Line) -> list[tuple[str, str]]:
        if line["record"]:
            return [("record", line["record"])]
        who = line["email"].lower() or folded(line["name"])
        return [("line", f"{who}|{line['kind'].lower()}|{line['day']}|{folded(line['material'])}")]

    clear = sheets.tell([line for line in lines if isinstance(line, Line)], COLUMNS, key, judge)
    unclear = [line for line in lines if isinstance(line, Told)]
    plan.told = sorted([*clear, *unclear], key=lambda one: one.line.number)
    return plan


def _taken(line: Line, people: Sequence[StaffMember], today: date) -> Taken:
    """What a line says. Raises BadInput with what is wrong about it."""
    who = _person(line, people)
    kind = line["kind"].lower().replace(" ", "-").replace("_", "-")
    if kind not in KINDS:
        raise BadInput(f'kind: "{line["kind"]}" is none; write one of {", ".join(KINDS)}.')
    on = read_iso_day(line["day"], "day")
    check_not_ahead(on, today=today, words="day")
    if not was_there(who.from_on, who.until_on, on):
        until = f" to {said(who.until_on)}" if who.until_on else " on"
        raise BadInput(f"{who.name} worked at the site from {said(who.from_on)}{until}, not on {said(on)}.")
    material, record = kept_text(line["material"]), kept_text(line["record"], LONGEST_RECORD)
    return Taken(who, kind, on, material, _score(line) if kind == ASSESSMENT else None, record)


def _person(line: Line, people: Sequence[StaffMember]) -> StaffMember:
    by_mail = [p for p in people if line["email"] and p.email.lower() == line["email"].lower()]
    found = by_mail or [p for p in people if folded(p.name) == folded(line["name"])]
    if not found:
        raise BadInput("This is nobody of the site's staff; add the person, or write the name as the site has it.")
    if len(found) > 1:
        raise BadInput(f"{len(found)} people of the site have that name; give the e-mail address too.")
    return found[0]


def _score(line: Line) -> tuple[int, int, int]:
    missing = [name for name in ("questions", "correct", "pass_mark") if not line[name]]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise BadInput(f"An assessment needs its score: {' and '.join(missing)} {are} empty.")
    numbers = [_number(line, name) for name in ("questions", "correct", "pass_mark")]
    questions, correct, mark = numbers
    rules.passed(questions=questions, correct=correct, pass_mark_percent=mark)
    return questions, correct, mark


def _number(line: Line, name: str) -> int:
    text = line[name].removesuffix("%").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise BadInput(f'{name}: "{line[name]}" is no whole number; write it like 10.')
    return int(text)


def _record(entry: Entry, taken: Taken) -> None:
    same: dict[str, Any] = {"holds_on": taken.on, "came_as": taken.record}
    if taken.score is None:
        steps.trained(entry, taken.who, TrainingKind(taken.kind), material=taken.material, **same)
        return
    questions, correct, mark = taken.score
    steps.tried(
        entry,
        taken.who,
        question_set=taken.material,
        questions=questions,
        correct=correct,
        pass_mark_percent=mark,
        **same,
    )
