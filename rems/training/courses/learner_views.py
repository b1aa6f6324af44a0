"""My training: what is asked of the person who is signed in, and signing for a course that was read."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.lens import Lens
from rems.sites import queries as sites
from rems.sites.models import Site, StaffMember
from rems.sites.queries import Entry
from rems.training import people
from rems.training import queries as training
from rems.training.assessments import queries as assessments
from rems.training.assessments.models import QuestionSet
from rems.training.courses import queries, signing
from rems.training.courses.desk import bp
from rems.training.courses.forms import SignOffForm
from rems.training.courses.models import CourseEdition
from rems.training.matrix import Cell, requirements, title
from rems.training.models import TrainingRecord
from rems.training.rules import KIND_WORDS, TrainingKind
from rems.web.sending import filled, holds


@dataclass(frozen=True)
class Mine:
    """What one program asks of the person at one site, each with how it stands, and what there is to take."""

    entry: Entry
    site: Site
    asked: tuple[tuple[str, Cell], ...]
    courses: tuple[tuple[CourseEdition, TrainingRecord | None], ...]
    tests: tuple[tuple[QuestionSet, assessments.Standing], ...]


@bp.get("/learning")
def mine() -> ResponseReturnValue:
    """The training of the person who is signed in, site by site and program by program."""
    actor = current_actor()
    found: list[Mine] = []
    named = False
    for site_id, several in people.mine_everywhere(actor).items():
        site = sites.site(actor, site_id)
        today = day_in(site.timezone, utcnow())
        if (who := people.the_one(several, today)) is None:
            continue
        named = True
        found += [one for entry in sites.entries(actor, site.id) if (one := _asked(entry, site, who, today))]
    found.sort(key=lambda one: (one.site.folded, one.entry.program.title))
    live = TrainingKind.LIVE_TRAINING
    return render_template("courses/mine.html", found=found, named=named, kinds=KIND_WORDS, live=live)


def _asked(entry: Entry, site: Site, who: StaffMember, today: date) -> Mine | None:
    """None where the program asks no training today and offers none."""
    if (version := entry.program.version_on(today)) is None:
        return None
    [row] = [r for r in training.rows(entry, Lens(today), now=utcnow()) if r.person.id == who.id]
    asked = tuple((title(r), cell) for r, cell in zip(requirements(version), row.cells, strict=True) if cell)
    taken = queries.taken(entry, who.id)
    courses = tuple((one, taken.get(one.root_id)) for one in queries.in_use(entry.program_id, today))
    tests = tuple(
        (one, assessments.standing(entry, who.id, one, today)) for one in assessments.in_use(entry.program_id, today)
    )
    return Mine(entry, site, asked, courses, tests) if asked or courses or tests else None


@bp.route("/sites/<uuid:site_id>/programs/<code>/courses/<uuid:root_id>/sign", methods=["GET", "POST"])
def sign(site_id: UUID, code: str, root_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    site, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    require(actor, Permission.TRAINING_SIGN, scope_id=entry.scope_id)
    today = day_in(site.timezone, utcnow())
    who, row = people.myself(actor, entry, today), signing.to_sign(entry, root_id, today)
    form = filled(SignOffForm)
    if holds(form):
        with form.answering():
            signing.sign_off(site_id, code, root_id, password=form.components, by=actor, now=utcnow())
            flash(f"You signed for {row.label}.")
            return redirect(url_for("courses.mine"))
    page = render_template(
        "courses/sign.html",
        row=row,
        entry=entry,
        site=site,
        who=who,
        form=form,
        taken=queries.taken(entry, who.id).get(root_id),
        file=queries.file(row.file_id) if row.file_id else None,
    )
    return page, 422 if form.problems() else 200
