"""The page that asks which day to show, and what was known then."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from rems.web.days import read_day
from rems.web.forms import BaseForm, DayField
from rems.web.security import safe_next

bp = Blueprint("anyday", __name__)
WORDS = ("as_of", "known_at")


class DayForm(BaseForm):
    """Sent with GET, changes nothing: needs no token."""

    class Meta:
        csrf = False

    as_of = DayField("Day", hint="For example 15 Dec 2021. The page shows what was so on that day, at its place.")
    known_at = DayField(
        "As known on", hint="Leave it empty to use all that is known now, corrections included.", optional=True
    )


@bp.get("/another-day")
def choose() -> ResponseReturnValue:
    target = urlsplit(safe_next(request.args.get("next", "/")))
    words = MultiDict(parse_qsl(target.query))
    asked = "as_of" in request.args
    form = DayForm(request.args if asked else None, data={w: read_day(words.get(w, "")) for w in WORDS})
    if not asked or not form.validate():
        return render_template("web/another_day.html", form=form, target=target.geturl()), 422 if asked else 200
    for word in WORDS:
        words.pop(word, None)
        if form[word].data:
            words[word] = form[word].data.isoformat()
    return redirect(f"{target.path}?{urlencode(list(words.items(multi=True)))}")
