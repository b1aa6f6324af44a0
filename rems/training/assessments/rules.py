"""Questions of a knowledge assessment: what makes a set whole, how it is shown, how an attempt is scored. Pure."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from rems.core.errors import BadInput
from rems.programs.rules import EvidenceKind, Program, Version

MOST_CHOICES = 8
MOST_ITEMS = 200
LINK_DAYS = 14
LONGEST_LINK_DAYS = 90


class AnswerKind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"  # one choice is right
    MULTIPLE = "multiple"  # all right choices and no other


ANSWER_WORDS = {
    AnswerKind.SINGLE: "One answer is right",
    AnswerKind.MULTIPLE: "Every right answer, and no other",
}


class SetState(StrEnum):
    DRAFT = "draft"
    IN_USE = "in_use"
    COMING = "coming"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Choice:
    key: str
    text: str
    right: bool


@dataclass(frozen=True)
class Item:
    """A question. `message` is the key risk message that it covers; `explanation` is shown after passing."""

    key: str
    text: str
    kind: AnswerKind
    choices: tuple[Choice, ...]
    message: str = ""
    explanation: str = ""

    @property
    def right(self) -> frozenset[str]:
        return frozenset(c.key for c in self.choices if c.right)

    def texts(self, keys: frozenset[str]) -> str:
        """The words of these choices, in the order of the set."""
        return "; ".join(c.text for c in self.choices if c.key in keys)


@dataclass(frozen=True)
class Content:
    """What a question set asks, and the key risk messages that its questions cover."""

    messages: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()

    def item(self, key: str) -> Item | None:
        return next((i for i in self.items if i.key == key), None)

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "messages": list(self.messages),
            "items": [
                {
                    "key": i.key,
                    "text": i.text,
                    "kind": i.kind.value,
                    "message": i.message,
                    "explanation": i.explanation,
                    "choices": [{"key": c.key, "text": c.text, "right": c.right} for c in i.choices],
                }
                for i in self.items
            ],
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """What `kept` gave."""
        return cls(tuple(kept.get("messages", ())), tuple(_item(i) for i in kept.get("items", ())))


def _item(kept: Mapping[str, Any]) -> Item:
    choices = tuple(Choice(c["key"], c["text"], c["right"]) for c in kept["choices"])
    return Item(kept["key"], kept["text"], AnswerKind(kept["kind"]), choices, kept["message"], kept["explanation"])


def check_item(text: str, kind: AnswerKind, choices: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """The choices that say something, of a question that can be answered. Raises BadInput with the field.

    Choices left empty are dropped, unless they are marked as right.
    """
    if not text.strip():
        raise BadInput("Question is missing: write what is asked.", "text")
    if any(right and not words.strip() for words, right in choices):
        raise BadInput("A choice without words is marked as right; write it, or take the mark away.")
    said = tuple((words.strip(), right) for words, right in choices if words.strip())
    if len(said) < 2:
        raise BadInput("A question needs two choices or more.")
    if len(said) > MOST_CHOICES:
        raise BadInput(f"A question has {MOST_CHOICES} choices at most, not {len(said)}.")
    twice = [words for words, times in Counter(words.casefold() for words, _ in said).items() if times > 1]
    if twice:
        raise BadInput(f'Two choices say the same: "{twice[0]}".')
    number = sum(right for _, right in said)
    if not number:
        raise BadInput("No choice is marked as right; a question needs a right answer.")
    if kind is AnswerKind.SINGLE and number > 1:
        raise BadInput(f"{number} choices are marked as right, but one answer is asked for.", "kind")
    return said


def gaps(content: Content, *, question_count: int | None = None) -> tuple[str, ...]:
    """What a set still misses before it can be used. `question_count`: how many the program asks for, if it says so."""
    found = []
    if not content.items:
        found.append("It has no question.")
    if question_count and len(content.items) != question_count:
        found.append(f"The program asks for {question_count} questions; it has {len(content.items)}.")
    for number, item in enumerate(content.items, 1):
        if not item.right:
            found.append(f"Question {number} has no right answer.")
        if item.message and item.message not in content.messages:
            found.append(f'Question {number} covers "{item.message}", which is no key risk message of this set.')
    covered = {item.message for item in content.items}
    found += [f'No question covers the key risk message "{m}".' for m in content.messages if m not in covered]
    return tuple(found)


def shown(content: Content, seed: str) -> tuple[Item, ...]:
    """The questions and their choices, shuffled; the same seed gives the same order."""
    chance = random.Random(seed)
    items = [
        Item(i.key, i.text, i.kind, tuple(chance.sample(i.choices, len(i.choices))), i.message, i.explanation)
        for i in content.items
    ]
    return tuple(chance.sample(items, len(items)))


Given = Mapping[str, frozenset[str]]
"""What was chosen, by the key of the question."""


def check_given(content: Content, given: Given) -> None:
    """Raises BadInput for what was never asked or offered, and for two answers where one is asked."""
    for key, chosen in given.items():
        item = content.item(key)
        if item is None or not chosen <= {c.key for c in item.choices}:
            raise BadInput("An answer names a question or a choice that was not shown; open the assessment again.")
        if item.kind is AnswerKind.SINGLE and len(chosen) > 1:
            raise BadInput(f'One answer is asked for: "{item.text}"')


def unanswered(content: Content, given: Given) -> tuple[str, ...]:
    """The keys of the questions without an answer."""
    return tuple(i.key for i in content.items if not given.get(i.key))


def right_items(content: Content, given: Given) -> tuple[str, ...]:
    """The keys of the questions answered rightly: every right choice and no other."""
    return tuple(i.key for i in content.items if i.right and given.get(i.key, frozenset()) == i.right)


@dataclass(frozen=True)
class Terms:
    """On what terms an assessment is taken. None: neither the program nor this installation says."""

    pass_mark_percent: int | None
    most_attempts: int | None  # 0: no limit
    question_count: int | None = None

    @property
    def missing(self) -> str:
        """What an administrator must set before anybody takes it; empty: nothing."""
        names = [
            *(["the pass mark"] if self.pass_mark_percent is None else []),
            *(["the number of attempts"] if self.most_attempts is None else []),
        ]
        return " and ".join(names)

    def left(self, taken: int, *, more: int = 0) -> int | None:
        """How many attempts are left after `taken`, where `more` were granted; None: there is no limit."""
        return None if not self.most_attempts else max(0, self.most_attempts + more - taken)


def terms(program: Program, version: Version | None) -> Terms:
    """What the version in force says of its assessment; where it says nothing, what the installation decided."""
    asked = version.requirements if version else ()
    said: dict[str, int] = {}
    for requirement in asked:
        if requirement.evidence is EvidenceKind.KNOWLEDGE_ASSESSMENT:
            numbers = {k: v for k, v in requirement.parameters.items() if isinstance(v, int) and v > 0}
            said = {**numbers, **said}
    return Terms(
        said.get("pass_mark_percent", program.local.pass_mark_percent),
        said.get("max_attempts", program.local.max_attempts),
        said.get("question_count"),
    )
