"""What every page of assessments needs: its blueprint, the words of states, and the set that it is about."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint

from rems.access.rules import Permission, can
from rems.access.session import current_actor
from rems.core.clock import day_in, utcnow
from rems.core.errors import NotFound
from rems.programs import queries as programs
from rems.programs.rules import Program
from rems.training.assessments import queries
from rems.training.assessments.models import QuestionSet
from rems.training.assessments.rules import Content, SetState, Terms, terms

bp = Blueprint("assessments", __name__)

STATE_WORDS = {
    SetState.DRAFT: ("Draft", "wait"),
    SetState.IN_USE: ("In use", "met"),
    SetState.COMING: ("Published", "wait"),
    SetState.WITHDRAWN: ("Withdrawn", "off"),
}


@dataclass(frozen=True)
class Here:
    """A set as its page shows it: its newest state, what it asks, its program, and whether the actor may change it."""

    row: QuestionSet
    content: Content
    program: Program
    today: date
    may: bool

    @property
    def state(self) -> SetState:
        return queries.state(self.row, self.today)

    @property
    def terms(self) -> Terms:
        return terms(self.program, self.program.version_on(self.today))


def publishes(program_id: UUID) -> bool:
    return can(current_actor(), Permission.TRAINING_PUBLISH, program_id=program_id)


def of_sponsor(program_id: UUID) -> None:
    """Questions with their right answers are read by those who act for the sponsor. Raises NotFound for others."""
    actor = current_actor()
    if not actor.everywhere and program_id not in actor.programs:
        raise NotFound("There is no such page, or it is not yours to see.")


def sponsors_program(code: str) -> tuple[Program, UUID]:
    """A program whose assessments the actor may read. Raises NotFound."""
    program, key = programs.program(code), programs.key(code)
    of_sponsor(key)
    return program, key


def here(root_id: UUID) -> Here:
    """The set of a page. Raises NotFound."""
    row = queries.question_set(root_id)
    of_sponsor(row.program_id)
    today = day_in(current_actor().timezone, utcnow())
    return Here(row, Content.of(row.content), programs.by_key(row.program_id), today, may=publishes(row.program_id))
