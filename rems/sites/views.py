"""The list of sites, the page of one, and the forms for its people and locations."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.programs.rules import EvidenceKind
from rems.sites import actions, detail_views, details, joining, list_views, listing, queries
from rems.sites.desk import BOTH, bp, filled, form_page, holds, own, to_site
from rems.sites.forms import LocationForm, SiteForm, StaffEndForm, StaffForm
from rems.sites.places import countries
from rems.sites.rules import IDENTIFIER_WORDS, PROCESSES, ROLE_WORDS, LocationKind, StaffRole
from rems.web.filters import record_day
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of

__all__ = ["bp", "detail_views", "joining", "list_views"]  # with its routes on the same blueprint

ON_PAGE = 25


@bp.get("/sites")
def index() -> ResponseReturnValue:
    actor, text, number = current_actor(), request.args.get("q", "").strip(), asked_page()
    lens = current_lens(actor.timezone)
    rows, total = listing.page(actor, lens, text=text, number=number, size=ON_PAGE)
    return render_template(
        "sites/index.html",
        page=page_of(rows, total=total, number=number, size=ON_PAGE),
        entered=listing.entered([s.id for s in rows], lens),
        numbers=details.numbers([s.id for s in rows], lens),
        countries=countries(),
        text=text,
    )


@bp.get("/sites/new")
def new() -> ResponseReturnValue:
    return register_page(SiteForm())


@bp.post("/sites/new")
def create() -> ResponseReturnValue:
    form = SiteForm.sent()
    form.code.choices = registrable()
    if form.validate():
        with form.answering():
            given = {name: value for name, value in form.data.items() if name not in ("csrf_token", "name")}
            site_id = actions.register(form.name.data, **given, by=current_actor(), now=utcnow())
            flash("The site is registered. An administrator can now give its people their roles.")
            return redirect(url_for("sites.show", site_id=site_id))
    return register_page(form), 422


def registrable() -> list[tuple[str, str]]:
    """The programs in which the actor may register a site."""
    actor, keys = current_actor(), programs.keys()
    return [
        (p.code, p.title)
        for p in programs.catalogue().programs.values()
        if can(actor, Permission.SITE_REGISTER, program_id=keys[p.code])
    ]


def register_page(form: SiteForm) -> str:
    require(current_actor(), Permission.SITE_REGISTER)
    form.code.choices = registrable()
    if len(form.code.choices) == 1 and not form.code.data:
        form.code.data = form.code.choices[0][0]
    return render_template("sites/new.html", form=form)


@bp.get("/sites/<uuid:site_id>")
def show(site_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    site = queries.site(actor, site_id)
    lens, now = current_lens(site.timezone), utcnow()
    entries = queries.entries(actor, site_id)
    everybody, about = details.people(site_id, lens), details.about(site, lens)
    places = details.places(site_id, lens)
    return render_template(
        "sites/show.html",
        site=site,
        about=about,
        country=countries()[about["country"]],
        identifiers=[
            (i, IDENTIFIER_WORDS[i.kind], programs.by_key(i.program_id).title if i.program_id else "")
            for i in details.identifiers(site_id, lens)
        ],
        contacts=details.contacts(site_id, lens),
        lens=lens,
        now=now,
        entries=[
            {
                "entry": e,
                "open": e.program.is_open(lens.as_of),
                "asks": queries.asks_to_enroll(e, lens.as_of),
                "representative": queries.representative(e.scope_id, lens),
                "form": queries.enrollment(e.scope_id, lens),
                "processes": [(p, may_record(p.kind, e)) for p in queries.processes(e, lens)],
            }
            for e in entries
        ],
        people=[p for p in everybody if p.there(lens.as_of)],
        former=[
            (f"{p.name}, {ROLE_WORDS[p.role].lower()}", f"{record_day(p.from_on)} to {record_day(p.until_on)}")
            for p in everybody
            if p.until_on and p.until_on < lens.as_of
        ],
        places=[p for p in places if p.open_on(lens.as_of)],
        closed=[(p.name, f"until {record_day(p.until_on)}") for p in places if not p.open_on(lens.as_of)],
        roles=ROLE_WORDS,
        sees_trail=any(
            can(actor, Permission.TRAIL_READ, scope_id=e.scope_id, program_id=e.program_id) for e in entries
        ),
    )


def may_record(kind: EvidenceKind, entry: queries.Entry) -> bool:
    return can(current_actor(), PROCESSES[kind], scope_id=entry.scope_id, program_id=entry.program_id)


@bp.route("/sites/<uuid:site_id>/staff/new", methods=BOTH)
def staff_new(site_id: UUID) -> ResponseReturnValue:
    site, today = own(site_id, Permission.STAFF_MANAGE)
    form = filled(StaffForm, from_on=today)
    if holds(form):
        with form.answering():
            actions.add_staff(
                site_id,
                form.name.data,
                StaffRole(form.role.data),
                email=form.email.data,
                from_on=form.from_on.data,
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{form.name.data} is on the staff.")
    return form_page(site, form, "Add a person", "Someone who works at this site. An account is not needed.", "Add")


@bp.route("/sites/<uuid:site_id>/staff/<uuid:staff_id>/end", methods=BOTH)
def staff_end(site_id: UUID, staff_id: UUID) -> ResponseReturnValue:
    site, today = own(site_id, Permission.STAFF_MANAGE)
    person = queries.staff_member(current_actor(), staff_id)
    if person.scope_id != site_id:
        raise NotFound("There is no such person on the staff of this site.")
    name, since = person.name, person.from_on
    signs_for = [
        e.program.title
        for e in queries.entries(current_actor(), site_id)
        if (found := queries.representative(e.scope_id, Lens(today))) and found[1].id == staff_id
    ]
    form = filled(StaffEndForm, until_on=today, version=str(person.version))
    if holds(form):
        with form.answering():
            actions.end_staff(
                staff_id,
                until_on=form.until_on.data,
                version=int(form.version.data or 0),
                by=current_actor(),
                now=utcnow(),
            )
            if signs_for:
                words = f"{name} leaves. Designate another representative for {' and '.join(signs_for)}."
                return to_site(site_id, words, "soon")
            return to_site(site_id, f"The last day of {name} is kept.")
    sentence = f"On the staff since {record_day(since)}. Records about {name} stay."
    if signs_for:
        sentence += f" {name} is the authorized representative for {' and '.join(signs_for)}."
    return form_page(site, form, f"{name} leaves", sentence, "Keep last day")


@bp.route("/sites/<uuid:site_id>/locations/new", methods=BOTH)
def location_new(site_id: UUID) -> ResponseReturnValue:
    site, _ = own(site_id, Permission.STAFF_MANAGE)
    places = [p for p in queries.locations(site_id) if p.until_on is None]
    form = filled(LocationForm, kind=LocationKind.CLINIC, parent_id=str(places[0].id))
    form.parent_id.choices = [(str(p.id), p.name) for p in places]
    if holds(form):
        with form.answering():
            actions.add_location(
                site_id,
                form.name.data,
                LocationKind(form.kind.data),
                parent_id=UUID(form.parent_id.data),
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{form.name.data} belongs to the site.")
    return form_page(
        site, form, "Add a location", "An associated clinic, or a unit that keeps stock or infuses.", "Add"
    )
