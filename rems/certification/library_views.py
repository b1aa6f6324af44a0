"""The evidence of a site: what it gave once, the programs it serves, and the buttons that share it and take it back."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, can
from rems.access.session import current_actor
from rems.certification import library_page, sharing
from rems.certification.library import Item, Kept
from rems.certification.library_forms import PutForm, TakeBackForm
from rems.certification.library_page import Library, kept_of, kind_words
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.rules import folded
from rems.web.filters import plural
from rems.web.lens import current_lens
from rems.web.paging import asked_page, page_of

bp = Blueprint("library", __name__)

SIZE = 50


@bp.get("/sites/<uuid:site_id>/evidence")
def index(site_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    site = sites.site(actor, site_id)
    lens = current_lens(zone=site.timezone)
    found = library_page.library(actor, site, lens)
    text, number = request.args.get("q", "").strip(), asked_page()
    shown = [item for item in found.items if fits(found, item, text)]
    return render_template(
        "certification/library.html",
        site=site,
        lens=lens,
        library=found,
        page=page_of(
            [matrix_row(found, item, lens) for item in shown[(number - 1) * SIZE : number * SIZE]],
            total=len(shown),
            number=number,
            size=SIZE,
        ),
        text=text,
        kind_words=kind_words,
        may_report=any(
            can(actor, Permission.REPORT_MAKE, scope_id=c.entry.scope_id, program_id=c.key) for c in found.columns
        ),
        may_share=lens == Lens(day_in(site.timezone, utcnow())) and may_share(site_id),
    )


def fits(found: Library, item: Item, text: str) -> bool:
    """Whether the words stand in the name, the kind or the sentence of a piece."""
    whole = folded(f"{found.about(item)} {kind_words(item.kind)} {item.summary}")
    return all(word in whole for word in folded(text).split())


def matrix_row(found: Library, item: Item, lens: Lens) -> tuple[str, UUID, str, list[tuple[str, str] | None]]:
    """The name of a piece, its key, its kind, and how it stands under each program."""
    cells = [cell(item.under.get(column.key), lens) for column in found.columns]
    return found.about(item), item.root_id, kind_words(item.kind), cells


def cell(kept: Kept | None, lens: Lens) -> tuple[str, str] | None:
    if kept is None:
        return None
    words = f"{kept.holds_on:%-d %b %Y}"
    if kept.ends_soon(lens.as_of) and kept.until_on:
        return "soon", f"ends {kept.until_on:%-d %b %Y}"
    return "met", f"{words}, shared" if kept.shared else words


def may_share(site_id: UUID) -> bool:
    return can(current_actor(), Permission.STAFF_MANAGE, scope_id=site_id)


@bp.post("/sites/<uuid:site_id>/programs/<code>/evidence")
def put(site_id: UUID, code: str) -> ResponseReturnValue:
    form = PutForm.check()
    number = sharing.put_under(site_id, code, form.keys(), by=current_actor(), now=utcnow())
    entry = sites.entry(current_actor(), site_id, code)
    flash(
        f"{plural(number, 'piece')} of evidence {'stands' if number == 1 else 'stand'} under {entry.program.title} now."
    )
    return redirect(url_for("library.index", site_id=site_id))


@bp.get("/sites/<uuid:site_id>/evidence/<uuid:piece_id>")
def piece(site_id: UUID, piece_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    site = sites.site(actor, site_id)
    lens = current_lens(zone=site.timezone)
    rows = [row for row in evidence.library(site_id, lens) if row.root_id == piece_id or row.id == piece_id]
    if not rows:
        raise NotFound(
            "There is no such piece of evidence in force on this day, or it was corrected or taken back since."
        )
    titles = {e.program_id: e for e in library_page.entered(actor, site_id, lens)}
    names = {p.id: p.name for p in details.people(site_id, lens)}
    today = day_in(site.timezone, utcnow())
    return render_template(
        "certification/piece.html",
        site=site,
        lens=lens,
        first=kept_of(rows[0]),
        title=kind_words(rows[0].kind),
        about=names.get(rows[0].subject_id, "The site"),
        rows=[
            (row, titles[row.program_id], may_share(site_id) and lens == Lens(today) and sharing.may_be_taken_back(row))
            for row in rows
            if row.program_id in titles
        ],
        sees_trail=can(actor, Permission.TRAIL_READ),
    )


@bp.route("/sites/<uuid:site_id>/evidence/<uuid:piece_id>/take-back", methods=["GET", "POST"])
def take_back(site_id: UUID, piece_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    site = sites.site(actor, site_id)
    found = evidence.pieces(site_id, [piece_id])
    if not found or not may_share(site_id):
        raise NotFound("There is no such piece of evidence, or it is not yours to take back.")
    form = TakeBackForm.sent() if request.method == "POST" else TakeBackForm()
    if request.method == "POST" and form.validate():
        with form.answering():
            taken = sharing.take_back(site_id, piece_id, form.reason.data, by=actor, now=utcnow())
            flash(f"Taken back: {taken.summary}")
            return redirect(url_for("library.index", site_id=site_id))
    entries = {e.program_id: e.program.title for e in sites.entries(actor, site_id)}
    others = [
        entries[row.program_id]
        for row in evidence.library(site_id, Lens(day_in(site.timezone, utcnow())))
        if row.shared_from_id == piece_id and row.program_id in entries
    ]
    page = render_template(
        "certification/take_back.html",
        site=site,
        piece=found[0],
        title=kind_words(found[0].kind),
        program=entries.get(found[0].program_id) if found[0].program_id else "",
        others=others,
        form=form,
    )
    return page, 422 if form.problems() else 200
