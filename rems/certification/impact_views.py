"""A draft of a program held against its sites before it takes effect: who would lose or gain what, and why."""

from collections.abc import Iterator

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.certification.desk import BOTH, bp
from rems.certification.foreseeing import Impact, foresee, read_draft
from rems.certification.forms import DraftForm, ShownDraftForm
from rems.certification.impact import Effect
from rems.certification.shown import STATES
from rems.core.errors import BadInput
from rems.web.tables import csv_answer

EFFECTS: dict[Effect, tuple[str, str]] = {
    Effect.LOSES: ("No longer met", "late"),
    Effect.NEW_DUTY: ("Asked anew, not met", "late"),
    Effect.GAINS: ("Met by the draft", "met"),
    Effect.RELIEVED: ("No longer asked", "met"),
    Effect.ADDED: ("Asked anew, met", "off"),
    Effect.DROPPED: ("No longer asked", "off"),
}
HEADS = ("site", "city", "country", "certification now", "certification by the draft", "requirement", "title", "effect")
SHOWN = 100  # sites on the page; the list to download has all


@bp.route("/certification/impact", methods=BOTH)
def impact() -> ResponseReturnValue:
    """The form, and with a file what it would do."""
    require(current_actor(), Permission.SITE_CERTIFY)
    sent = request.method == "POST"
    form = DraftForm.sent() if sent else DraftForm()
    found: Impact | None = None
    again = ShownDraftForm()
    if sent and form.validate():
        with form.answering():
            found = _foreseen(form.file.data, form.file.filename)
            again = ShownDraftForm(data={"content": form.file.data.decode("utf-8"), "name": form.file.filename})
    page = render_template(
        "certification/impact.html",
        form=form,
        again=again,
        found=found,
        lines=found.lines[:SHOWN] if found else (),
        effects=EFFECTS,
        states=STATES,
        loses=sum(one.impact.loses for one in found.lines) if found else 0,
        stops=sum(one.impact.before.may_treat and not one.impact.after.may_treat for one in found.lines)
        if found
        else 0,
    )
    return page, 422 if form.problems() else 200


@bp.post("/certification/impact.csv")
def impact_list() -> ResponseReturnValue:
    """The same, whole, as a list."""
    require(current_actor(), Permission.SITE_CERTIFY)
    form = ShownDraftForm.sent()
    if not form.validate():
        raise BadInput(form.problems()[0][1])
    found = _foreseen(form.content.data.encode(), form.name.data)
    return csv_answer(f"impact-{found.draft.code.lower()}-{found.on}.csv", (*HEADS, "now", "by the draft"), rows(found))


def rows(found: Impact) -> Iterator[list[object]]:
    """One row for each requirement that changes at a site; one without a requirement where only its state does."""
    for one in found.lines:
        states = (STATES[one.impact.before.state][0], STATES[one.impact.after.state][0])
        site = [one.site.name, one.site.city, one.site.country, *states]
        if not one.impact.changes:
            yield [*site, "", "", "", "", one.impact.after.why]
        for change in one.impact.changes:
            yield [*site, change.code, change.title, EFFECTS[change.effect][0], change.before, change.after]


def _foreseen(content: bytes, name: str) -> Impact:
    folder = current_app.extensions["rems_programs_folder"]
    return foresee(current_actor(), read_draft(folder, content, name))
