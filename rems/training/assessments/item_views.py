"""Item analysis of a question set for the sponsor: which question is most often missed, and with which answer."""

from datetime import date
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from rems.core.errors import BadInput
from rems.core.lens import Lens
from rems.training.assessments import analysis
from rems.training.assessments.desk import Here, bp, here
from rems.web.days import WRITE_A_DAY, read_day
from rems.web.lens import current_lens
from rems.web.tables import csv_answer

HEADS = ("Question", "Text", "Key risk message", "Asked", "Right", "Missed", "Right %", "Wrong choices")


def _asked() -> tuple[bool, date | None]:
    """Whether first attempts alone are asked for, and from which day on. Raises BadInput."""
    text = request.args.get("since", "").strip()
    since = read_day(text) if text else None
    if text and since is None:
        raise BadInput(f'since "{text}" is no date; {WRITE_A_DAY}', "since")
    return request.args.get("of", "first") != "all", since


def _found(set_id: UUID, lens: Lens) -> tuple[Here, tuple[analysis.ItemStat, ...], bool, date | None]:
    found = here(set_id)
    first, since = _asked()
    return found, analysis.of_set(set_id, found.content, lens, first=first, since=since), first, since


@bp.get("/assessments/<uuid:set_id>/items")
def items(set_id: UUID) -> ResponseReturnValue:
    lens = current_lens()
    found, stats, first, since = _found(set_id, lens)
    return render_template(
        "assessments/items.html",
        here=found,
        row=found.row,
        lens=lens,
        stats=stats,
        messages=analysis.by_message(found.content, stats),
        tries=analysis.tries(set_id, lens),
        first=first,
        since=since,
    )


@bp.get("/assessments/<uuid:set_id>/items.csv")
def items_as_table(set_id: UUID) -> ResponseReturnValue:
    found, stats, first, _ = _found(set_id, current_lens())
    rows = [
        (
            s.place,
            s.item.text,
            s.item.message,
            s.asked,
            s.right,
            s.missed,
            "" if s.share is None else s.share,
            "; ".join(f"{text} ({number})" for text, number in s.wrong),
        )
        for s in stats
    ]
    name = f"items-{found.program.code}-{found.row.edition}-{'first' if first else 'all'}-attempts"
    return csv_answer(f"{name.lower().replace(' ', '-')}.csv", HEADS, rows)
