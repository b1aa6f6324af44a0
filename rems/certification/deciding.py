"""The pages on which a program manager decides: the review of an application, and the acts about a certificate."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.certification import actions, applying, moves, rules
from rems.certification.acts import act_row
from rems.certification.desk import BOTH, Here, bp, here, to_show
from rems.certification.forms import ActingForm, CertifyForm, DecideForm, SuspendForm, return_form
from rems.certification.shown import signatures_of
from rems.certification.states import ActKind
from rems.core.clock import utcnow
from rems.core.errors import NotFound
from rems.sites.rules import last_open_day

# Each act about a certificate: what its page is called, what its button says, and what it does.
MOVES: dict[str, tuple[ActKind, type[ActingForm], str, str]] = {
    "suspend": (
        ActKind.SUSPENDED,
        SuspendForm,
        "Suspend the certification",
        "The site may not treat from that day on. Patients who were infused stay in follow-up.",
    ),
    "reinstate": (
        ActKind.REINSTATED,
        DecideForm,
        "Reinstate the certification",
        "The site may treat again from that day on, under the certificate it has.",
    ),
    "decertify": (
        ActKind.DECERTIFIED,
        DecideForm,
        "De-certify the site",
        "The site may not treat from that day on. It may apply again; its history stays readable.",
    ),
}
DONE = {
    "suspend": "The certification is suspended.",
    "reinstate": "The certification is in force again.",
    "decertify": "The site is de-certified.",
}


@bp.get("/sites/<uuid:site_id>/programs/<code>/review")
def review(site_id: UUID, code: str) -> ResponseReturnValue:
    """The application that waits, its tasks as they stand, and the signature that approves it."""
    shown = _managed(site_id, code)
    return _review(shown, CertifyForm(data={"holds_on": _day(shown)}))


@bp.post("/sites/<uuid:site_id>/programs/<code>/certify")
def certify(site_id: UUID, code: str) -> ResponseReturnValue:
    shown, form = _managed(site_id, code), CertifyForm.sent()
    if not _again(shown):
        del form.reason
    if form.validate() and form.saw_its_day():
        with form.answering():
            actions.certify(
                site_id,
                code,
                holds_on=form.holds_on.data,
                seen=form.seen_id,
                reason=form.reason.data if "reason" in form else "",
                password=form.components,
                by=shown.actor,
                now=utcnow(),
            )
            flash("The site is certified. Its certificate is signed.")
            return to_show(site_id, code)
    return _review(_managed(site_id, code), form)


def _review(shown: Here, form: CertifyForm) -> ResponseReturnValue:
    """The page, with the requirements as they stand on the day to certify from."""
    day = form.holds_on.data or _day(shown) or shown.today
    shown = here(shown.site.id, shown.entry.program.code, on=day)
    if not _again(shown) and "reason" in form:
        del form.reason
    form.look_at(shown.last, day)
    waiting = moves.waiting(shown.acts)
    row = act_row(shown.entry.scope_id, waiting.id) if waiting and waiting.id else None
    page = render_template(
        "certification/review.html",
        **shown.words(
            form=form,
            waiting=waiting,
            content=row.content if row else {},
            found=applying.tasks(shown.standing, {}),
            gaps=rules.gaps(rules.to_become_certified(shown.standing.findings)),
            signed=signatures_of(shown.entry, row) if row else [],
            again=_again(shown),
        ),
    )
    return page, form.status


@bp.route("/sites/<uuid:site_id>/programs/<code>/return", methods=BOTH)
def send_back(site_id: UUID, code: str) -> ResponseReturnValue:
    """What is to be corrected, task by task."""
    shown = _managed(site_id, code)
    tasks = _tasks(shown)
    kind = return_form(list(applying.may_be_returned(shown.entry.scope_id, shown.acts, tasks).items()))
    form = kind.sent() if request.method == "POST" else kind(data={"holds_on": _day(shown)})
    if request.method == "POST" and form.validate():
        with form.answering():
            actions.return_application(
                site_id,
                code,
                holds_on=form.holds_on.data,
                seen=form.seen_id,
                reason=form.reason.data,
                tasks={f.name.removeprefix("task:"): f.data for f in form if f.name.startswith("task:")},
                password=form.components,
                by=shown.actor,
                now=utcnow(),
            )
            flash("The application is returned. The site sees the reasons on its task list.", "soon")
            return to_show(site_id, code)
        shown = _managed(site_id, code)
    form.look_at(shown.last)
    page = render_template(
        "certification/return.html",
        **shown.words(
            form=form,
            waiting=moves.waiting(shown.acts),
            task_fields=[f for f in form if f.name.startswith("task:")],
            why={t.code: t.finding.why for t in tasks},
        ),
    )
    return page, form.status


def _tasks(shown: Here) -> tuple[applying.Task, ...]:
    """The tasks as they stood on the day that the application was submitted for."""
    waiting = moves.waiting(shown.acts)
    on = here(shown.site.id, shown.entry.program.code, on=waiting.on) if waiting else shown
    return applying.tasks(on.standing, {})


@bp.route("/sites/<uuid:site_id>/programs/<code>/certification/<move>", methods=BOTH)
def decide(site_id: UUID, code: str, move: str) -> ResponseReturnValue:
    """Suspend, reinstate or de-certify."""
    if move not in MOVES:
        raise NotFound(f'"{move}" is nothing that is done with a certification. There are: {", ".join(MOVES)}.')
    kind, kind_of_form, title, sentence = MOVES[move]
    shown = _managed(site_id, code)
    form = kind_of_form.sent() if request.method == "POST" else kind_of_form(data={"holds_on": shown.today})
    if request.method == "POST" and form.validate():
        with form.answering():
            _do(kind, shown, form)
            flash(DONE[move], "message" if kind is ActKind.REINSTATED else "soon")
            return to_show(site_id, code)
        shown = _managed(site_id, code)
    form.look_at(shown.last)
    page = render_template(
        "certification/decide.html",
        **shown.words(
            form=form,
            heading=title,
            sentence=sentence,
            danger=kind is not ActKind.REINSTATED,
            kind=kind,
            titles=moves.TITLES,
        ),
    )
    return page, form.status


def _do(kind: ActKind, shown: Here, form: Any) -> None:
    act = {
        ActKind.SUSPENDED: actions.suspend,
        ActKind.REINSTATED: actions.reinstate,
        ActKind.DECERTIFIED: actions.decertify,
    }[kind]
    more = {"until_on": form.until_on.data} if "until_on" in form else {}
    act(
        shown.site.id,
        shown.entry.program.code,
        holds_on=form.holds_on.data,
        seen=form.seen_id,
        reason=form.reason.data,
        password=form.components,
        by=shown.actor,
        now=utcnow(),
        **more,
    )


def _managed(site_id: UUID, code: str) -> Here:
    """Where one is, for a program manager alone. Raises NotFound, NotAllowed."""
    shown = here(site_id, code)
    require(shown.actor, Permission.SITE_CERTIFY, **shown.held)
    return shown


def _again(shown: Here) -> bool:
    """Whether the site had a certificate before."""
    return moves.last_of(shown.acts, moves.HOLDING) is not None


def _day(shown: Here) -> date | None:
    """Today while the program is open; after that the day that the application is for, else the last open one."""
    waiting = moves.waiting(shown.acts)
    if waiting and shown.entry.program.version_on(shown.today) is None:
        return waiting.on
    return last_open_day(shown.entry.program, today=shown.lens.as_of)
