"""Live sessions: planned by the sponsor or by a site, who is registered, who came."""

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
from rems.training.courses import queries, sessions
from rems.training.courses.desk import bp
from rems.training.courses.forms import CancelForm, RegisterForm, SessionForm, attendance_form
from rems.training.courses.models import LiveSession, SessionPlace
from rems.training.courses.rules import PRESENCE_WORDS, Presence
from rems.training.desk import entry_to_change
from rems.training.rules import KIND_WORDS, TrainingKind
from rems.web.sending import filled, holds, seen, short_form
from rems.web.tables import csv_answer

BOTH = ["GET", "POST"]
HEADS = ("Person", "Role", "Site", "State")
Line = tuple[SessionPlace, str, str, str]


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
    lines = _lines(row)
    kind = attendance_form([(str(place.root_id), name) for place, name, _, _ in lines])
    given = {f"p:{place.root_id}": place.presence.value for place, *_ in lines}
    form = filled(kind, **given)
    if holds(form):
        with form.answering():
            said = {place.root_id: Presence(form[f"p:{place.root_id}"].data) for place, *_ in lines}
            number = sessions.attendance(root_id, said, by=actor, now=utcnow())
            flash(f"Attendance is kept. {number} new {'training is' if number == 1 else 'trainings are'} on record.")
            return redirect(url_for("courses.session", root_id=root_id))
    page = render_template(
        "courses/session.html",
        row=row,
        program=programs.by_key(row.program_id),
        form=form,
        lines=[(line, form[f"p:{line[0].root_id}"]) for line in lines],
        kinds=KIND_WORDS,
        words=PRESENCE_WORDS,
        holds=sessions.holds(row, actor),
        begun=row.begins_at <= utcnow(),
        entries=_entries(row),
    )
    return page, 422 if form.problems() else 200


@bp.get("/sessions/<uuid:root_id>/people.csv")
def session_as_table(root_id: UUID) -> ResponseReturnValue:
    row = queries.session(root_id)
    rows = [(name, role, site, PRESENCE_WORDS[place.presence]) for place, name, role, site in _lines(row)]
    return csv_answer(f"session-{row.holds_on.isoformat()}.csv", HEADS, rows)


@bp.route("/sites/<uuid:site_id>/sessions/<uuid:root_id>/register", methods=BOTH)
def register(site_id: UUID, root_id: UUID) -> ResponseReturnValue:
    row = queries.session(root_id)
    site, _ = entry_to_change(site_id, programs.by_key(row.program_id).code)
    form = filled(RegisterForm)
    day = min(row.holds_on, day_in(site.timezone, utcnow()))
    there = [p for p in details.people(site_id, Lens(day)) if p.there(day)]
    form.people.choices = [(str(p.id), f"{p.name}, {ROLE_WORDS[p.role].lower()}") for p in there]
    if holds(form):
        with form.answering():
            chosen = [UUID(key) for key in form.people.data]
            number = sessions.register(root_id, site_id, chosen, by=current_actor(), now=utcnow())
            return _to(root_id, f"{number} {'person is' if number == 1 else 'people are'} newly registered.")
    above = [("Live session", url_for("courses.session", root_id=root_id))]
    return short_form(form, "Register people", "Register", f"{row.title}, for people of {site.name}.", above)


@bp.route("/sessions/<uuid:root_id>/cancel", methods=BOTH)
def cancel(root_id: UUID) -> ResponseReturnValue:
    row = queries.session(root_id)
    form = filled(CancelForm, seen=str(row.id))
    if holds(form):
        with form.answering():
            sessions.cancel(seen(form), reason=form.reason.data, by=current_actor(), now=utcnow())
            return _to(root_id, "The session is canceled.")
    above = [("Live session", url_for("courses.session", root_id=root_id))]
    return short_form(form, "Cancel this session", "Cancel the session", row.title, above)


def _lines(row: LiveSession) -> list[Line]:
    """Each person of a session, with name, role of its day, and site; by site and name."""
    actor = current_actor()
    found: list[Line] = []
    named: dict[UUID, tuple[str, dict[UUID, details.Person]]] = {}
    for place in queries.places(row.root_id):
        if place.site_id not in named:
            people = {p.id: p for p in details.people(place.site_id, Lens(row.holds_on))}
            named[place.site_id] = (sites.site(actor, place.site_id).name, people)
        site, staff = named[place.site_id]
        who = staff.get(place.staff_member_id)
        found.append((place, who.name if who else "Not on the list", ROLE_WORDS[who.role] if who else "", site))
    return sorted(found, key=lambda line: (line[3], line[1]))


def _entries(row: LiveSession) -> list[sites.Entry]:
    """The sites for which the actor registers people."""
    actor = current_actor()
    scopes = {s for h in actor.holdings if Permission.TRAINING_RECORD in h.permissions for s in h.scopes}
    code = programs.by_key(row.program_id).code
    several = [e for site in sites.all_of(actor) if site.id in scopes for e in sites.entries(actor, site.id)]
    return [e for e in several if e.program.code == code and row.scope_id in (None, e.scope_id)]


def _to(root_id: UUID, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("courses.session", root_id=root_id))
