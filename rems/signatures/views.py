"""A signature checked against its record; and for administrators: who may sign, what was refused, the letter to FDA."""

from uuid import UUID

from flask import Blueprint, Response, current_app, render_template

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.signatures import checking, overview, standing
from rems.signatures.letter import SUBJECT, WHERE, Letter, letter, letter_pdf
from rems.signatures.rules import ALARMING, OUTCOME_WORDS
from rems.signatures.series import keep_series
from rems.web.downloads import file_answer
from rems.web.lens import current_lens
from rems.web.paging import SIZE, asked_page, page_of

bp = Blueprint("signatures", __name__)
bp.before_app_request(keep_series)


@bp.get("/signatures/<uuid:signature_id>")
def show(signature_id: UUID) -> str:
    known_at = current_lens().known_at
    found = checking.look(current_actor(), signature_id, known_at)
    return render_template("signatures/show.html", found=found, checked_at=known_at or utcnow())


@bp.get("/signatures")
def index() -> str:
    require(current_actor(), Permission.ACCOUNT_MANAGE)
    number, now = asked_page(), utcnow()
    rows, total = overview.refused(number=number, size=SIZE)
    return render_template(
        "signatures/index.html",
        watch=overview.watch(on=day_in(current_actor().timezone, now), now=now),
        page=page_of(rows, total=total, number=number),
        words=OUTCOME_WORDS,
        alarming=ALARMING,
        after=standing.setting("lock_after"),
        idle=standing.setting("idle_minutes"),
        max_days=standing.setting("password_max_days"),
    )


@bp.get("/signatures/letter")
def show_letter() -> str:
    return render_template("signatures/letter.html", letter=_letter(), subject=SUBJECT, where=WHERE)


@bp.get("/signatures/letter.pdf")
def print_letter() -> Response:
    return file_answer(letter_pdf(_letter()), "letter-21-cfr-11-100-c.pdf", shown=True)


def _letter() -> Letter:
    require(current_actor(), Permission.ACCOUNT_MANAGE)
    organization = current_app.extensions["rems_settings"].values.get("organization", {})
    return letter(organization, on=day_in(current_actor().timezone, utcnow()))
