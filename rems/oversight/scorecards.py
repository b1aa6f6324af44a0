"""The scorecard of a site, and those of all sites in a list: what the sponsor sees, the site sees too."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.certification import library_page, listing
from rems.certification.shown import STATES
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.oversight import scorecard
from rems.oversight.scorecard import Figures
from rems.sites import queries as sites
from rems.sites.queries import Entry
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of
from rems.web.tables import csv_answer

bp = Blueprint("scorecards", __name__)

SIZE = 25
HEADS = (
    *("site_id", "site", "program", "as_of", "state", "open_tasks", "training_gaps", "people_asked", "doses_on_hand"),
    *("doses_asked", "days_of_stock", "reports", "median_days_to_report", "worst_days_to_report"),
    *("audit_findings_open", "critical_findings_open", "corrective_actions_open", "corrective_actions_late"),
)


@bp.get("/sites/<uuid:site_id>/scorecard")
def show(site_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    site = sites.site(actor, site_id)
    require(actor, Permission.SITE_READ)
    lens = current_lens(zone=site.timezone)
    entries = library_page.entered(actor, site_id, lens)
    entry = chosen(entries, request.args.get("program", ""), lens)
    return render_template(
        "oversight/scorecard.html",
        site=site,
        lens=lens,
        entries=entries,
        entry=entry,
        card=scorecard.card(actor, entry, site, lens) if entry else None,
        states=STATES,
    )


def chosen(entries: list[Entry], code: str, lens: Lens) -> Entry | None:
    """The entry of that program; without one named, the first that is open on the day. Raises NotFound."""
    if code:
        found = next((e for e in entries if e.program.code == code), None)
        if found is None:
            raise NotFound(f'This site has not entered the program "{code}", or it is not yours to see.')
        return found
    return next((e for e in entries if e.program.is_open(lens.as_of)), entries[0] if entries else None)


@bp.get("/scorecards")
def index() -> ResponseReturnValue:
    actor, number = current_actor(), asked_page()
    require(actor, Permission.SITE_READ)
    lens, asked = current_lens(zone=actor.timezone), words()
    rows, total = scorecard.entered(actor, lens, program=asked["program"], text=asked["q"], number=number, size=SIZE)
    return render_template(
        "oversight/scorecards.html",
        page=page_of(scorecard.figures(actor, rows, lens), total=total, number=number, size=SIZE),
        lens=lens,
        asked=asked,
        programs=listing.program_codes(actor),
        states=STATES,
    )


@bp.get("/scorecards.csv")
def download() -> ResponseReturnValue:
    """The same list, whole, as a table."""
    actor = current_actor()
    require(actor, Permission.SITE_READ)
    lens, asked = current_lens(zone=actor.timezone), words()
    rows, _ = scorecard.entered(
        actor, lens, program=asked["program"], text=asked["q"], number=1, size=scorecard.MOST_COUNTED
    )
    rows_ = (line(one, lens) for one in scorecard.figures(actor, rows, lens))
    return csv_answer(f"scorecards-{lens.as_of}.csv", HEADS, rows_)


def line(one: Figures, lens: Lens) -> list[object]:
    """The figures of one entry as a row; empty where nothing is asked or nothing may be seen."""
    asked, late = bool(one.stock.asked), one.delays
    return [
        one.entry.site_id,
        one.site,
        one.entry.program.code,
        lens.as_of,
        STATES[one.standing.state.state][0],
        len(one.tasks),
        one.people.with_gap,
        one.people.asked,
        one.stock.doses if asked else "",
        one.stock.asked if asked else "",
        "" if (days := one.stock.days(lens.as_of)) is None else days,
        late.reports if late else "",
        late.median if late and late.median is not None else "",
        late.worst if late and late.worst is not None else "",
        one.compliance.open_findings,
        one.compliance.critical,
        one.compliance.actions_open,
        one.compliance.actions_late,
    ]


def words() -> dict[str, str]:
    return {name: request.args.get(name, "").strip() for name in ("program", "q")}
