"""The forms that keep a site's details, numbers, contacts, places and people up to date, and who signed for it when."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.sites import details, keeping, queries
from rems.sites.desk import BOTH, bp, filled, form_page, holds, own, to_site
from rems.sites.forms import (
    ContactForm,
    EditSiteForm,
    IdentifierForm,
    MoveForm,
    PersonForm,
    ReasonForm,
    RoleForm,
    StaffEndForm,
)
from rems.sites.models import Site, SiteContact, StaffMember
from rems.sites.rules import IDENTIFIER_WORDS, ROLE_WORDS, ContactRole, IdentifierKind, Reach, StaffRole
from rems.web.filters import record_day
from rems.web.lens import current_lens


@bp.route("/sites/<uuid:site_id>/edit", methods=BOTH)
def edit(site_id: UUID) -> ResponseReturnValue:
    site, _ = own(site_id, Permission.STAFF_MANAGE)
    names = ("name", "city", "region", "country", "timezone", "phone", "email")
    form = filled(EditSiteForm, version=str(site.version), **{name: getattr(site, name) for name in names})
    if holds(form):
        with form.answering():
            given = {name: form[name].data for name in names}
            keeping.edit_site(site_id, **given, version=int(form.version.data or 0), by=current_actor(), now=utcnow())
            return to_site(site_id, "The details are changed.")
    return form_page(site, form, "Change the details", "Earlier days keep what was known then.", "Save")


@bp.route("/sites/<uuid:site_id>/identifiers/new", methods=BOTH)
def identifier_new(site_id: UUID) -> ResponseReturnValue:
    site, today = own(site_id, Permission.STAFF_MANAGE)
    form = filled(IdentifierForm, holds_on=today)
    form.code.choices = [(e.program.code, e.program.title) for e in queries.entries(current_actor(), site_id)]
    if holds(form):
        with form.answering():
            kind = IdentifierKind(form.kind.data)
            keeping.add_identifier(
                site_id,
                kind,
                form.value.data,
                code=form.code.data or "",
                holds_on=form.holds_on.data,
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{IDENTIFIER_WORDS[kind]}: the number is kept.")
    return form_page(site, form, "Add a number", "A number by which others know this site.", "Add")


@bp.route("/sites/<uuid:site_id>/identifiers/<uuid:key>/end", methods=BOTH)
def identifier_end(site_id: UUID, key: UUID) -> ResponseReturnValue:
    site, today = own(site_id, Permission.STAFF_MANAGE)
    row = next((i for i in details.identifiers(site_id, Lens(today)) if i.id == key), None)
    if row is None:
        raise NotFound("This site has no such number, or it was taken back already.")
    words = f"{IDENTIFIER_WORDS[row.kind]} {row.value}"
    form = filled(ReasonForm)
    if holds(form):
        with form.answering():
            keeping.end_identifier(site_id, key, reason=form.reason.data, by=current_actor(), now=utcnow())
            return to_site(site_id, f"{words} is taken back.")
    return form_page(site, form, "Take a number back", f"{words}. Earlier days keep it.", "Take back")


@bp.route("/sites/<uuid:site_id>/contacts/new", methods=BOTH)
def contact_new(site_id: UUID) -> ResponseReturnValue:
    return contact_page(site_id, None)


@bp.route("/sites/<uuid:site_id>/contacts/<uuid:key>", methods=BOTH)
def contact_edit(site_id: UUID, key: UUID) -> ResponseReturnValue:
    return contact_page(site_id, key)


def contact_page(site_id: UUID, key: UUID | None) -> ResponseReturnValue:
    site, today = own(site_id, Permission.STAFF_MANAGE)
    row = _contact(site, key) if key else None
    known = {name: getattr(row, name) for name in ("role", "name", "phone", "email", "preferred")} if row else {}
    form = filled(ContactForm, **{"preferred": Reach.EMAIL, **known, "holds_on": today})
    if holds(form):
        with form.answering():
            keeping.save_contact(
                site_id,
                role=ContactRole(form.role.data),
                name=form.name.data,
                phone=form.phone.data,
                email=form.email.data,
                preferred=Reach(form.preferred.data),
                holds_on=form.holds_on.data,
                replaces=key,
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{form.name.data} is on the list of contacts.")
    title = f"Change a contact: {row.name}" if row else "Add a contact"
    return form_page(site, form, title, "Whom sponsors and inspectors reach about something.", "Save")


@bp.route("/sites/<uuid:site_id>/contacts/<uuid:key>/end", methods=BOTH)
def contact_end(site_id: UUID, key: UUID) -> ResponseReturnValue:
    site, _ = own(site_id, Permission.STAFF_MANAGE)
    name = _contact(site, key).name
    form = filled(ReasonForm)
    if holds(form):
        with form.answering():
            keeping.end_contact(site_id, key, reason=form.reason.data, by=current_actor(), now=utcnow())
            return to_site(site_id, f"{name} is off the list of contacts.")
    return form_page(site, form, "Take a contact off", f"{name} stays in the record of earlier days.", "Take off")


def _contact(site: Site, key: UUID | None) -> SiteContact:
    lens = Lens(day_in(site.timezone, utcnow()))
    found = next((c for c in details.contacts(site.id, lens) if c.id == key), None)
    if found is None:
        raise NotFound("This site has no such contact, or it was changed since.")
    return found


@bp.route("/sites/<uuid:site_id>/staff/<uuid:staff_id>/edit", methods=BOTH)
def person_edit(site_id: UUID, staff_id: UUID) -> ResponseReturnValue:
    site, person = _person(site_id, staff_id)
    form = filled(PersonForm, version=str(person.version), name=person.name, email=person.email)
    title = f"Change {person.name}"
    if holds(form):
        with form.answering():
            keeping.edit_person(
                staff_id,
                name=form.name.data,
                email=form.email.data,
                version=int(form.version.data or 0),
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{form.name.data}: the entry is changed.")
    return form_page(site, form, title, f"On the staff since {record_day(person.from_on)}.", "Save")


@bp.route("/sites/<uuid:site_id>/staff/<uuid:staff_id>/role", methods=BOTH)
def person_role(site_id: UUID, staff_id: UUID) -> ResponseReturnValue:
    site, person = _person(site_id, staff_id)
    today = day_in(site.timezone, utcnow())
    now_has = next((p for p in details.people(site_id, Lens(today)) if p.id == staff_id), None)
    form = filled(RoleForm, holds_on=today)
    name = person.name
    if holds(form):
        with form.answering():
            role = StaffRole(form.role.data)
            keeping.change_role(staff_id, role, holds_on=form.holds_on.data, by=current_actor(), now=utcnow())
            return to_site(site_id, f"{name}: {ROLE_WORDS[role].lower()} from {record_day(form.holds_on.data)}.")
    sentence = f"{ROLE_WORDS[now_has.role]} since {record_day(now_has.role_since)}." if now_has else ""
    return form_page(site, form, f"Another role: {name}", sentence, "Save")


@bp.route("/sites/<uuid:site_id>/staff/<uuid:staff_id>/take-back", methods=BOTH)
def person_take_back(site_id: UUID, staff_id: UUID) -> ResponseReturnValue:
    site, person = _person(site_id, staff_id)
    form, name = filled(ReasonForm, version=str(person.version)), person.name
    if holds(form):
        with form.answering():
            keeping.take_back_person(
                staff_id,
                reason=form.reason.data,
                version=int(form.version.data or 0),
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{name} is taken off the staff, as entered by mistake.")
    sentence = "For somebody who never worked here. Who has left gets a last day instead."
    return form_page(site, form, f"Entered by mistake: {name}", sentence, "Take back")


def _person(site_id: UUID, staff_id: UUID) -> tuple[Site, StaffMember]:
    site, _ = own(site_id, Permission.STAFF_MANAGE)
    person = queries.staff_member(current_actor(), staff_id)
    if person.scope_id != site_id:
        raise NotFound("There is no such person on the staff of this site.")
    return site, person


@bp.route("/sites/<uuid:site_id>/locations/<uuid:location_id>/move", methods=BOTH)
def location_move(site_id: UUID, location_id: UUID) -> ResponseReturnValue:
    site, place, others = _place(site_id, location_id)
    form = filled(MoveForm, version=str(place.version), parent_id=str(place.parent_id or ""))
    form.parent_id.choices = [(str(p.id), p.name) for p in others]
    if holds(form):
        with form.answering():
            keeping.move_location(
                location_id,
                parent_id=UUID(form.parent_id.data),
                version=int(form.version.data or 0),
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{place.name} is moved.")
    return form_page(site, form, f"Move {place.name}", "What belongs to it moves with it.", "Move")


@bp.route("/sites/<uuid:site_id>/locations/<uuid:location_id>/close", methods=BOTH)
def location_close(site_id: UUID, location_id: UUID) -> ResponseReturnValue:
    site, place, _ = _place(site_id, location_id)
    form = filled(StaffEndForm, version=str(place.version), until_on=day_in(site.timezone, utcnow()))
    if holds(form):
        with form.answering():
            keeping.close_location(
                location_id,
                until_on=form.until_on.data,
                version=int(form.version.data or 0),
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"The last day of {place.name} is kept.")
    sentence = "Its records stay. Vials are brought away or used first, and authorized infusions withdrawn."
    return form_page(site, form, f"Close {place.name}", sentence, "Keep last day")


def _place(site_id: UUID, location_id: UUID) -> tuple[Site, details.Place, list[details.Place]]:
    site, today = own(site_id, Permission.STAFF_MANAGE)
    known = details.places(site_id, Lens(today))
    found = next((p for p in known if p.id == location_id), None)
    if found is None:
        raise NotFound("This site has no such location.")
    return site, found, [p for p in known if p.id != location_id and p.open_on(today)]


@bp.get("/sites/<uuid:site_id>/programs/<code>/representatives")
def representatives(site_id: UUID, code: str) -> ResponseReturnValue:
    actor = current_actor()
    site, entry = queries.site(actor, site_id), queries.entry(actor, site_id, code)
    require(actor, Permission.SITE_READ, scope_id=entry.scope_id, program_id=entry.program_id)
    lens = current_lens(site.timezone)
    return render_template(
        "sites/representatives.html",
        site=site,
        entry=entry,
        lens=lens,
        found=details.representatives(entry.scope_id, site_id, lens),
        roles=ROLE_WORDS,
    )
