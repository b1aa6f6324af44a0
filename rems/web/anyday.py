"""The page that asks which day to show, and what was known then."""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from rems.web.forms import BaseForm, DayField, HiddenField
from rems.web.security import safe_next

bp = Blueprint("anyday", __name__)


class DayForm(BaseForm):
    """Sent with GET, changes nothing: needs no token."""

    class Meta:
        csrf = False

    as_of = DayField("Day", hint="For example 15 Dec 2021. The page shows what was so on that day, at the place it is about.")
    known_at = DayField("As known on", hint="Leave it empty to use all that is known now, later corrections included.", optional=True)
    next = HiddenField("next")


@bp.get("/another-day")
def choose() -> ResponseReturnValue:
    asked = "as_of" in request.args
    target = safe_next(request.args.get("next", "/"))
    form = DayForm(request.args if asked else None, data=dict(parts_of(target)) | {"next": target})
    if not asked or not form.validate():
        return render_template("web/another_day.html", form=form, target=target), 422 if asked else 200
    words = MultiDict(other_parts_of(target))
    words["as_of"] = form.as_of.data.isoformat()
    if form.known_at.data:
        words["known_at"] = form.known_at.data.isoformat()
    return redirect(f"{urlsplit(target).path}?{urlencode(list(words.items(multi=True)))}")
