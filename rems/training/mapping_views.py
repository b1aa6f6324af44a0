"""What is kept between imports of training: the courses of the sponsor with what they count as, and its lists."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.session import current_actor
from rems.core.clock import utcnow
from rems.sites import queries as sites
from rems.training import keeping
from rems.training.desk import bp
from rems.training.formats import DAY_WORDS, PARTS
from rems.training.forms import CourseForm
from rems.training.results import COUNTS_WORDS, CountsAs
from rems.web.lens import current_lens


@bp.get("/sites/<uuid:site_id>/programs/<code>/training/mappings")
def mappings(site_id: UUID, code: str) -> ResponseReturnValue:
    actor = current_actor()
    found, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    lens = current_lens(zone=found.timezone)
    return render_template(
        "training/mappings.html",
        site=found,
        entry=entry,
        courses=keeping.courses(entry, lens),
        formats=keeping.formats(entry, lens),
        counts=COUNTS_WORDS,
        days=DAY_WORDS,
        parts=PARTS,
    )


@bp.route("/sites/<uuid:site_id>/programs/<code>/training/mappings/<uuid:course_id>", methods=["GET", "POST"])
def mapping(site_id: UUID, code: str, course_id: UUID) -> ResponseReturnValue:
    """One course: what it counts as, since when and by whom; whoever records training may change it."""
    actor = current_actor()
    found, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    states = keeping.course(entry, course_id)
    form = CourseForm.sent() if request.method == "POST" else CourseForm(data={"counts_as": states[0].counts_as})
    if request.method == "POST" and form.validate():
        with form.answering():
            way = CountsAs(form.counts_as.data)
            keeping.change_course(site_id, code, course_id, way, by=actor, now=utcnow())
            flash("The course counts as that in the imports that follow.")
            return redirect(url_for("training.mappings", site_id=site_id, code=code))
    page = render_template(
        "training/mapping.html", site=found, entry=entry, form=form, states=states, counts=COUNTS_WORDS
    )
    return page, 422 if form.problems() else 200
