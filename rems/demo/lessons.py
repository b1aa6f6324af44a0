"""The courses, the assessment and the live sessions of the European program, and who took them.

They have dice of their own, so that the hospitals stay what they are.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from rems.core.actor import Actor
from rems.core.db import reading
from rems.demo.calendar import Calendar
from rems.demo.hospital import EUROPE, Hospital
from rems.demo.papers import manager_of
from rems.demo.people import People
from rems.demo.questions import COURSE, MESSAGES, QUESTIONS, TITLE
from rems.sites import queries as sites
from rems.training import people as learners
from rems.training.assessments import links, queries, taking, writing
from rems.training.assessments.rules import Content, Item
from rems.training.courses import attendance, publishing, sessions
from rems.training.courses import queries as courses
from rems.training.courses.rules import Presence
from rems.training.rules import TrainingKind

OPEN_FOR = timedelta(days=500)  # how long ago the assessment was published
MOST_TRIED = 8  # hospitals whose people took it
ZONE = "Europe/Berlin"


def enter_lessons(hospitals: Sequence[Hospital], calendar: Calendar, people: People) -> int:
    """Publish course and assessment, let people take them. Gives the number of attempts."""
    european = [h for h in hospitals if h.code == EUROPE and h.staff_ids]
    if not european:
        return 0
    certified, young = [[h for h in european if bool(h.certified_on) is yes] for yes in (True, False)]
    manager = manager_of(people)
    begins = calendar.today - OPEN_FOR
    _publish_courses(manager, calendar, begins)
    content, root = _publish_questions(manager, calendar.at(begins, ZONE))
    number = 0
    for place, hospital in enumerate(certified[:MOST_TRIED]):
        day = max(begins, hospital.certified_on or begins) + timedelta(days=20 + 7 * place)
        if day < calendar.today:
            number += _take(hospital, root, content, calendar, day)
    _hold_session(certified[:2], manager, calendar, days=-40)
    _hold_session([*young[:1], *certified[:2]], manager, calendar, days=12)
    _send_link([*young, *certified][0], root, calendar)
    return number


def _publish_courses(manager: Actor, calendar: Calendar, begins: date) -> None:
    """The second edition follows the first a year later; what was taken of the first still counts."""
    first = None
    for edition, day in (("1.0", begins), ("2.0", begins + timedelta(days=365))):
        said = publishing.Said(TITLE, edition, TrainingKind.STAFF_TRAINING, day, page=COURSE)
        first = publishing.publish(EUROPE, said, after=first, by=manager, now=calendar.at(day, ZONE))


def _publish_questions(manager: Actor, now: datetime) -> tuple[Content, UUID]:
    said: dict[str, Any] = {"by": manager, "now": now}
    root = writing.begin(EUROPE, title=TITLE, edition="1.0", messages=MESSAGES, **said)
    for asked in QUESTIONS:
        writing.put(_state(root, manager), "", asked, **said)
    writing.publish(_state(root, manager), from_on=now.date(), **said)
    with reading(manager):
        content = Content.of(queries.question_set(root).content)
    return content, root


def _state(root: UUID, by: Actor) -> UUID:
    with reading(by):
        return queries.question_set(root).id


def _take(hospital: Hospital, root: UUID, content: Content, calendar: Calendar, day: date) -> int:
    """Three people of a hospital, each through a link; who fails tries again a week later."""
    number = 0
    for key in hospital.staff_ids[1:4]:
        for tried_on in (day, day + timedelta(days=7)):
            number += 1
            missed = calendar.dice.randint(0, 3) if tried_on == day else 0
            if _attempt(hospital, key, root, content, calendar, tried_on, missed):
                break
    return number


def _attempt(
    hospital: Hospital, staff_id: UUID, root: UUID, content: Content, calendar: Calendar, day: date, missed: int
) -> bool:
    at = calendar.at(day, hospital.town.timezone)
    _, link = links.make(hospital.site_id, EUROPE, staff_id, root, days=14, by=hospital.coordinator, now=at)
    with reading(hospital.coordinator):
        name = sites.staff_member(hospital.coordinator, staff_id).name
    holder = learners.link_holder(hospital.scopes[EUROPE], hospital.site_id, name, hospital.town.timezone)
    # The hard questions are missed more often than the others.
    hard = sorted(content.items, key=lambda i: calendar.dice.random() * (content.items.index(i) + 1), reverse=True)
    chosen = {i.key: _wrong(i, calendar) if i in hard[:missed] else i.right for i in content.items}
    answered = taking.Answered(tuple(i.key for i in content.items), chosen)
    key = taking.take_through(link, answered, by=holder, now=calendar.at(day, hospital.town.timezone, hour=17))
    with reading(hospital.coordinator):
        return queries.attempt(key).passed


def _wrong(item: Item, calendar: Calendar) -> frozenset[str]:
    return frozenset([calendar.dice.choice([c.key for c in item.choices if not c.right])])


def _hold_session(hospitals: Sequence[Hospital], manager: Actor, calendar: Calendar, *, days: int) -> None:
    """A session of the sponsor so many days from today, for three people of each hospital; one of them did not come."""
    day = calendar.today + timedelta(days=days)
    planned_at = calendar.at(min(day - timedelta(days=20), calendar.today), ZONE)
    asked = sessions.Planned(
        "Recognizing and treating cytokine release syndrome",
        TrainingKind.LIVE_TRAINING,
        "Dr. Aurelia Stein",
        "Video meeting; the address is mailed to who is registered",
        datetime(day.year, day.month, day.day, 13, 0, tzinfo=calendar.now.tzinfo),
        ZONE,
        90,
    )
    root = sessions.plan(EUROPE, asked, by=manager, now=planned_at)
    for hospital in hospitals:
        sessions.register(root, hospital.site_id, hospital.staff_ids[:3], by=hospital.coordinator, now=planned_at)
    if days < 0:
        with reading(manager):
            places = [place.id for place in courses.places(root)]
        there = {key: Presence.ABSENT if n == 1 else Presence.ATTENDED for n, key in enumerate(places)}
        attendance.attend(root, there, by=manager, now=calendar.at(day + timedelta(days=1), ZONE))


def _send_link(hospital: Hospital, root: UUID, calendar: Calendar) -> None:
    """A link that somebody has not opened yet."""
    at = calendar.at(calendar.today - timedelta(days=2), hospital.town.timezone)
    links.make(hospital.site_id, EUROPE, hospital.staff_ids[1], root, days=14, by=hospital.coordinator, now=at)
