"""The assessments of a site under a program: who stands how, the links that are out, and every attempt."""

from uuid import UUID

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.queries import Entry
from rems.sites.rules import ROLE_WORDS
from rems.training.assessments import links, listing, queries, taking
from rems.training.assessments.desk import bp
from rems.training.assessments.forms import GrantForm, LinkForm
from rems.training.assessments.rules import terms
from rems.training.desk import entry_to_change
from rems.training.rules import THROUGH_WORDS
from rems.web.forms import ActForm
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of
from rems.web.sending import filled, holds, short_form
from rems.web.tables import csv_answer

MADE = "rems_link_made"
"""Where a session keeps the link that was just made, until its page was shown once."""
HEADS = ("Person", "Role", "Question set", "Day", "Right", "Questions", "Pass mark %", "Passed", "How")


@bp.get("/sites/<uuid:site_id>/programs/<code>/assessments")
def of_site(site_id: UUID, code: str) -> ResponseReturnValue:
    site, entry = _site(site_id, code)
    lens = current_lens(zone=site.timezone)
    people = {p.id: p for p in details.people(site_id, lens)}
    tried = queries.attempts(entry.scope_id, lens=lens)
    number = asked_page()
    rows = tried[(number - 1) * listing.SIZE : number * listing.SIZE]
    return render_template(
        "assessments/site.html",
        site=site,
        entry=entry,
        lens=lens,
        terms=terms(entry.program, entry.program.version_on(lens.as_of)),
        sets=listing.sets(entry, lens),
        links=listing.links(entry, lens, people, utcnow()),
        page=page_of([(row, people.get(row.staff_member_id)) for row in rows], total=len(tried), number=number),
        roles=ROLE_WORDS,
        through=THROUGH_WORDS,
        may=can(current_actor(), Permission.TRAINING_RECORD, scope_id=entry.scope_id),
        grants=can(current_actor(), Permission.TRAINING_PUBLISH, program_id=entry.program_id),
    )


@bp.get("/sites/<uuid:site_id>/programs/<code>/assessments.csv")
def attempts_as_table(site_id: UUID, code: str) -> ResponseReturnValue:
    site, entry = _site(site_id, code)
    lens = current_lens(zone=site.timezone)
    people = {p.id: p for p in details.people(site_id, lens)}
    rows = []
    for row in queries.attempts(entry.scope_id, lens=lens):
        who = people.get(row.staff_member_id)
        named = (who.name, ROLE_WORDS[who.role]) if who else ("", "")
        passed = "yes" if row.passed else "no"
        score = (row.correct, row.questions, row.pass_mark_percent, passed, THROUGH_WORDS[row.came_through])
        rows.append((*named, row.question_set, row.holds_on, *score))
    return csv_answer(f"assessments-{code.lower()}.csv", HEADS, rows)


@bp.route("/sites/<uuid:site_id>/programs/<code>/assessments/<uuid:set_id>/link", methods=["GET", "POST"])
def make_link(site_id: UUID, code: str, set_id: UUID) -> ResponseReturnValue:
    site, entry = entry_to_change(site_id, code)
    today = day_in(site.timezone, utcnow())
    row = taking.in_use(set_id, today)
    form = filled(LinkForm, **{k: request.args[k] for k in ("staff_id",) if k in request.args})
    form.staff_id.choices = [
        (str(p.id), f"{p.name}, {ROLE_WORDS[p.role].lower()}") for p in sites.staff(site_id, on=today)
    ]
    if holds(form):
        with form.answering():
            token, key = links.make(
                site_id,
                code,
                UUID(form.staff_id.data),
                set_id,
                days=form.days.data,
                by=current_actor(),
                now=utcnow(),
            )
            session[MADE] = [str(key), token]
            return redirect(url_for("assessments.made", link_id=key))
    sentence = f"{row.label}, for somebody of {site.name} without an account. It opens the assessment once."
    return short_form(form, "Make a one-time link", "Make the link", sentence, _above(site, entry))


@bp.get("/assessments/links/<uuid:link_id>")
def made(link_id: UUID) -> ResponseReturnValue:
    """The link that was just made: shown once, to the browser that made it."""
    row = queries.link(link_id)
    entry = sites.entry_of_scope(current_actor(), row.scope_id)
    require(current_actor(), Permission.TRAINING_RECORD, scope_id=entry.scope_id)
    key, token = session.pop(MADE, ["", ""])
    if key != str(link_id):
        raise NotFound("A link is shown once, when it was made. Make a new one; the old one is then canceled.")
    site, who = sites.site(current_actor(), entry.site_id), sites.staff_member(current_actor(), row.staff_member_id)
    address = url_for("assessments.through_link", token=token, _external=True)
    return render_template(
        "assessments/made.html",
        row=row,
        entry=entry,
        site=site,
        who=who,
        address=address,
        label=queries.question_set(row.question_set_id).label,
    )


@bp.post("/assessments/links/<uuid:link_id>/cancel")
def cancel_link(link_id: UUID) -> ResponseReturnValue:
    ActForm.check()
    row = queries.link(link_id)
    entry = sites.entry_of_scope(current_actor(), row.scope_id)
    links.cancel(link_id, by=current_actor(), now=utcnow())
    flash("The link is canceled; it opens nothing any more.")
    return redirect(url_for("assessments.of_site", site_id=entry.site_id, code=entry.program.code))


@bp.route(
    "/sites/<uuid:site_id>/programs/<code>/assessments/<uuid:set_id>/people/<uuid:staff_id>/again",
    methods=["GET", "POST"],
)
def grant(site_id: UUID, code: str, set_id: UUID, staff_id: UUID) -> ResponseReturnValue:
    site, entry = _site(site_id, code)
    require(current_actor(), Permission.TRAINING_PUBLISH, program_id=entry.program_id)
    row, who = queries.question_set(set_id), sites.staff_member(current_actor(), staff_id)
    form = filled(GrantForm)
    if holds(form):
        with form.answering():
            taking.grant(site_id, code, staff_id, set_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            flash(f"{who.name} may try once more.")
            return redirect(url_for("assessments.of_site", site_id=site_id, code=code))
    sentence = f"{row.label}. {who.name} of {site.name} has used every attempt."
    return short_form(form, "Let somebody try once more", "Grant an attempt", sentence, _above(site, entry))


def _site(site_id: UUID, code: str) -> tuple[Site, Entry]:
    actor = current_actor()
    return sites.site(actor, site_id), sites.entry(actor, site_id, code)


def _above(site: Site, entry: Entry) -> list[tuple[str, str]]:
    here = url_for("assessments.of_site", site_id=site.id, code=entry.program.code)
    return [(site.name, url_for("sites.show", site_id=site.id)), ("Assessments", here)]
