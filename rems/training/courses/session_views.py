"""Live sessions: planned by the sponsor or by a site, who is registered, who came."""

import re
from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.rules import ROLE_WORDS
from rems.training.courses import attendance, queries, sessions
from rems.training.courses.desk import bp
from rems.training.courses.forms import (
    AttendanceForm,
    CancelForm,
    RegisterForm,
    SessionForm,
    attendance_form,
    place_field,
)
from rems.training.courses.models import LiveSession
from rems.training.courses.roll import NOBODY, Line, by_site, registering, roll
from rems.training.courses.rules import PRESENCE_WORDS, Presence
from rems.training.desk import entry_to_change
from rems.training.rules import KIND_WORDS, TrainingKind
from rems.web.forms import ActForm
from rems.web.paging import asked_page, page_of
from rems.web.sending import filled, holds, seen, short_form
from rems.web.tables import csv_answer

BOTH = ["GET", "POST"]
HEADS = ("Person", "Role", "Site", "State")
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHOWN = 50  # people on a page, so that it can be read and sent at once


@bp.get("/sites/<uuid:site_id>/programs/<code>/sessions")
def of_site(site_id: UUID, code: str) -> ResponseReturnValue:
    """The sessions that a site's people can attend: those of the sponsor, and its own."""
    actor = current_actor()
    site, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    found = queries.sessions(entry.program_id, scope_id=entry.scope_id)
    return render_template(
        "courses/site.html",
        site=site,
        entry=entry,
        sessions=found,
        counted=queries.counted([one.root_id for one in found]),
        now=utcnow(),
        kinds=KIND_WORDS,
        may=can(actor, Permission.TRAINING_RECORD, scope_id=entry.scope_id),
    )


@bp.route("/programs/<code>/sessions/new", methods=BOTH)
def plan(code: str) -> ResponseReturnValue:
    program, key = programs.program(code), programs.key(code)
    require(current_actor(), Permission.TRAINING_PUBLISH, program_id=key)
    above = [(program.title, url_for("programs.show", code=code)), ("Courses", url_for("courses.index", code=code))]
    sentence = f"{program.title}, for the staff of all its sites."
    return _plan(code, None, current_actor().timezone, TrainingKind.LIVE_TRAINING, sentence, above)


@bp.route("/sites/<uuid:site_id>/programs/<code>/sessions/new", methods=BOTH)
def plan_of_site(site_id: UUID, code: str) -> ResponseReturnValue:
    site, entry = entry_to_change(site_id, code)
    above = [
        (site.name, url_for("sites.show", site_id=site_id)),
        ("Live sessions", url_for("courses.of_site", site_id=site_id, code=code)),
    ]
    sentence = f"{entry.program.title}, for the staff of {site.name}. One that was held already may be entered too."
    return _plan(code, site_id, site.timezone, TrainingKind.STAFF_TRAINING, sentence, above)


def _plan(
    code: str, site_id: UUID | None, zone: str, kind: TrainingKind, sentence: str, above: Sequence[tuple[str, str]]
) -> ResponseReturnValue:
    form = (
        SessionForm.sent(zone=zone) if request.method == "POST" else SessionForm(data={"kind": kind.value}, zone=zone)
    )
    if holds(form):
        with form.answering():
            asked = sessions.Planned(
                title=form.title.data,
                kind=TrainingKind(form.kind.data),
                trainer=form.trainer.data,
                place=form.place.data,
                begins_at=form.begins_at.data,
                timezone=zone,
                minutes=form.minutes.data,
            )
            root = sessions.plan(code, asked, site_id=site_id, by=current_actor(), now=utcnow())
            return _to(root, "The session is planned.")
    return short_form(form, "Plan a live session", "Plan", sentence, above)


@bp.route("/sessions/<uuid:root_id>", methods=BOTH)
def session(root_id: UUID) -> ResponseReturnValue:
    """A session with its people; whoever holds it says here who came."""
    actor, row = current_actor(), queries.session(root_id)
    lines, number = roll(row, actor), asked_page()
    shown = lines[(number - 1) * SHOWN : number * SHOWN]
    form = _attendance(row, lines, shown)
    if holds(form):
        with form.answering():
            said = {key: Presence(form[place_field(key)].data) for key in _sent()}
            came = attendance.attend(root_id, said, by=actor, now=utcnow())
            flash(f"Attendance is kept. {came} new {'training is' if came == 1 else 'trainings are'} on record.")
            return redirect(url_for("courses.session", root_id=root_id, page=number if number > 1 else None))
    page = render_template(
        "courses/session.html",
        row=row,
        program=programs.by_key(row.program_id),
        form=form,
        fields={line.place.id: form[name] for line in shown if (name := place_field(line.place.id)) in form},
        groups=by_site(shown),
        page=page_of(shown, total=len(lines), number=number, size=SHOWN),
        came=sum(line.place.presence is Presence.ATTENDED for line in lines),
        expected=sum(line.place.presence is not Presence.CANCELED for line in lines),
        kinds=KIND_WORDS,
        words=PRESENCE_WORDS,
        holds=sessions.holds(row, actor),
        begun=row.begins_at <= utcnow(),
        registering=registering(row, actor),
    )
    return page, 422 if form.problems() else 200


def _attendance(row: LiveSession, lines: Sequence[Line], shown: Sequence[Line]) -> AttendanceForm:
    """What the page asks of its people; of what was sent, all that was asked then, changed since or not."""
    if request.method == "GET":
        given = {place_field(line.place.id): line.place.presence.value for line in shown}
        return attendance_form({line.place.id: line.name for line in shown})(data=given)
    sent = _sent()
    known, names = queries.shown(row.root_id, sent), {line.place.root_id: line.name for line in lines}
    asked = {key: names[known[key].root_id] if key in known else NOBODY for key in sent}
    return attendance_form(asked).sent()


def _sent() -> list[UUID]:
    """The shown states of the places that this request says something of."""
    sent = [name.removeprefix("p:") for name in request.form if name.startswith("p:")]
    return [UUID(text) for text in sent if KEY.fullmatch(text)]


@bp.get("/sessions/<uuid:root_id>/people.csv")
def session_as_table(root_id: UUID) -> ResponseReturnValue:
    row = queries.session(root_id)
    lines = roll(row, current_actor())
    rows = [(line.name, line.role, line.site, PRESENCE_WORDS[line.place.presence]) for line in lines]
    return csv_answer(f"session-{row.holds_on.isoformat()}.csv", HEADS, rows)


@bp.route("/sites/<uuid:site_id>/sessions/<uuid:root_id>/register", methods=BOTH)
def register(site_id: UUID, root_id: UUID) -> ResponseReturnValue:
    row = queries.session(root_id)
    site, entry = entry_to_change(site_id, programs.by_key(row.program_id).code)
    sessions.check_open_to(row, entry)
    sessions.check_held(row)
    form = filled(RegisterForm)
    day = min(row.holds_on, day_in(site.timezone, utcnow()))
    places = queries.places(root_id, scope_id=entry.scope_id)
    seated = {place.staff_member_id for place in places if place.presence is not Presence.CANCELED}
    there = [p for p in details.people(site_id, Lens(day)) if p.there(day) and p.id not in seated]
    form.people.choices = [(str(p.id), f"{p.name}, {ROLE_WORDS[p.role].lower()}") for p in there]
    if holds(form):
        with form.answering():
            chosen = [UUID(key) for key in form.people.data]
            number = sessions.register(root_id, site_id, chosen, by=current_actor(), now=utcnow())
            return _to(root_id, f"{number} {'person is' if number == 1 else 'people are'} newly registered.")
    above = [(row.title, url_for("courses.session", root_id=root_id))]
    sentence = f"{row.title}, for people of {site.name}."
    if not there:
        sentence += " Everybody on its staff of that day is registered already."
    return short_form(form, "Register people", "Register", sentence, above)


@bp.post("/sessions/<uuid:root_id>/places/<uuid:place_id>/cancel")
def cancel_place(root_id: UUID, place_id: UUID) -> ResponseReturnValue:
    """A site gives up the place of one of its people, as the page showed it."""
    ActForm.check()
    attendance.attend(root_id, {place_id: Presence.CANCELED}, by=current_actor(), now=utcnow())
    return _to(root_id, "The place is canceled.")


@bp.route("/sessions/<uuid:root_id>/cancel", methods=BOTH)
def cancel(root_id: UUID) -> ResponseReturnValue:
    row = queries.session(root_id)
    sessions.require_holder(row, current_actor())
    sessions.check_held(row)
    form = filled(CancelForm, seen=str(row.id))
    if holds(form):
        with form.answering():
            sessions.cancel(seen(form), reason=form.reason.data, by=current_actor(), now=utcnow())
            return _to(root_id, "The session is canceled.")
    above = [(row.title, url_for("courses.session", root_id=root_id))]
    return short_form(form, "Cancel this session", "Cancel the session", row.title, above)


def _to(root_id: UUID, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("courses.session", root_id=root_id))
