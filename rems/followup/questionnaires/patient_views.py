"""What a patient sees who answers by a one-time link: the site, its number, and the questions in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from rems.core import onetime
from rems.core.actor import Actor
from rems.core.clock import day_in, utcnow
from rems.core.db import db, reading
from rems.core.errors import IllegalMove
from rems.core.lens import Lens
from rems.followup.questionnaires import queries, remote
from rems.followup.questionnaires.desk import bp
from rems.followup.questionnaires.forms import AnswersForm, Block, asking
from rems.followup.questionnaires.models import AnswerLink
from rems.patients import queries as patients
from rems.patients.models import Patient
from rems.sites import details
from rems.sites.models import Site
from rems.sites.rules import ContactRole
from rems.web.onetime import for_holder
from rems.web.security import public

SENT = "rems_answers_sent"
"""Where a session keeps whom to thank for: the name and the number of the site, nothing of the patient."""
FIRST_CALLED = (ContactRole.SAFETY, ContactRole.AROUND_THE_CLOCK)


@dataclass(frozen=True)
class Held:
    """A link, whose it is, the site, and who acts through it."""

    link: AnswerLink
    patient: Patient
    site: Site
    by: Actor

    @property
    def phone(self) -> str:
        """The number of the site: that of its safety contact, else another one; empty: none is known."""
        rows = details.contacts(self.site.id, Lens(day_in(self.site.timezone, utcnow())))
        called = sorted((r for r in rows if r.phone), key=lambda r: r.role not in FIRST_CALLED)
        return called[0].phone if called else ""


def _held(token: str) -> Iterator[Held]:
    """Read as the holder of a link. Raises IllegalMove for one that there never was."""
    finder = Actor.system("one-time links")
    with reading(finder):
        link = queries.link_by_digest(onetime.digest_of(token))
        if link is None:
            raise IllegalMove(remote.NO_LINK)
        site = patients.place(finder, link.scope_id).site
        patient = patients.of_scope(link.patient_id, link.scope_id)
        db.session.expunge_all()
    holder = onetime.holder(remote.HOLDER, {link.scope_id, site.id}, site.timezone)
    with reading(holder):
        yield Held(link, patient, site, holder)


@bp.route("/answer/<token>", methods=["GET", "POST"])
@for_holder(_held)
def by_patient(token: str, held: Held) -> ResponseReturnValue:
    now = utcnow()
    remote.check_opens(held.link, held.patient, now, zone=held.site.timezone)
    asked = remote.asked(held.link)
    blocks = [Block(one.code, one.plain_title or one.title, one.for_patient, in_plain_words=True) for one in asked]
    form = asking(blocks).sent() if request.method == "POST" else asking(blocks)()
    status = 200
    if request.method == "POST":
        today = day_in(held.site.timezone, now)
        infusion = patients.infusion(held.patient.id, Lens(today))
        since = infusion.holds_on if infusion else today
        if form.is_sound(whole=True, infused_on=since, on=today):
            with form.answering():
                remote.send(held.link.root_id, _values(form), by=held.by, now=now)
                session[SENT] = [held.site.name, held.phone]
                return redirect(url_for("questionnaires.thanks"))
        status = 422
    return render_template("questionnaires/by_patient.html", form=form, site=held.site, phone=held.phone), status


@bp.get("/answer")
@public
def thanks() -> str:
    """The answers have reached the site."""
    name, phone = session.get(SENT, ["", ""])
    return render_template("questionnaires/thanks.html", name=name, phone=phone)


def _values(form: AnswersForm) -> dict[str, dict[str, str | list[str]]]:
    return {block.code: form.values(block) for block in form.blocks}
