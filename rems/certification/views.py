"""How a site stands under a program on any day, what was decided about it, and its certificate."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.certification import deciding, excepting, impact_views, joining, overview, papers, queries, shown, signed
from rems.certification.acts import act_row, invocations_of
from rems.certification.desk import bp, here
from rems.certification.forms import OtherDayForm
from rems.certification.moves import TITLES, allowed, waiting
from rems.certification.queries import Standing
from rems.certification.roster import clinics
from rems.certification.states import ActKind
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.trail.knowing import settled
from rems.web.downloads import file_answer
from rems.web.lens import current_lens

__all__ = ["bp", "deciding", "excepting", "impact_views", "joining", "overview", "signed"]

LEADS_TO = {ActKind.SUSPENDED: "suspend", ActKind.REINSTATED: "reinstate", ActKind.DECERTIFIED: "decertify"}


@bp.get("/sites/<uuid:site_id>/programs/<code>")
def show(site_id: UUID, code: str) -> ResponseReturnValue:
    at = here(site_id, code)
    actor, entry, standing, lens = at.actor, at.entry, at.standing, at.lens
    certificate = standing.certificate
    return render_template(
        "certification/show.html",
        **at.words(
            answer=shown.answer,
            clinics=clinics(at.site.id, lens),
            sections=shown.sections(actor, standing, today=at.now_shown),
            life=shown.life(entry.program, at.acts, standing.state, lens.as_of),
            signed=queries.signed_by(entry, certificate) if certificate else [],
            learned=learned(actor, standing),
            other_day=OtherDayForm(data={"as_of": lens.as_of, "known_at": request.args.get("known_at", "")}),
            last_open=None if standing.version else shown.last_open(entry.program, lens.as_of),
            titles=TITLES,
            waiting=waiting(at.acts),
            invoked=invocations_of([entry.scope_id], lens)[entry.scope_id],
            leads_to=LEADS_TO,
            can_follow=allowed(at.acts, lapsed=at.lapsed) if at.now_shown else frozenset(),
            may_report=can(actor, Permission.REPORT_MAKE, **at.held),
        ),
    )


@bp.get("/sites/<uuid:site_id>/programs/<code>/acts/<uuid:act_id>")
def act(site_id: UUID, code: str, act_id: UUID) -> ResponseReturnValue:
    """One act: what was submitted or decided, why, and the signature under it."""
    at = here(site_id, code)
    found = next((a for a in at.acts if a.id == act_id), None)
    row = act_row(at.entry.scope_id, act_id) if found else None
    if found is None or row is None:
        raise NotFound("There is no such act in this certification on this day.")
    titles = {r.code: r.title for v in at.entry.program.versions for r in v.requirements}
    return render_template(
        "certification/act.html",
        **at.words(act=found, row=row, titles=TITLES, named=titles, signed=shown.signatures_of(at.entry, row)),
    )


@bp.get("/sites/<uuid:site_id>/programs/<code>/certificate.pdf")
def certificate(site_id: UUID, code: str) -> ResponseReturnValue:
    known_at = settled()[0]
    actor = current_actor()
    entry, site = sites.entry(actor, site_id, code), sites.site(actor, site_id)
    require(actor, Permission.SITE_READ, scope_id=entry.scope_id, program_id=entry.program_id)
    asked = current_lens(zone=site.timezone)
    lens = Lens(asked.as_of, asked.known_at or known_at)
    pdf = papers.certificate_pdf(actor, queries.standing(actor, entry, lens), lens, now=utcnow())
    return file_answer(pdf, f"certificate-{code.lower()}-{lens.as_of}.pdf")


def learned(actor: Actor, standing: Standing) -> list[tuple[str, str, str]]:
    """Under an earlier knowledge: each requirement that stands differently as known now, its title, then and now."""
    if standing.lens.known_at is None:
        return []
    later = queries.standing(actor, standing.entry, Lens(standing.lens.as_of))
    then = {f.requirement.code: f for f in standing.findings}
    return [
        (f.requirement.title, then[f.requirement.code].state, f.state)
        for f in later.findings
        if f.requirement.code in then and f.state is not then[f.requirement.code].state
    ]
