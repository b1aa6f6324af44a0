"""The list of certifications for those who decide: what waits, how each site stands, to look at and to download."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.certification import listing, queries
from rems.certification.desk import bp
from rems.certification.listing import STEP_WORDS, Listed, Step
from rems.certification.moves import DONE_WORDS
from rems.certification.shown import STATES
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of
from rems.web.tables import csv_answer

SIZE = 25
HEADS = ("site_id", "site", "place", "program", "step", "state", "since", "last_act", "by", "on", "reason", "gaps")


@bp.app_template_global("certification_news")
def certification_news() -> list[Listed]:
    """For the home page: what waits for a decision, and what was decided about one's own sites."""
    return listing.news(current_actor())


@bp.get("/certification")
def index() -> ResponseReturnValue:
    actor, number = current_actor(), asked_page()
    found, lens, asked = _asked(actor)
    rows = found[(number - 1) * SIZE : number * SIZE]
    standings = queries.standings(actor, [one.entry for one in rows], lens)
    return render_template(
        "certification/index.html",
        page=page_of(rows, total=len(found), number=number, size=SIZE),
        standings=standings,
        states=STATES,
        steps=STEP_WORDS,
        counts=listing.counts(actor, lens),
        asked=asked,
        programs=listing.program_codes(actor),
        done=DONE_WORDS,
        lens=lens,
    )


@bp.get("/certification.csv")
def download() -> ResponseReturnValue:
    """The same list, whole, as a table."""
    actor = current_actor()
    found, lens, _ = _asked(actor)
    standings = queries.standings(actor, [one.entry for one in found], lens)

    def row(one: Listed) -> list[object]:
        state, last = standings[one.entry.scope_id].state, one.last
        return [
            one.entry.site_id,
            one.name,
            one.place,
            one.entry.program.code,
            STEP_WORDS[one.step],
            STATES[state.state][0],
            state.since,
            DONE_WORDS[last.kind] if last else "",
            last.by if last else "",
            last.on if last else "",
            last.reason if last else "",
            len(standings[one.entry.scope_id].gaps),
        ]

    return csv_answer(f"certifications-{lens.as_of}.csv", HEADS, map(row, found))


def _asked(actor: Actor) -> tuple[list[Listed], Lens, dict[str, str]]:
    """The list the address asks for. Raises NotAllowed, BadInput."""
    require(actor, Permission.SITE_READ)
    asked = {name: request.args.get(name, "").strip() for name in ("step", "program", "q")}
    if asked["step"] and asked["step"] not in set(Step):
        raise BadInput(f'step "{asked["step"]}" is unknown; it is one of {", ".join(Step)}', "step")
    lens = current_lens(zone=actor.timezone)
    today = lens == Lens(day_in(actor.timezone, utcnow()))
    found = listing.listed(
        actor, None if today else lens, step=asked["step"], program=asked["program"], text=asked["q"]
    )
    return found, lens, asked
