"""How a site stands under a program on any day, its certificate, and the form that certifies it."""

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.certification import actions, papers, queries, shown
from rems.certification.forms import CertifyForm, OtherDayForm
from rems.certification.queries import Standing
from rems.certification.roster import clinics
from rems.certification.rules import asks_for_certification
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.trail.knowing import settled
from rems.web.lens import current_lens

bp = Blueprint("certification", __name__)


@bp.get("/sites/<uuid:site_id>/programs/<code>")
def show(site_id: UUID, code: str) -> ResponseReturnValue:
    site = sites.site(current_actor(), site_id)
    today = day_in(site.timezone, utcnow())
    return page(site_id, code, CertifyForm(zone=site.timezone, data={"holds_on": today}))


@bp.post("/sites/<uuid:site_id>/programs/<code>/certify")
def certify(site_id: UUID, code: str) -> ResponseReturnValue:
    form = CertifyForm.sent()
    if form.validate():
        with form.answering():
            actions.certify(
                site_id,
                code,
                holds_on=form.holds_on.data,
                password=form.password.data,
                by=current_actor(),
                now=utcnow(),
            )
            flash("The site is certified. Its certificate is signed.")
            return redirect(url_for("certification.show", site_id=site_id, code=code))
    return page(site_id, code, form), 422


@bp.get("/sites/<uuid:site_id>/programs/<code>/certificate.pdf")
def certificate(site_id: UUID, code: str) -> ResponseReturnValue:
    known_at = settled()[0]
    actor = current_actor()
    entry, site = sites.entry(actor, site_id, code), sites.site(actor, site_id)
    require(actor, Permission.SITE_READ, scope_id=entry.scope_id, program_id=entry.program_id)
    asked = current_lens(zone=site.timezone)
    lens = Lens(asked.as_of, asked.known_at or known_at)
    answer = make_response(papers.certificate_pdf(actor, queries.standing(actor, entry, lens), lens, now=utcnow()))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="certificate-{code.lower()}-{lens.as_of}.pdf"'
    return answer


def page(site_id: UUID, code: str, form: CertifyForm) -> str:
    actor = current_actor()
    entry, site = sites.entry(actor, site_id, code), sites.site(actor, site_id)
    require(actor, Permission.SITE_READ, scope_id=entry.scope_id, program_id=entry.program_id)
    lens = current_lens(zone=site.timezone)
    today = day_in(site.timezone, utcnow())
    now_shown = lens == Lens(today)
    standing = queries.standing(actor, entry, lens)
    ever = queries.certification(entry.scope_id, None)
    return render_template(
        "certification/show.html",
        site=site,
        entry=entry,
        standing=standing,
        lens=lens,
        today=today,
        now_shown=now_shown,
        clinics=clinics(site.id, lens),
        sections=shown.sections(actor, standing, today=now_shown),
        life=shown.life(entry.program, ever, lens.as_of),
        signed=queries.signed_by(entry, standing.certificate) if standing.certificate else [],
        learned=learned(actor, standing),
        other_day=OtherDayForm(data={"as_of": lens.as_of, "known_at": request.args.get("known_at", "")}),
        last_open=None if standing.version else shown.last_open(entry.program, lens.as_of),
        form=form,
        gives_certificates=any(map(asks_for_certification, entry.program.versions)),
        ever=ever,
        held={"scope_id": entry.scope_id, "program_id": entry.program_id},
        may_report=can(actor, Permission.REPORT_MAKE, scope_id=entry.scope_id, program_id=entry.program_id),
    )


def learned(actor: Actor, standing: Standing) -> list[tuple[str, str, str]]:
    """Under an earlier knowledge: each requirement that stands differently as known now, its title, then and now."""
    if standing.lens.known_at is None:
        return []
    later = queries.standing(actor, standing.entry, Lens(standing.lens.as_of))
    then = {f.requirement.code: f for f in standing.findings}
    return [
        (f.requirement.title, then[f.requirement.code].state, f.state)
        for f in later.findings
        if f.state is not then[f.requirement.code].state
    ]
