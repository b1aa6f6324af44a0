"""Accounts and the roles they hold: an administrator's pages; and one's own password."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from rems.access import actions, queries
from rems.access.forms import AccountForm, EndForm, GrantForm, OwnPasswordForm, PasswordForm
from rems.access.rules import ROLES, Permission, Role, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.programs import queries as programs
from rems.signatures import overview, standing
from rems.signatures.rules import OUTCOME_WORDS, REFUSALS
from rems.web.forms import ActForm
from rems.web.paging import SIZE, asked_page, page_of

bp = Blueprint("accounts", __name__)
FEW = 5


def manage() -> None:
    """Only for those who manage accounts."""
    require(current_actor(), Permission.ACCOUNT_MANAGE)


def today() -> date:
    return day_in(current_actor().timezone, utcnow())


def places() -> dict[str, str]:
    """What a role may be held for, by the value that a form sends."""
    sites = {f"site:{s.id}": f"Site: {s.name}, {s.city}, {s.country}" for s in queries.sites_to_name()}
    known = sorted(programs.catalogue().programs.values(), key=lambda p: p.title)
    return {**sites, **{f"program:{programs.key(p.code)}": f"Program: {p.title}" for p in known}}


def held(site_id: UUID | None, program_id: UUID | None) -> str:
    """What a grant is held for, in words."""
    return places().get(f"site:{site_id}" if site_id else f"program:{program_id}", "The whole system")


@bp.get("/accounts")
def index() -> str:
    manage()
    words, number = request.args.get("q", ""), asked_page()
    rows, total = queries.accounts(text_=words, number=number, size=SIZE)
    grants = queries.grants([r.id for r in rows])
    return render_template(
        "oversight/accounts.html",
        page=page_of(rows, total=total, number=number),
        grants=grants,
        verified=overview.verified(rows),
        titles={role: spec.title for role, spec in ROLES.items()},
        today=today(),
        text=words,
    )


@bp.get("/accounts/new")
def new() -> str:
    manage()
    return render_template("oversight/account_new.html", form=AccountForm())


@bp.post("/accounts/new")
def create() -> ResponseReturnValue:
    manage()
    form = AccountForm.sent()
    if form.validate():
        with form.answering():
            key = actions.create_account(
                form.email.data, form.name.data, form.password.data, by=current_actor(), now=utcnow()
            )
            flash("The account is made. It may do nothing until it holds a role.")
            return redirect(url_for("accounts.show", account_id=key))
    return render_template("oversight/account_new.html", form=form), 422


@bp.get("/accounts/<uuid:account_id>")
def show(account_id: UUID) -> str:
    manage()
    return account_page(account_id, GrantForm(data={"from_on": today()}), PasswordForm())


def account_page(account_id: UUID, form: GrantForm, password: PasswordForm) -> str:
    form.held.choices = list(places().items())
    grants = queries.grants([account_id]).get(account_id, [])
    person = queries.account(account_id)
    return render_template(
        "oversight/account.html",
        person=person,
        verified=overview.verified([person])[person.id],
        grants=[(g, ROLES[Role(g.role)].title, held(g.site_id, g.program_id)) for g in grants],
        form=form,
        password=password,
        today=today(),
    )


@bp.post("/accounts/<uuid:account_id>/roles")
def grant(account_id: UUID) -> ResponseReturnValue:
    manage()
    form = GrantForm.sent()
    form.held.choices = list(places().items())
    if form.validate():
        kind, _, key = (form.held.data or "").partition(":")
        with form.answering():
            actions.grant(
                account_id,
                Role(form.role.data),
                site_id=UUID(key) if kind == "site" else None,
                program_id=UUID(key) if kind == "program" else None,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                by=current_actor(),
                now=utcnow(),
            )
            flash("The role is given.")
            return redirect(url_for("accounts.show", account_id=account_id))
    return account_page(account_id, form, PasswordForm()), 422


@bp.get("/accounts/<uuid:account_id>/roles/<uuid:grant_id>/end")
def end(account_id: UUID, grant_id: UUID) -> str:
    manage()
    return end_page(account_id, grant_id, EndForm(data={"until_on": today()}))


def end_page(account_id: UUID, grant_id: UUID, form: EndForm) -> str:
    found = {g.id: g for g in queries.grants([account_id]).get(account_id, [])}
    if grant_id not in found:
        raise NotFound("There is no such role of this account.")
    one = found[grant_id]
    return render_template(
        "oversight/account_end.html",
        person=queries.account(account_id),
        title=ROLES[Role(one.role)].title,
        held=held(one.site_id, one.program_id),
        form=form,
    )


@bp.post("/accounts/<uuid:account_id>/roles/<uuid:grant_id>/end")
def end_now(account_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    manage()
    form = EndForm.sent()
    if form.validate():
        with form.answering():
            actions.end_grant(grant_id, until_on=form.until_on.data, by=current_actor(), now=utcnow())
            flash("The role ends with that day.")
            return redirect(url_for("accounts.show", account_id=account_id))
    return end_page(account_id, grant_id, form), 422


@bp.post("/accounts/<uuid:account_id>/password")
def set_password(account_id: UUID) -> ResponseReturnValue:
    manage()
    form = PasswordForm.sent()
    if form.validate():
        with form.answering():
            actions.set_password(account_id, form.password.data, by=current_actor(), now=utcnow())
            flash("The password is set; the account is signed out everywhere.")
            return redirect(url_for("accounts.show", account_id=account_id))
    return account_page(account_id, GrantForm(data={"from_on": today()}), form), 422


@bp.post("/accounts/<uuid:account_id>/close")
def close(account_id: UUID) -> ResponseReturnValue:
    ActForm.check()
    actions.close_account(account_id, by=current_actor(), now=utcnow())
    flash("The account is closed. What it signed stays.")
    return redirect(url_for("accounts.show", account_id=account_id))


@bp.post("/accounts/<uuid:account_id>/sign-out")
def end_sessions(account_id: UUID) -> ResponseReturnValue:
    ActForm.check()
    actions.end_sessions(account_id, by=current_actor(), now=utcnow())
    flash("The account is signed out everywhere.")
    return redirect(url_for("accounts.show", account_id=account_id))


@bp.get("/password")
def password() -> str:
    return password_page(OwnPasswordForm())


@bp.post("/password")
def change_password() -> ResponseReturnValue:
    form = OwnPasswordForm.sent()
    if form.validate():
        with form.answering():
            actions.change_password(
                form.old.data, form.password.data, address=request.remote_addr or "", by=current_actor(), now=utcnow()
            )
            logout_user()
            session.clear()
            flash("Your password is changed. Sign in with the new one.")
            return redirect(url_for("access.sign_in"))
    return password_page(form), 422


def password_page(form: OwnPasswordForm) -> str:
    """One's own password, whether one may sign, and the refused attempts to sign in one's name."""
    account = current_user.account
    hindered = standing.hindered(account, now=utcnow())
    refused, total = overview.refused(account_id=account.id, size=FEW)
    return render_template(
        "oversight/password.html",
        form=form,
        hindrance=REFUSALS[hindered] if hindered else "",
        refused=refused,
        total=total,
        words=OUTCOME_WORDS,
    )
