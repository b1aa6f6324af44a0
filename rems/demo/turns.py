"""Hospitals whose certification took a turn: one waits, the others were returned, suspended, de-certified, have lapsed,
or lived through the shortage of tocilizumab of December 2021.

They have dice of their own, so that the other hospitals stay what they are.
"""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from rems.certification import actions as certification
from rems.certification import relying
from rems.certification.acts import acts_of
from rems.core.db import reading
from rems.demo.cabinets import deliver, fill_cabinet
from rems.demo.calendar import Calendar
from rems.demo.hospital import EUROPE, KYMRIAH, Hospital, Reach
from rems.demo.names import GAVE_UP, HAS_LAPSED, IS_SUSPENDED, WAITS, WAS_RETURNED, WAS_SHORT, Town
from rems.demo.papers import apply, certify, manager_of, qualify, sign_papers, train
from rems.demo.patients import treat, visit
from rems.demo.people import People
from rems.demo.sites import add_team, enter_label, register
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole

SHORTAGE = "FDA-TOCI-SHORTAGE-2021"
# Of the hospital that was short: vials of 400 mg, the day they came, their last day. Two are one dose for anybody.
CAME_TO_THE_SHORT = (
    (12, date(2018, 9, 15), date(2021, 11, 30)),
    (2, date(2021, 11, 22), date(2023, 10, 31)),
    (12, date(2022, 2, 7), date(2024, 11, 30)),
    (12, date(2024, 10, 14), date(2027, 6, 30)),
)


def enter_turns(calendar: Calendar, people: People) -> list[Hospital]:
    """Every such hospital with its few patients."""
    return [turn(calendar, people) for turn in TURNS]


def _waits(calendar: Calendar, people: People) -> Hospital:
    """All is done, the visit of the program too; nobody has decided yet."""
    hospital = _ready(WAITS, _working_day(calendar, 52), calendar, people)
    visited = _working_day(calendar, 14)
    qualify(hospital, visited, manager_of(people), calendar.at(visited, hospital.town.timezone))
    apply(hospital, _working_day(calendar, 9), calendar)
    return hospital


def _was_returned(calendar: Calendar, people: People) -> Hospital:
    """The site has not answered the reasons yet."""
    hospital = _ready(WAS_RETURNED, _working_day(calendar, 75), calendar, people)
    applied = apply(hospital, _working_day(calendar, 31), calendar)
    day = _working_day(calendar, 19)
    certification.return_application(
        hospital.site_id,
        hospital.code,
        holds_on=day,
        seen=applied,
        reason="Two answers are not clear enough to plan the qualification visit.",
        tasks={
            "SITE-TOCI-ON-SITE": "Name the place where tocilizumab is kept, and who can open it at night.",
            "EU-HCP-EDUCATION": "The pharmacist is recorded with the slides alone; record the session attended too.",
        },
        password=None,
        by=manager_of(people),
        now=calendar.at(day, hospital.town.timezone),
    )
    return hospital


def _is_suspended(calendar: Calendar, people: People) -> Hospital:
    hospital = _certified(IS_SUSPENDED, date(2021, 3, 3), calendar, people)
    _infuse(hospital, (date(2021, 9, 14), date(2024, 10, 8)), calendar)
    day = _working_day(calendar, 38)
    _decide(
        hospital,
        certification.suspend,
        day,
        "The visit of the sponsor found the tocilizumab of the suite in another building, half an hour away.",
        calendar,
        people,
    )
    return hospital


def _gave_up(calendar: Calendar, people: People) -> Hospital:
    hospital = _certified(GAVE_UP, date(2020, 2, 5), calendar, people)
    why = "The hospital closed its unit for cell therapy; nobody was infused there."
    _decide(hospital, certification.decertify, date(2024, 3, 29), why, calendar, people)
    return hospital


def _has_lapsed(calendar: Calendar, people: People) -> Hospital:
    """The representative left in February 2025; the next one never enrolled, and the program closed in June."""
    hospital = _certified(HAS_LAPSED, date(2019, 3, 6), calendar, people)
    _infuse(hospital, (date(2023, 8, 22),), calendar)
    joined, left, follows = date(2025, 2, 3), date(2025, 2, 28), date(2025, 3, 3)
    zone, by = hospital.town.timezone, hospital.coordinator
    next_one = sites.add_staff(
        hospital.site_id,
        people.name() + ", MD",
        StaffRole.PHYSICIAN,
        from_on=joined,
        by=by,
        now=calendar.at(joined, zone),
    )
    with reading(by):
        version = site_queries.staff_member(by, hospital.staff_ids[0]).version
    sites.end_staff(hospital.staff_ids[0], until_on=left, version=version, by=by, now=calendar.at(left, zone))
    sites.designate(hospital.site_id, hospital.code, next_one, holds_on=follows, by=by, now=calendar.at(follows, zone))
    enter_label(hospital, calendar, people)
    return hospital


def _was_short(calendar: Calendar, people: People) -> Hospital:
    """One dose on site from December 2021 to February 2022, under FDA's exception; later suspended for six weeks."""
    hospital = _open(WAS_SHORT, date(2018, 9, 12), calendar, people)
    for number, (vials, came, expires) in enumerate(CAME_TO_THE_SHORT, 1):
        deliver(hospital, calendar, f"40{number:02d}", 400, vials, came, expires)
    _do_papers(hospital, calendar)
    certify(hospital, calendar, people)
    zone, by = hospital.town.timezone, hospital.coordinator
    begins, ends = date(2021, 12, 1), date(2022, 2, 7)
    invoked = relying.invoke(
        hospital.site_id,
        hospital.code,
        SHORTAGE,
        holds_on=begins,
        until_on=None,
        condition_holds=True,
        reason="The wholesaler delivered two vials of the twelve ordered, which make one dose.",
        evidence="Letter of the wholesaler of 19 November 2021; Port Ellison lends a second dose within 3 hours.",
        by=by,
        now=calendar.at(begins, zone),
    )
    _infuse(hospital, (date(2021, 12, 20), date(2022, 6, 13)), calendar)
    relying.end(
        hospital.site_id,
        hospital.code,
        invoked,
        until_on=ends,
        reason="Twelve vials were delivered.",
        by=by,
        now=calendar.at(ends, zone),
    )
    untrained = "Two nurses of the night shift looked after patients before they were trained."
    _decide(hospital, certification.suspend, date(2023, 5, 8), untrained, calendar, people)
    trained = "Both nurses were trained and passed; their records were looked at."
    _decide(hospital, certification.reinstate, date(2023, 6, 19), trained, calendar, people)
    enter_label(hospital, calendar, people)
    return hospital


def _working_day(calendar: Calendar, days_ago: int) -> date:
    """So many days ago; where that was a weekend, the Friday before."""
    day = calendar.today - timedelta(days=days_ago)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _open(town: Town, begins: date, calendar: Calendar, people: People) -> Hospital:
    """Registered, with its people."""
    code = KYMRIAH if town.country == "US" else EUROPE
    hospital = register(town, code, Reach.CERTIFIED, begins, calendar, people, shown=False)
    add_team(hospital, calendar, people)
    return hospital


def _ready(town: Town, begins: date, calendar: Calendar, people: People) -> Hospital:
    """All that the site itself does before it applies."""
    hospital = _open(town, begins, calendar, people)
    fill_cabinet(hospital, calendar, near=False)
    _do_papers(hospital, calendar)
    return hospital


def _do_papers(hospital: Hospital, calendar: Calendar) -> None:
    train(hospital, calendar)
    sign_papers(hospital, calendar)


def _certified(town: Town, begins: date, calendar: Calendar, people: People) -> Hospital:
    hospital = _ready(town, begins, calendar, people)
    certify(hospital, calendar, people)
    return hospital


def _infuse(hospital: Hospital, days: tuple[date, ...], calendar: Calendar) -> None:
    for day in days:
        visit(treat(hospital, day, calendar), calendar)


def _decide(
    hospital: Hospital, act: Callable[..., UUID], day: date, why: str, calendar: Calendar, people: People
) -> None:
    """What the program manager decides about a certificate, after whatever was decided last."""
    manager, scope_id = manager_of(people), hospital.scopes[hospital.code]
    with reading(manager):
        last = acts_of([scope_id], None)[scope_id][-1].id
    act(
        hospital.site_id,
        hospital.code,
        holds_on=day,
        seen=last,
        reason=why,
        password=None,
        by=manager,
        now=calendar.at(day, hospital.town.timezone),
    )


TURNS: tuple[Callable[[Calendar, People], Hospital], ...] = (
    _waits,
    _was_returned,
    _is_suspended,
    _gave_up,
    _has_lapsed,
    _was_short,
)
