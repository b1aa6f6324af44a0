"""Search public reports, read one, see what an import took and refused."""

from functools import cache
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.background import queries, rules
from rems.background.queries import SIZE, Asked, Line
from rems.background.reading import TERMS, read_terms
from rems.background.telling import kept_day
from rems.core.errors import BadInput
from rems.web.paging import asked_after, page_by_key

bp = Blueprint("background", __name__)
bp.add_app_template_filter(kept_day, "kept_day")


@cache
def groups() -> tuple[str, ...]:
    """The groups of special interest, in the order of their table."""
    return read_terms(TERMS).groups


@bp.app_template_global("public_days")
def public_days(report_type: str, days: int | None) -> tuple[str, str]:
    """The days a report took in words, and their state: late, met, or off where nothing is judged."""
    late = rules.late_by(report_type, days)
    return rules.days_in_words(report_type, days), "off" if late is None else "late" if late else "met"


@bp.get("/background")
def index() -> ResponseReturnValue:
    actor, asked = current_actor(), asked_for()
    lines, total = queries.page(actor, asked, after=asked_after())
    return render_template(
        "background/index.html",
        page=page_by_key(lines, key=number_of, size=SIZE, total=total),
        asked=asked,
        any_asked=asked != Asked(),
        kept=queries.kept(actor),
        runs=queries.latest_runs(actor),
        groups=[(group, group) for group in groups()],
        types=rules.REPORT_TYPES,
    )


@bp.get("/background/<int:primary_id>")
def show(primary_id: int) -> ResponseReturnValue:
    return render_template(
        "background/show.html", whole=queries.whole(current_actor(), primary_id), rules=rules, words=rules.in_words
    )


@bp.get("/background/imports/<uuid:run_id>")
def run(run_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    found = queries.run(actor, run_id)
    refused = queries.refusals(actor, run_id, after=asked_after())
    page = page_by_key(refused, key=lambda one: str(one.id), size=SIZE, total=found.lines_refused)
    return render_template("background/run.html", run=found, page=page)


def asked_for() -> Asked:
    """The filters of this request. Raises BadInput for a group or type that the list does not offer."""
    group, kind = request.args.get("group", ""), request.args.get("type", "")
    if group and group not in groups():
        raise BadInput(f'"{group[:40]}" is no group of special interest; choose one of the list.', "group")
    if kind and kind not in rules.REPORT_TYPES:
        raise BadInput(f'"{kind[:40]}" is no report type; choose one of the list.', "type")
    return Asked(
        text=request.args.get("q", "").strip(),
        cart=request.args.get("cart") == "yes",
        group=group,
        report_type=kind,
        late=request.args.get("late") == "yes",
    )


def number_of(line: Line) -> str:
    return str(line.report.primary_id)
