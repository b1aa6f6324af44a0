"""What the form pages of a site share: the blueprint, who may open them, how they are filled and shown."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.sites import queries
from rems.sites.models import Site
from rems.web.forms import BaseForm

bp = Blueprint("sites", __name__)

BOTH = ["GET", "POST"]
F = TypeVar("F", bound=BaseForm)


def own(site_id: UUID, permission: Permission) -> tuple[Site, date]:
    """A site in whose home scope the actor may do this, and its own today. Raises NotFound, NotAllowed."""
    site = queries.site(current_actor(), site_id)
    require(current_actor(), permission, scope_id=site_id)
    return site, day_in(site.timezone, utcnow())


def filled(form: type[F], **given: object) -> F:
    """The form as it was sent, or a new one that holds what is known."""
    return form.sent() if request.method == "POST" else form(data=given)


def holds(form: BaseForm) -> bool:
    return request.method == "POST" and bool(form.validate())


def to_site(site_id: UUID, words: str, state: str = "message") -> ResponseReturnValue:
    flash(words, state)
    return redirect(url_for("sites.show", site_id=site_id))


def form_page(site: Site, form: BaseForm, title: str, sentence: str, act: str) -> ResponseReturnValue:
    page = render_template("sites/form.html", site=site, form=form, heading=title, sentence=sentence, act=act)
    return page, 422 if form.problems() else 200
