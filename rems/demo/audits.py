"""Audits of the invented hospitals: those of the years before are closed, the newest are followed up, some are to come.

They have dice of their own, so that the hospitals stay what they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from rems.compliance import actions as compliance
from rems.compliance.audits import planning, queries, reporting, sharing, working
from rems.compliance.audits.planning import Plan
from rems.compliance.audits.queries import FindingLine
from rems.compliance.audits.rules import AuditFormat, Side, Verdict
from rems.compliance.audits.working import Noted, Said
from rems.compliance.rules import ActionKind, DeviationSeverity
from rems.core.db import db, reading
from rems.demo.calendar import Calendar
from rems.demo.hospital import EUROPE, Hospital
from rems.demo.papers import manager_of
from rems.demo.people import People
from rems.sites import queries as sites

AUDITORS = "Dr. Helene Brandt and Tomás Rivas, Quality Assurance"
TRAINING = Noted(
    DeviationSeverity.MAJOR, "", "Two people of the night shift looked after patients before they were trained."
)
DATES = Noted(DeviationSeverity.MINOR, "", "Three of twenty training records bear no date beside the signature.")
VIALS = Noted(DeviationSeverity.MAJOR, "", "The vials on the shelf and in the log differed by two for nine days.")
# What the European hospitals show, in turn: days since the last audit (None: none was held), and what was found.
HELD: tuple[tuple[int | None, tuple[Noted, ...]], ...] = (
    (34, (VIALS, DATES)),
    (210, ()),
    (None, ()),
    (402, (DATES,)),
    (120, (TRAINING,)),
)


@dataclass(frozen=True)
class _Desk:
    """Whose turn it is in an audit, on a day of it."""

    hospital: Hospital
    calendar: Calendar
    people: People

    def manager(self, day: date) -> dict[str, Any]:
        return {"by": manager_of(self.people), "now": self.calendar.at(day, self.hospital.town.timezone)}

    def site(self, day: date) -> dict[str, Any]:
        return {"by": self.hospital.coordinator, "now": self.calendar.at(day, self.hospital.town.timezone)}


def enter_audits(hospitals: Sequence[Hospital], calendar: Calendar, people: People) -> int:
    """Audits of the first hospital under its first program, and of each certified one of Europe. Gives their number."""
    first = _Desk(hospitals[0], calendar, people)
    begun = hospitals[0].certified_on or calendar.today
    shared = hold(first, begun + timedelta(days=150), AuditFormat.ON_SITE, (TRAINING, DATES))
    _share(first, shared, begun + timedelta(days=230))
    hold(first, begun + timedelta(days=510), AuditFormat.QUESTIONNAIRE, ())
    number = 2
    european = [h for h in hospitals if h.code == EUROPE and h.certified_on]
    for n, hospital in enumerate(european):
        desk, (ago, found) = _Desk(hospital, calendar, people), HELD[n % len(HELD)]
        if ago is not None and calendar.today - timedelta(days=ago) > (hospital.certified_on or calendar.today):
            hold(desk, calendar.today - timedelta(days=ago), AuditFormat.ON_SITE, found)
            number += 1
        elif n < len(HELD):
            day = calendar.today
            asked = Plan(AuditFormat.REMOTE, day + timedelta(days=18), AUDITORS, "Training and tocilizumab")
            planning.plan(hospital.site_id, hospital.code, asked, **desk.manager(day))
            number += 1
    return number


def hold(desk: _Desk, day: date, form: AuditFormat, found: Sequence[Noted]) -> UUID:
    """One audit from its plan to what has become of it by today."""
    hospital, planned = desk.hospital, day - timedelta(days=30)
    asked = Plan(form, day, AUDITORS)
    key = planning.plan(hospital.site_id, hospital.code, asked, **desk.manager(planned))
    codes = _codes(desk, key, day)
    if form is AuditFormat.QUESTIONNAIRE:
        own = {code: Said(Verdict.CONFORMS, "As in the year before.") for code in codes}
        working.answer(key, Side.SITE, own, seen=None, **desk.site(day - timedelta(days=3)))
    planning.begin(key, begun_on=day, **desk.manager(day))
    given = {code: Said(Verdict.CONFORMS, "Seen.") for code in codes}
    working.answer(key, Side.AUDITOR, given, seen=None, **desk.manager(day))
    for one in found:
        working.note_finding(key, one, **desk.manager(day))
    reported = day + timedelta(days=12)
    reporting.report(
        _newest(desk, key),
        conclusion="The site keeps what the program asks." if not found else "Well kept, with points to mend.",
        reported_on=reported,
        password=None,
        **desk.manager(reported),
    )
    for line in _lines(desk, key):
        _follow(desk, line, reported)
    if reported + timedelta(days=100) <= desk.calendar.today:
        closed = reported + timedelta(days=100)
        reporting.close(_newest(desk, key), closed_on=closed, note="", **desk.manager(closed))
    return key


def _follow(desk: _Desk, line: FindingLine, reported: date) -> None:
    """The site answers and acts; what is old enough was checked and closed. An action of the newest audit is late."""
    today, answered = desk.calendar.today, reported + timedelta(days=6)
    reporting.respond(line.row.root_id, "We agree; see the action.", seen=None, **desk.site(answered))
    assert line.deviation is not None
    cause = compliance.investigate(line.deviation.id, "Nobody was named for it.", **desk.site(answered))
    due = reported + timedelta(days=16)
    plan = compliance.Plan(
        ActionKind.CORRECTIVE,
        "Name one person for it and a deputy, and look at it every week",
        "Head nurse",
        answered,
        due,
        due + timedelta(days=45),
    )
    action = compliance.plan(cause, plan, **desk.site(answered))
    done, checked = due - timedelta(days=2), due + timedelta(days=40)
    if checked > today:
        return
    action = compliance.finish(action, done_on=done, note="Named in the list of duties.", **desk.site(done))
    compliance.check_effect(
        action, effective=True, checked_on=checked, note="Four weeks looked at, no gap.", **desk.site(checked)
    )
    compliance.close(cause, closed_on=checked, **desk.site(checked))


def _share(desk: _Desk, key: UUID, day: date) -> None:
    """The site gives the report to the sponsor of its next program, which accepts it."""
    others = [code for code in desk.hospital.scopes if code != desk.hospital.code]
    for code in others[:1]:
        given = sharing.share(key, code, {"auditors", "finding:2"}, **desk.site(day))
        taken = day + timedelta(days=9)
        sharing.accept(given, accepted_on=taken, note="Serves us for this year.", **desk.manager(taken))


def _codes(desk: _Desk, key: UUID, day: date) -> list[str]:
    manager = manager_of(desk.people)
    with reading(manager):
        row = queries.audit(manager, key)
        return [item.code for item in queries.items_of(row, sites.entry_of_scope(manager, row.scope_id), day)]


def _newest(desk: _Desk, key: UUID) -> UUID:
    manager = manager_of(desk.people)
    with reading(manager):
        return queries.audit(manager, key).id


def _lines(desk: _Desk, key: UUID) -> list[FindingLine]:
    with reading(manager_of(desk.people)):
        found = queries.findings_of(key)
        db.session.expunge_all()
        return found
