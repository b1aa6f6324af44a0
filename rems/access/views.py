"""Sign in and out, and the page that says what each role may do."""

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from rems.access import actions
from rems.access.forms import SignInForm
from rems.access.rules import HELD_WORDS, ROLES, WORDS, Permission, RoleSpec
from rems.access.session import Person
from rems.access.steps import TooSoon
from rems.core.clock import utcnow
from rems.core.errors import NotAllowed
from rems.web.forms import ActForm
from rems.web.security import public, safe_next

bp = Blueprint("access", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    return page(SignInForm(data={"next": request.args.get("next", "")}))


@bp.post("/sign-in")
@public
def sign_in_now() -> ResponseReturnValue:
    form = SignInForm.sent()
    if not form.validate():
        return page(form), 422
    try:
        account = actions.sign_in(form.email.data, form.password.data, address=request.remote_addr or "", now=utcnow())
    except TooSoon as early:
        form.refuse("password", early.sentence)
        answer = make_response(page(form), 429)
        answer.headers["Retry-After"] = str(early.seconds)
        return answer
    except NotAllowed as refused:  # shown at the field, not as an error page
        form.refuse("password", refused.sentence)
        return page(form), 422
    target = safe_next(form.next.data or "", url_for("oversight.home"))
    session.clear()
    session.permanent = True
    login_user(Person(account))
    if not account.password_own:
        flash("Somebody else set your password. Change it before you sign anything.")
    return redirect(target)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    ActForm.check()
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("access.sign_in"))


@bp.get("/roles")
def roles() -> ResponseReturnValue:
    return render_template("access/roles.html", roles=[(spec, *in_words(spec)) for spec in ROLES.values()])


def in_words(spec: RoleSpec) -> tuple[str, str]:
    """What a role is held for, and what it may do."""
    may = "; ".join(WORDS[p] for p in Permission if p in spec.permissions)
    return HELD_WORDS[spec.held_for].capitalize(), f"{may[:1].upper()}{may[1:]}."


def page(form: SignInForm) -> str:
    shown = current_app.extensions["rems_shown_sign_ins"] if current_app.config["REMS_DEMO"] else ()
    return render_template("access/sign_in.html", signing=form, shown=shown)
