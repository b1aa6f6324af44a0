"""The pages on which a site joins a program: it enters, names its representative, signs, and shows its processes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites import actions, details, queries, serving
from rems.sites.desk import BOTH, bp, filled, form_page, holds, own, to_site
from rems.sites.forms import EnrollmentForm, EntryForm, ProcessForm, RepresentativeForm
from rems.sites.models import StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import PROCESS_WORDS, PROCESSES, ROLE_WORDS, last_open_day, open_days
from rems.web.lens import current_lens


@bp.route("/sites/<uuid:site_id>/programs/new", methods=BOTH)
def enter_new(site_id: UUID) -> ResponseReturnValue:
    site, today = own(site_id, Permission.SITE_ENROLL)
    entered = {e.program.code for e in queries.entries(current_actor(), site_id)}
    form = filled(EntryForm)
    form.code.choices = [
        (p.code, f"{p.title} ({p.authority}), open {open_days(p)}")
        for p in programs.catalogue().programs.values()
        if p.code not in entered
    ]
    if holds(form):
        with form.answering():
            actions.enter(site_id, form.code.data, by=current_actor(), now=utcnow())
            return to_site(site_id, f"The site has entered {programs.program(form.code.data).title}.")
    page = render_template("sites/enter.html", site=site, form=form, today=today)
    return page, 422 if form.problems() else 200


@dataclass(frozen=True)
class Signer:
    """Who signs for a site under a program on a day, since when, and in which role, in words."""

    person: StaffMember
    since: date
    role: str


def signer_on(entry: Entry, lens: Lens) -> Signer | None:
    found = queries.representative(entry.scope_id, lens)
    if found is None:
        return None
    named, person = found
    return Signer(person, named.holds_on, ROLE_WORDS[details.role_of(person, lens)].lower())


@bp.route("/sites/<uuid:site_id>/programs/<code>/representative", methods=BOTH)
def representative(site_id: UUID, code: str) -> ResponseReturnValue:
    site, today = own(site_id, Permission.SITE_ENROLL)
    entry = queries.entry(current_actor(), site_id, code)
    form = filled(RepresentativeForm, holds_on=today)
    day = form.holds_on.data or today
    form.staff_id.choices = [
        (str(p.id), f"{p.name}, {ROLE_WORDS[p.role].lower()}")
        for p in details.people(site_id, Lens(day))
        if p.until_on is None or p.until_on >= day
    ]
    if holds(form):
        with form.answering():
            actions.designate(
                site_id,
                code,
                UUID(form.staff_id.data),
                holds_on=form.holds_on.data,
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"The representative for {entry.program.title} is designated.")
    page = render_template(
        "sites/representative.html",
        site=site,
        entry=entry,
        form=form,
        now_signs=signer_on(entry, Lens(today)),
    )
    return page, 422 if form.problems() else 200


@bp.route("/sites/<uuid:site_id>/programs/<code>/enrollment", methods=BOTH)
def enrollment(site_id: UUID, code: str) -> ResponseReturnValue:
    actor = current_actor()
    site = queries.site(actor, site_id)
    entry = queries.entry(actor, site_id, code)
    lens = current_lens(site.timezone)
    form = filled(EnrollmentForm, holds_on=last_open_day(entry.program, today=lens.as_of))
    form.take(entry.program.attestations)
    if holds(form):
        with form.answering():
            actions.sign_enrollment(
                site_id,
                code,
                attested=form.attested.data,
                holds_on=form.holds_on.data,
                password=form.components,
                by=actor,
                now=utcnow(),
            )
            return to_site(site_id, f"The enrollment form for {entry.program.title} is signed.")
    day = form.holds_on.data or lens.as_of
    form.offer(entry.program.attestations_on(day))
    signer = signer_on(entry, Lens(day, lens.known_at))
    page = render_template(
        "sites/enrollment.html",
        site=site,
        entry=entry,
        form=form,
        day=day,
        asked=entry.program.attestations_on(day),
        asks=queries.asks_to_enroll(entry, day),
        signer=signer,
        may_sign=signer is not None
        and can(actor, Permission.SITE_ATTEST, scope_id=entry.scope_id)
        and queries.is_person(actor, signer.person),
        may_designate=can(actor, Permission.SITE_ENROLL, scope_id=site_id),
        signed=queries.signed_form(entry, lens),
        open_days=open_days(entry.program),
        is_open=entry.program.is_open(day),
    )
    return page, 422 if form.problems() else 200


@bp.route("/sites/<uuid:site_id>/programs/<code>/process/<kind>", methods=BOTH)
def process(site_id: UUID, code: str, kind: str) -> ResponseReturnValue:
    site = queries.site(current_actor(), site_id)
    entry = queries.entry(current_actor(), site_id, code)
    found = next((k for k in PROCESSES if k == kind), None)
    if found is None:
        raise NotFound(f'"{kind}" is not recorded for a site. Recorded are: {", ".join(PROCESSES)}.')
    require(current_actor(), PROCESSES[found], scope_id=entry.scope_id, program_id=entry.program_id)
    form = filled(ProcessForm, holds_on=day_in(site.timezone, utcnow()))
    form.also.choices = serving.choices(current_actor(), entry, [found], day_in(site.timezone, utcnow()))
    if not form.also.choices:
        del form.also
    if holds(form):
        with form.answering():
            actions.record_process(
                site_id,
                code,
                found,
                holds_on=form.holds_on.data,
                until_on=form.until_on.data,
                summary=form.summary.data,
                also=form.also.data if form.also else (),
                by=current_actor(),
                now=utcnow(),
            )
            return to_site(site_id, f"{PROCESS_WORDS[found]}: recorded for {entry.program.title}.")
    return form_page(site, form, PROCESS_WORDS[found], f"For {entry.program.title}.", "Record")
