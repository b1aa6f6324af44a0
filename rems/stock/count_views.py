"""The counts of a site: the page on which one is entered without seeing the record, and the list of them."""

from datetime import date
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.stock import counting
from rems.stock.counting import Found
from rems.stock.desk import bp, site_to_change, today
from rems.stock.forms import CountForm, count_form
from rems.web.filters import plural
from rems.web.forms import TextField, WholeNumberField
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of

SIZE = 50


@bp.get("/sites/<uuid:site_id>/stock/counts")
def counts(site_id: UUID) -> ResponseReturnValue:
    found, number = sites.site(current_actor(), site_id), asked_page()
    lens = current_lens(zone=found.timezone)
    rows = counting.counts(site_id, lens, SIZE, offset=(number - 1) * SIZE)
    return render_template(
        "stock/counts.html",
        site=found,
        lens=lens,
        page=page_of(rows, total=counting.count_counts(site_id, lens), number=number, size=SIZE),
        differences=counting.differences(site_id, lens, rows),
        due_on=due_on(found, lens),
    )


def due_on(site: Site, lens: Lens) -> date | None:
    """When the next count of a site is due; None where no interval is set."""
    every: int = current_app.extensions["rems_settings"].value("stock", "count_every_days")
    return counting.next_due(counting.last_on(site.id, lens), every, lens.as_of)


@bp.route("/sites/<uuid:site_id>/stock/count", methods=["GET", "POST"])
def count(site_id: UUID) -> ResponseReturnValue:
    found = site_to_change(site_id)
    lots = counting.to_count(site_id, today(found).as_of)
    words = [(str(lot.id), f"Lot {lot.called}, {lot.strength_mg} mg, {place}") for lot, place in lots]
    kind = count_form(words)
    form = kind.sent() if request.method == "POST" else kind(data={"holds_on": today(found).as_of})
    differ: set[str] = set()
    if request.method == "POST" and form.validate():
        entered = {
            UUID(key): Found(form[f"found:{key}"].data, form[f"why:{key}"].data or "")
            for key, _ in words
            if form[f"found:{key}"].data is not None
        }
        with form.answering():
            number = counting.count(site_id, entered, holds_on=form.holds_on.data, by=current_actor(), now=utcnow())
            said = f"{plural(number, 'lot')} differed and {'was' if number == 1 else 'were'} adjusted."
            flash(f"{plural(len(entered), 'lot')} counted. {said if number else 'All of it agrees.'}")
            return redirect(url_for("stock.counts", site_id=site_id))
        differ = {str(lot.id) for lot, _ in lots if any(e.startswith(f"Lot {lot.called}:") for e in form.form_errors)}
    page = render_template(
        "stock/count.html",
        site=found,
        form=form,
        lots=[_asked(form, key, asks_why=key in differ) for key, _ in words],
    )
    return page, 422 if form.problems() else 200


def _asked(form: CountForm, key: str, *, asks_why: bool) -> tuple[WholeNumberField, TextField, bool]:
    """The two fields of a lot, and whether the second is shown."""
    why = form[f"why:{key}"]
    return form[f"found:{key}"], why, asks_why or bool(why.data)
