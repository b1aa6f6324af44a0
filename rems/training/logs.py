"""Take a site's existing training log: first what each line would do, then all of it in one transaction, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import db, transaction
from rems.core.errors import BadInput
from rems.core.facts import facts
from rems.sites import queries as sites
from rems.sites import sheets
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import check_not_ahead, folded, said, was_there
from rems.sites.sheets import Column, Line, Outcome, Told, read_iso_day
from rems.training import rules, steps
from rems.training.models import AssessmentAttempt, TrainingRecord
from rems.training.rules import TrainingKind

ASSESSMENT = "assessment"
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
)


@dataclass(frozen=True)
class Taken:
    """What a line says that somebody took. `score` only of an assessment: questions, right answers, pass mark."""

    who: StaffMember
    kind: str
    on: date
    material: str
    score: tuple[int, int, int] | None = None

    @property
    def key(self) -> tuple[UUID, str, date, str]:
        return self.who.id, self.kind, self.on, folded(self.material)


@dataclass
class Plan:
    """What a log would do: each line, and what it would record, by its number."""

    told: list[Told]
    new: dict[int, Taken] = field(default_factory=dict)


def tell(site_id: UUID, code: str, content: bytes, *, by: Actor, now: datetime) -> list[Told]:
    """What a log would do; nothing is changed. Raises NotFound, NotAllowed, BadInput for the file."""
    return _plan(sheets.read(content, COLUMNS), _entry(site_id, code, by), by, now).told


def take(site_id: UUID, code: str, content: bytes, *, by: Actor, now: datetime) -> list[Told]:
    """Record what a log has and the record has not. Raises as `tell`; Incomplete that names each refused line."""
    lines = sheets.read(content, COLUMNS)
    with transaction(by, "training.import_log", at=now):
        entry = _entry(site_id, code, by)
        plan = _plan(lines, entry, by, now)
        sheets.check_whole(plan.told)
        for taken in plan.new.values():
            _record(entry, taken)
    return plan.told


def _entry(site_id: UUID, code: str, by: Actor) -> Entry:
    entry = sites.entry(by, site_id, code)
    require(by, Permission.TRAINING_RECORD, scope_id=entry.scope_id)
    return entry


def _plan(lines: Sequence[Line], entry: Entry, by: Actor, now: datetime) -> Plan:
    people = sites.staff(entry.site_id)
    known = _on_record(entry)
    today = day_in(sites.site(by, entry.site_id).timezone, now)
    plan = Plan([])

    def judge(line: Line) -> Told:
        taken = _taken(line, people, today)
        words = f"{taken.kind.replace('-', ' ')} on {said(taken.on)}, {taken.material}"
        if taken.key in known:
            return Told(line, Outcome.SAME, line["name"])
        plan.new[line.number] = taken
        return Told(line, Outcome.NEW, line["name"], words)

    def key(line: Line) -> list[tuple[str, str]]:
        who = line["email"].lower() or folded(line["name"])
        return [("line", f"{who}|{line['kind'].lower()}|{line['day']}|{folded(line['material'])}")]

    plan.told = sheets.tell(lines, COLUMNS, key, judge)
    return plan


def _on_record(entry: Entry) -> set[tuple[UUID, str, date, str]]:
    """Everything that stands of the people of the site under the program."""
    trained = db.session.scalars(facts(TrainingRecord, scope_id=entry.scope_id))
    tried = db.session.scalars(facts(AssessmentAttempt, scope_id=entry.scope_id))
    return {(r.staff_member_id, str(r.kind), r.holds_on, folded(r.material)) for r in trained} | {
        (r.staff_member_id, ASSESSMENT, r.holds_on, folded(r.question_set)) for r in tried
    }


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
    return Taken(who, kind, on, line["material"], _score(line) if kind == ASSESSMENT else None)


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
    if taken.score is None:
        steps.trained(entry, taken.who, TrainingKind(taken.kind), holds_on=taken.on, material=taken.material)
        return
    questions, correct, mark = taken.score
    steps.tried(
        entry,
        taken.who,
        holds_on=taken.on,
        question_set=taken.material,
        questions=questions,
        correct=correct,
        pass_mark_percent=mark,
    )
