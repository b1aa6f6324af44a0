"""The page of the exceptions of a program at a site: which are declared, which the site relies on, since when."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can
from rems.certification import relying
from rems.certification.acts import invocations_of, name_of
from rems.certification.desk import BOTH, Here, bp, here
from rems.certification.forms import EndForm, InvokeForm
from rems.core.clock import utcnow


@bp.route("/sites/<uuid:site_id>/programs/<code>/exceptions", methods=BOTH)
def exceptions(site_id: UUID, code: str) -> ResponseReturnValue:
    at = here(site_id, code)
    form = InvokeForm.sent() if request.method == "POST" else InvokeForm(data={"holds_on": at.today})
    form.exception.choices = [(e.code, f"{e.title}, {relying.declared(e)}") for e in at.entry.program.exceptions]
    if request.method == "POST" and form.validate():
        with form.answering():
            relying.invoke(
                site_id,
                code,
                form.exception.data,
                holds_on=form.holds_on.data,
                until_on=form.until_on.data,
                condition_holds=form.condition.data,
                reason=form.reason.data,
                evidence=form.evidence.data,
                by=at.actor,
                now=utcnow(),
            )
            flash("The exception is in use. The findings of those days count it.")
            return redirect(url_for("certification.exceptions", site_id=site_id, code=code))
    return _page(at, form), 422 if form.problems() else 200


@bp.route("/sites/<uuid:site_id>/programs/<code>/exceptions/<uuid:invocation_id>/end", methods=BOTH)
def end_exception(site_id: UUID, code: str, invocation_id: UUID) -> ResponseReturnValue:
    at = here(site_id, code)
    row = next((r for r in invocations_of([at.entry.scope_id], None)[at.entry.scope_id] if r.id == invocation_id), None)
    form = EndForm.sent() if request.method == "POST" else EndForm(data={"until_on": at.today})
    if request.method == "POST" and form.validate():
        with form.answering():
            relying.end(
                site_id,
                code,
                invocation_id,
                until_on=form.until_on.data,
                reason=form.reason.data,
                by=at.actor,
                now=utcnow(),
            )
            flash("The exception is in use no longer than that day.")
            return redirect(url_for("certification.exceptions", site_id=site_id, code=code))
    page = render_template(
        "certification/end_exception.html",
        **at.words(form=form, row=row, found=at.entry.program.exception(row.exception_code) if row else None),
    )
    return page, 422 if form.problems() else 200 if row else 404


def _page(at: Here, form: InvokeForm) -> str:
    rows = invocations_of([at.entry.scope_id], None if at.now_shown else at.lens)[at.entry.scope_id]
    return render_template(
        "certification/exceptions.html",
        **at.words(
            form=form,
            rows=rows,
            declared=relying.declared,
            known={e.code: e for e in at.entry.program.exceptions},
            name_of=name_of,
            may=at.now_shown and can(at.actor, Permission.SITE_ENROLL, scope_id=at.entry.scope_id),
        ),
    )
