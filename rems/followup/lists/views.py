"""The worklists of follow-up on one page with tabs, and each as a file to take away."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can, require
from rems.access.session import current_actor
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput, NotFound
from rems.followup.lists import queries
from rems.followup.lists.rules import STATES, Asked, Line, State, Worklist
from rems.patients import queries as patients
from rems.programs import queries as programs
from rems.web.paging import asked_after, page_by_key
from rems.web.tables import csv_answer, xlsx_answer

bp = Blueprint("worklists", __name__)

MOST_EXPORTED = 50_000  # lines of a file; a longer list is taken away in parts, by its filters
PART = 5_000  # lines read at once for a file
FILTERS = ("site", "program", "product", "track", "q")  # what goes from one list to another
HEADS = ("Number", "Site", "Program", "Product", "Schedule", "Visit", "Opens", "Target", "Closes", "State")


@bp.get("/visits/lists")
@bp.get("/visits/lists/<which>")
def show(which: str = Worklist.DUE) -> ResponseReturnValue:
    actor, chosen = _may_read(), _list(which)
    today, asked = day_in(actor.timezone, utcnow()), _asked(chosen)
    found = queries.page(actor, chosen, asked, today=today, after=asked_after())
    counts = [(one, queries.count(actor, one, _kept_for(one, asked), today=today)) for one in Worklist]
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in FILTERS}
    return render_template(
        "followup/lists/show.html",
        which=chosen,
        page=page_by_key(found, key=lambda line: line.key),
        tabs=[
            (one.words, number, url_for("worklists.show", which=one.value, **kept), one is chosen)
            for one, number in counts
        ],
        counted=queries.COUNTED,
        asked=asked,
        any_asked=asked != Asked(),
        today=today,
        sites=queries.sites_seen(actor),
        programs=patients.programs_seen(actor),
        tracks=_tracks(actor),
        states=STATES[chosen],
        may_record=can(actor, Permission.VISIT_RECORD),
        files={
            kind: url_for("worklists.export", which=chosen.value, kind=kind, **{**kept, **_state(asked)})
            for kind in ("csv", "xlsx")
        },
    )


@bp.get("/visits/lists/<which>.<any(csv, xlsx):kind>")
def export(which: str, kind: str) -> ResponseReturnValue:
    """Every line of a list under its filters. Raises BadInput for one that is too long for a file."""
    actor, chosen = _may_read(), _list(which)
    today = day_in(actor.timezone, utcnow())
    rows = [_row(line, today) for line in _all(actor, chosen, _asked(chosen), today)]
    name, title = f"followup-{chosen.value}-{today}.{kind}", chosen.words
    if kind == "xlsx":
        return xlsx_answer(name, title, HEADS, rows)
    return csv_answer(name, HEADS, rows)


def _may_read() -> Actor:
    actor = current_actor()
    require(actor, Permission.PATIENT_READ)
    return actor


def _list(which: str) -> Worklist:
    try:
        return Worklist(which)
    except ValueError as error:
        known = ", ".join(Worklist)
        raise NotFound(f'There is no worklist "{which[:40]}"; there are {known}.') from error


def _asked(which: Worklist) -> Asked:
    """The filters of this request; a site by its key or the beginning of its name.

    Raises BadInput for a program or state that the list does not offer.
    """
    given = {name: request.args.get(name, "").strip() for name in (*FILTERS, "state")}
    site, name = _site(given["site"])
    if given["program"] and given["program"] not in programs.catalogue().programs:
        raise BadInput(f'program "{given["program"][:40]}" is none; choose one of the list.', "program")
    if given["state"] and given["state"] not in STATES[which]:
        raise BadInput(f'state "{given["state"][:40]}" is none of this list; choose one of it.', "state")
    state = State(given["state"]) if given["state"] else None
    return Asked(site, name, given["program"], given["product"], given["track"], state, given["q"])


def _site(text: str) -> tuple[UUID | None, str]:
    try:
        return (UUID(text), "") if text else (None, "")
    except ValueError:
        return None, text


def _kept_for(which: Worklist, asked: Asked) -> Asked:
    """The same filters for another list, which has states of its own."""
    kept = asked.state if asked.state in STATES[which] else None
    return Asked(asked.site, asked.site_name, asked.program, asked.product, asked.track, kept, asked.text)


def _state(asked: Asked) -> dict[str, str]:
    return {"state": asked.state.value} if asked.state else {}


def _tracks(actor: Actor) -> list[tuple[str, str]]:
    """The schedules of the programs of the actor, by title."""
    known = programs.catalogue().schedules
    found = {code: known[code].title for p in patients.programs_seen(actor) for code in p.tracks if code in known}
    return sorted(found.items(), key=lambda one: one[1])


def _all(actor: Actor, which: Worklist, asked: Asked, today: date) -> Iterator[Line]:
    after, number = "", 0
    while True:
        found = queries.page(actor, which, asked, today=today, after=after, size=PART)
        number += len(found[:PART])
        if number > MOST_EXPORTED:
            raise BadInput(
                f"The list has more than {MOST_EXPORTED:,} lines, too many for one file; choose a site, a program or "
                "a state, and take it away in parts."
            )
        yield from found[:PART]
        if len(found) <= PART:
            return
        after = found[PART - 1].key


def _row(line: Line, today: date) -> tuple[object, ...]:
    where = (line.number, line.site, line.program, line.product, line.track)
    return (*where, line.visit, line.opens_on, line.on, line.closes_on, line.stands(today)[0])
