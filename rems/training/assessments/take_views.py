"""Take an assessment with an account, see how it went, and print the certificate of a pass."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rems.access.rules import Permission, require
from rems.access.session import current_actor
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import IllegalMove, NotFound
from rems.core.lens import Lens
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.models import Site, StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import ROLE_WORDS
from rems.training import people
from rems.training.assessments import papers, queries, taking
from rems.training.assessments.desk import bp
from rems.training.assessments.forms import TakeForm, take_form
from rems.training.assessments.models import QuestionSet
from rems.training.assessments.rules import Content, Item, shown
from rems.training.models import AssessmentAttempt
from rems.training.rules import THROUGH_WORDS
from rems.web.downloads import file_answer


@dataclass(frozen=True)
class Sheet:
    """An assessment as one person sees it: its questions in an order of their own."""

    entry: Entry
    site: Site
    who: StaffMember
    row: QuestionSet
    standing: queries.Standing
    items: tuple[Item, ...]

    def form(self) -> TakeForm:
        kind = take_form(self.items)
        return kind.sent() if request.method == "POST" else kind()

    def answered(self, form: TakeForm) -> taking.Answered:
        return taking.Answered(tuple(i.key for i in self.items), form.chosen)


def sheet(entry: Entry, site: Site, who: StaffMember, root_id: UUID, on: date, seed: str) -> Sheet:
    """The questions for a person, in the order that the seed gives. Raises IllegalMove: not in use, no attempt left."""
    row = taking.in_use(root_id, on)
    standing = taking.check_may_try(entry, who, row, on)
    return Sheet(entry, site, who, row, standing, shown(Content.of(row.content), f"{seed} {standing.taken}"))


def page(found: Sheet, form: TakeForm) -> ResponseReturnValue:
    answer = render_template("assessments/take.html", sheet=found, form=form, role=ROLE_WORDS[found.who.role])
    return answer, 422 if form.problems() else 200


@bp.route("/sites/<uuid:site_id>/programs/<code>/assessments/<uuid:set_id>/take", methods=["GET", "POST"])
def take(site_id: UUID, code: str, set_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    site, entry = sites.site(actor, site_id), sites.entry(actor, site_id, code)
    require(actor, Permission.TRAINING_SIGN, scope_id=entry.scope_id)
    today = day_in(site.timezone, utcnow())
    who = people.myself(actor, entry, today)
    found = sheet(entry, site, who, set_id, today, str(actor.id))
    form = found.form()
    if request.method == "POST" and form.validate():
        with form.answering():
            key = taking.take(site_id, code, set_id, found.answered(form), by=actor, now=utcnow())
            return redirect(url_for("assessments.attempt", attempt_id=key))
    return page(found, form)


@bp.get("/assessments/attempts/<uuid:attempt_id>")
def attempt(attempt_id: UUID) -> ResponseReturnValue:
    actor = current_actor()
    row, entry, site, who = _attempt(actor, attempt_id)
    return result_page(row, entry, site, who, url_for("assessments.certificate", attempt_id=row.id), actor)


@bp.get("/assessments/attempts/<uuid:attempt_id>/certificate.pdf")
def certificate(attempt_id: UUID) -> ResponseReturnValue:
    row, entry, site, who = _attempt(current_actor(), attempt_id)
    return certificate_answer(row, entry, site, who)


def _attempt(actor: Actor, attempt_id: UUID) -> tuple[AssessmentAttempt, Entry, Site, StaffMember]:
    """An attempt for its own person, those who record training of the site, and the sponsor. Raises NotFound."""
    row = queries.attempt(attempt_id)
    entry = sites.entry_of_scope(actor, row.scope_id)
    site, who = sites.site(actor, entry.site_id), sites.staff_member(actor, row.staff_member_id)
    own = people.mine(actor, site.id, day_in(site.timezone, utcnow()))
    if not (own and own.id == who.id):
        require(actor, Permission.SITE_READ, scope_id=entry.scope_id, program_id=entry.program_id)
    if row.question_set_id is None:
        raise NotFound("This attempt was recorded by hand, so there are no answers of it here.")
    return row, entry, site, who


def result_page(
    row: AssessmentAttempt, entry: Entry, site: Site, who: StaffMember, certificate_url: str, actor: Actor | None
) -> str:
    """How an attempt went. After passing alone it says which questions were missed.

    What would have been right is shown to the person and to the sponsor, to nobody else who may yet be asked.
    """
    root_id = row.question_set_id
    assert root_id is not None
    asked = queries.question_set(root_id)
    content = Content.of(asked.content)
    today = day_in(site.timezone, utcnow())
    items = [(item, row.answers["chosen"].get(key, [])) for key in row.answers["shown"] if (item := content.item(key))]
    own = people.mine(actor, site.id, today) if actor else who
    return render_template(
        "assessments/result.html",
        row=row,
        entry=entry,
        site=site,
        who=who,
        role=ROLE_WORDS[details.role_of(who, Lens(row.holds_on))],
        standing=queries.standing(entry, who.id, asked, today),
        right=set(row.answers["right"]),
        items=[(item, item.texts(frozenset(chosen)), item.texts(item.right)) for item, chosen in items],
        through=THROUGH_WORDS[row.came_through],
        certificate_url=certificate_url,
        own=own is not None and own.id == who.id,
        told=actor is None or (own is not None and own.id == who.id) or entry.program_id in actor.programs,
        signed_in=actor is not None,
    )


def certificate_answer(row: AssessmentAttempt, entry: Entry, site: Site, who: StaffMember) -> ResponseReturnValue:
    if not row.passed:
        raise IllegalMove("This attempt was not passed, so there is no certificate of it.")
    role = details.role_of(who, Lens(row.holds_on))
    pdf = papers.certificate_pdf(row, who, role, entry, site, now=utcnow())
    return file_answer(pdf, f"assessment-{entry.program.code.lower()}-{row.holds_on.isoformat()}.pdf")
