"""A question set of the European program that tests begin, publish and take."""

from datetime import datetime
from uuid import UUID

from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.training.assessments import queries, writing
from rems.training.assessments.models import QuestionSet
from rems.training.assessments.rules import AnswerKind, Content
from rems.training.assessments.taking import Answered
from tests.factories import EUROPE

MESSAGES = ("Cytokine release syndrome", "Neurologic toxicity")
QUESTIONS = (
    writing.Asked(
        "What stops an infusion?",
        AnswerKind.SINGLE,
        [("Fewer doses than asked", True), ("Rain", False), ("A Monday", False)],
        MESSAGES[0],
        "The doses must be on site before.",
    ),
    writing.Asked(
        "Which are signs?",
        AnswerKind.MULTIPLE,
        [("Fever", True), ("Low pressure", True), ("Hunger", False)],
        MESSAGES[0],
    ),
    writing.Asked("How long is a patient followed?", AnswerKind.SINGLE, [("15 years", True), ("1 year", False)], ""),
    writing.Asked(
        "Who hears of confusion?", AnswerKind.SINGLE, [("A physician", True), ("Nobody", False)], MESSAGES[1]
    ),
    writing.Asked("Where is the card?", AnswerKind.SINGLE, [("On the patient", True), ("At home", False)], MESSAGES[1]),
)


def newest(root_id: UUID) -> QuestionSet:
    """The set as it is now, for whoever reads it after."""
    with reading(Actor.system("test")):
        row = queries.question_set(root_id)
        db.session.expunge_all()
    return row


def drafted(by: Actor, now: datetime, *, title: str = "Safe use", edition: str = "1.0", code: str = EUROPE) -> UUID:
    """A draft with five questions."""
    root = writing.begin(code, title=title, edition=edition, messages=MESSAGES, by=by, now=now)
    for asked in QUESTIONS:
        writing.put(newest(root).id, "", asked, by=by, now=now)
    return root


def published(by: Actor, now: datetime, **said: str) -> UUID:
    """The same, in use from that day on."""
    root = drafted(by, now, **said)
    writing.publish(newest(root).id, from_on=now.date(), by=by, now=now)
    return root


def answers(root_id: UUID, *, wrong: int = 0, open_: int = 0) -> Answered:
    """Every question answered rightly, but for the first `wrong` ones and the last `open_` ones."""
    items = Content.of(newest(root_id).content).items
    chosen = {}
    for number, item in enumerate(items):
        off = next(c.key for c in item.choices if not c.right)
        chosen[item.key] = frozenset([off]) if number < wrong else item.right
    for item in items[len(items) - open_ :]:
        chosen[item.key] = frozenset()
    return Answered(tuple(i.key for i in items), chosen)
