"""What an administrator does about one signer: name, identity, lock, a lost password."""

from typing import TypeVar
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access import actions as access
from rems.access import queries
from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.oversight.accounts import manage, today
from rems.oversight.signer_forms import IdentityForm, RenameForm, WhyForm
from rems.signatures import actions, overview, standing
from rems.signatures.rules import OUTCOME_WORDS, WAY_WORDS, Way
from rems.web.forms import BaseForm

bp = Blueprint("signers", __name__)

F = TypeVar("F", bound=BaseForm)
BOTH = ["GET", "POST"]
FEW = 10


@bp.get("/accounts/<uuid:account_id>/signing")
def show(account_id: UUID) -> str:
    """All that decides whether this person may sign, and what was tried."""
    manage()
    person = queries.account(account_id)
    checks = standing.identities(account_id)
    rows, total = overview.refused(account_id=account_id, size=FEW)
    return render_template(
        "oversight/signing.html",
        person=person,
        checks=checks,
        verified=bool(checks) and standing.holds(checks[0], person.name),
        lock=standing.lock(account_id),
        locks=standing.locks(account_id),
        names=queries.names(account_id),
        refused=rows,
        total=total,
        ways=WAY_WORDS,
        words=OUTCOME_WORDS,
        own=person.id == current_actor().id,
    )


@bp.route("/accounts/<uuid:account_id>/identity", methods=BOTH)
def verify(account_id: UUID) -> ResponseReturnValue:
    manage()
    form = _filled(IdentityForm, verified_on=today(), verified_by=f"{current_actor().name}, administrator")
    if request.method == "POST" and form.validate():
        with form.answering():
            actions.verify_identity(
                account_id,
                way=Way(form.way.data),
                document=form.document.data,
                verified_by=form.verified_by.data,
                verified_on=form.verified_on.data,
                by=current_actor(),
                now=utcnow(),
            )
            return _back(account_id, "The identity is verified. The person may sign.")
    return _ask(account_id, form, "Verify the identity", "Record that it is verified")


@bp.route("/accounts/<uuid:account_id>/identity/withdraw", methods=BOTH)
def withdraw(account_id: UUID) -> ResponseReturnValue:
    manage()
    form = _filled(WhyForm)
    if request.method == "POST" and form.validate():
        with form.answering():
            actions.withdraw_identity(account_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            return _back(account_id, "The check of identity is taken back. The person may not sign.")
    return _ask(account_id, form, "Take back the check of identity", "Take it back")


@bp.route("/accounts/<uuid:account_id>/unlock", methods=BOTH)
def unlock(account_id: UUID) -> ResponseReturnValue:
    manage()
    form = _filled(WhyForm)
    if request.method == "POST" and form.validate():
        with form.answering():
            actions.unlock(account_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            return _back(account_id, "The signing is unlocked.")
    return _ask(account_id, form, "Unlock the signing", "Unlock")


@bp.route("/accounts/<uuid:account_id>/password/recall", methods=BOTH)
def recall(account_id: UUID) -> ResponseReturnValue:
    manage()
    form = _filled(WhyForm)
    if request.method == "POST" and form.validate():
        with form.answering():
            access.recall_password(account_id, reason=form.reason.data, by=current_actor(), now=utcnow())
            return _back(account_id, "The password opens nothing any more; the account is signed out everywhere.")
    return _ask(account_id, form, "Recall the password", "Recall")


@bp.route("/accounts/<uuid:account_id>/name", methods=BOTH)
def rename(account_id: UUID) -> ResponseReturnValue:
    manage()
    person = queries.account(account_id)
    form = _filled(RenameForm, name=person.name, version=str(person.version))
    if request.method == "POST" and form.validate():
        with form.answering():
            access.rename(
                account_id,
                form.name.data,
                reason=form.reason.data,
                version=int(form.version.data),
                by=current_actor(),
                now=utcnow(),
            )
            return _back(account_id, "The name is changed. Verify the identity for the new name.")
    return _ask(account_id, form, "Change the name", "Change the name")


def _filled(form: type[F], **known: object) -> F:
    """The form as it was sent, or a new one that holds what is known."""
    return form.sent() if request.method == "POST" else form(data=known)


def _back(account_id: UUID, told: str) -> ResponseReturnValue:
    flash(told)
    return redirect(url_for("signers.show", account_id=account_id))


def _ask(account_id: UUID, form: BaseForm, title: str, button: str) -> ResponseReturnValue:
    """The page of one such form."""
    person = queries.account(account_id)
    page = render_template("oversight/signer_form.html", person=person, form=form, title=title, button=button)
    return page, 422 if form.problems() else 200
