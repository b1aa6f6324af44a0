"""The pages of an application: its task list, check your answers, and submitting it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can
from rems.certification import actions, applying, moves
from rems.certification.desk import BOTH, Here, bp, here
from rems.certification.forms import SubmitForm
from rems.certification.shown import address
from rems.certification.states import ActKind
from rems.core.clock import utcnow
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.rules import last_open_day, open_days
from rems.web.lens import keep_lens


@bp.get("/sites/<uuid:site_id>/programs/<code>/application")
def application(site_id: UUID, code: str) -> ResponseReturnValue:
    """The task list: what is done, what each open task needs, and whose turn it is."""
    shown = here(site_id, code)
    reasons = applying.reasons_of(shown.entry.scope_id, shown.acts)
    found = applying.tasks(shown.standing, reasons)
    left = applying.open_tasks(found)
    last_open = last_open_day(shown.entry.program, today=shown.today)
    titles = {r.code: r.title for v in shown.entry.program.versions for r in v.requirements}
    return render_template(
        "certification/application.html",
        **shown.words(
            parts=[(part, [t for t in found if t.part is part]) for part in applying.Part],
            found=found,
            left=left,
            links={t.code: _link(shown, t) for t in found},
            unlisted=[(titles.get(c, c), words) for c, words in reasons.items() if c not in {t.code for t in found}],
            waiting=moves.waiting(shown.acts),
            returned=moves.returned(shown.acts),
            may_apply=ActKind.SUBMITTED in moves.allowed(shown.acts, lapsed=shown.lapsed),
            asks=shown.standing.asks,
            signer=signer_words(shown),
            open_days=open_days(shown.entry.program),
            last_open=last_open,
            leads_on=shown.now_shown or shown.lens == Lens(last_open or shown.today),
        ),
    )


@bp.route("/sites/<uuid:site_id>/programs/<code>/application/check", methods=BOTH)
def check(site_id: UUID, code: str) -> ResponseReturnValue:
    """Everything that will be submitted on one page, and the signature under it."""
    form = SubmitForm.sent() if request.method == "POST" else SubmitForm()
    if request.method == "POST":
        first = here(site_id, code)
        if not applying.reasons_of(first.entry.scope_id, first.acts):
            del form.corrected
        if form.validate() and form.saw_its_day():
            with form.answering():
                actions.submit(
                    site_id,
                    code,
                    holds_on=form.holds_on.data,
                    seen=form.seen_id,
                    corrected=form.corrected.data if "corrected" in form else "",
                    password=form.components,
                    by=first.actor,
                    now=utcnow(),
                )
                flash("The application is submitted. The program manager looks at it next.")
                return redirect(url_for("certification.application", site_id=site_id, code=code))
    return _check_page(site_id, code, form), form.status


def _check_page(site_id: UUID, code: str, form: SubmitForm) -> str:
    entry = here(site_id, code)
    day = form.holds_on.data or last_open_day(entry.entry.program, today=entry.lens.as_of) or entry.lens.as_of
    shown = here(site_id, code, on=day)
    reasons = applying.reasons_of(shown.entry.scope_id, shown.acts)
    if request.method == "GET":
        form.holds_on.data = day
        if not reasons:
            del form.corrected
    form.look_at(shown.last, day)
    found = applying.tasks(shown.standing, reasons)
    return render_template(
        "certification/check.html",
        **shown.words(
            form=form,
            day=day,
            content=applying.as_submitted(shown.site, shown.standing),
            left=applying.open_tasks(found),
            reasons=reasons,
            returned=moves.returned(shown.acts),
            waiting=moves.waiting(shown.acts),
            may_apply=ActKind.SUBMITTED in moves.allowed(shown.acts, lapsed=shown.lapsed) and shown.standing.asks,
            signer=signer_words(shown),
            may_sign=may_sign(shown),
            links={name: _place(shown, name) for name in ("sites.show", "sites.enrollment", "stock.site")},
        ),
    )


def _link(shown: Here, task: applying.Task) -> str:
    """Where a task is done, for whoever may do it today."""
    if task.place is None:
        return ""
    url = address(task.place, shown.entry, task.finding.requirement)
    if not shown.now_shown:
        return ""
    return (
        url
        if can(shown.actor, task.place.permission, **shown.held)
        or can(shown.actor, task.place.permission, scope_id=shown.site.id)
        else ""
    )


def _place(shown: Here, endpoint: str) -> str:
    words = {"site_id": shown.site.id, "code": shown.entry.program.code}
    return keep_lens(url_for(endpoint, **(words if endpoint == "sites.enrollment" else {"site_id": shown.site.id})))


def signer_words(shown: Here) -> str:
    """Who submits: the authorized representative by name, or the role."""
    named = sites.representative(shown.entry.scope_id, shown.standing.lens)
    return named[1].name if named else "the authorized representative"


def may_sign(shown: Here) -> bool:
    """Whether the person who looks is the one who submits."""
    if not shown.now_shown or not can(shown.actor, Permission.SITE_ATTEST, scope_id=shown.entry.scope_id):
        return False
    named = sites.representative(shown.entry.scope_id, shown.standing.lens)
    if named is None or not applying.asks_for_representative(shown.standing.version):
        return True
    return sites.is_person(shown.actor, named[1])
