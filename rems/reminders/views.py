"""The reminders a person got: what, when, and what became of each."""

from flask import Blueprint, render_template

from rems.access.session import current_actor
from rems.reminders import queries

bp = Blueprint("reminders", __name__)


@bp.get("/reminders")
def index() -> str:
    return render_template("reminders/index.html", reminders=queries.mine(current_actor()))
