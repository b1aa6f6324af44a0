"""A questionnaire as frozen values: its questions, how each is answered, and which answer shows it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rems.programs.terms import Confidence

YES_NO: Mapping[str, str] = {"no": "No", "yes": "Yes", "unknown": "Not known"}
"""What `choices: yes-no` stands for."""
PLAIN_YES_NO: Mapping[str, str] = {"no": "No", "yes": "Yes", "unknown": "I do not know"}
"""The same as a patient reads it."""

UNITS: Mapping[str, str] = {
    "%": "%",
    "{copies}/ug": "copies/µg DNA",
    "10*9/L": "× 10⁹/L",
    "g/dL": "g/dL",
    "d": "days",
    "wk": "weeks",
    "1": "",
}
"""The units in which a number may be asked: as UCUM writes them, and as a page prints them."""


class Kind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    DAY = "day"
    PARTIAL_DATE = "partial_date"
    TEXT = "text"


CHOSEN = frozenset({Kind.CHOICE, Kind.SEVERAL})


@dataclass(frozen=True)
class Condition:
    """What an earlier question must be answered: one of `any_of`, or a number of at least `at_least`."""

    question: str
    any_of: tuple[str, ...] = ()
    at_least: Decimal | None = None


@dataclass(frozen=True)
class Question:
    """One question. `plain` is what the patient reads; without it the patient is not asked. `plain_choices` are the
    words of the choices for the patient, where they are others.

    `unit` is UCUM. `only_if`: it is asked only where an earlier answer says so. A number lies between `least` and
    `most`, with at most `places` decimal places; a day or partial date lies between the infusion and the day of the
    answer, unless `before_infusion`.
    """

    code: str
    text: str
    kind: Kind
    required: bool = False
    plain: str = ""
    hint: str = ""
    choices: Mapping[str, str] | None = None
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    places: int = 0
    before_infusion: bool = False
    only_if: Condition | None = None
    plain_choices: Mapping[str, str] | None = None

    @property
    def offered(self) -> Mapping[str, str]:
        """The choices by code, with their words; none for other kinds."""
        return self.choices or {}


@dataclass(frozen=True)
class Opens:
    """Which answer opens an adverse event of which kind; the questions that say what it was and when it was found."""

    kind: str
    when: Condition
    term: str = ""
    began: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """One version of a questionnaire, asked from a day on.

    `answers_to` are codes of questions of schedules: a visit that asks one of them asks this questionnaire.
    `laboratory`: it keeps the results of the laboratory series of a schedule, too. `plain_title` is for the patient.
    """

    code: str
    version: int
    title: str
    from_on: date
    answers_to: tuple[str, ...]
    questions: tuple[Question, ...]
    confidence: Confidence
    sources: tuple[str, ...] = ()
    note: str = ""
    opens: Opens | None = None
    laboratory: bool = False
    plain_title: str = ""

    @property
    def label(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def for_patient(self) -> tuple[Question, ...]:
        """The questions that a patient can answer."""
        return tuple(q for q in self.questions if q.plain)

    def question(self, code: str) -> Question | None:
        return next((q for q in self.questions if q.code == code), None)


@dataclass(frozen=True)
class Library:
    """Every version of every questionnaire, by code, the newest first."""

    versions: Mapping[str, tuple[Questionnaire, ...]]

    def on(self, code: str, day: date) -> Questionnaire | None:
        """The version that is asked on a day; None before the first."""
        return next((one for one in self.versions.get(code, ()) if one.from_on <= day), None)

    def asked_by(self, asks: tuple[str, ...], day: date) -> tuple[Questionnaire, ...]:
        """The questionnaires of a visit that asks these questions, in the order in which it asks them."""
        now = [one for code in self.versions if (one := self.on(code, day))]
        first = {one.code: min(asks.index(a) for a in one.answers_to if a in asks) for one in now if _meets(one, asks)}
        return tuple(sorted((one for one in now if one.code in first), key=lambda one: first[one.code]))

    def of_laboratory(self, day: date) -> Questionnaire | None:
        """The questionnaire that keeps laboratory results on a day."""
        return next((one for code in self.versions if (one := self.on(code, day)) and one.laboratory), None)


def _meets(one: Questionnaire, asks: tuple[str, ...]) -> bool:
    return not set(asks).isdisjoint(one.answers_to)


def kept(one: Questionnaire) -> dict[str, Any]:
    """A questionnaire as JSON, to be kept beside its answers; `of_kept` gives it back."""
    found: dict[str, Any] = {
        "code": one.code,
        "version": one.version,
        "title": one.title,
        "from_on": one.from_on.isoformat(),
        "answers_to": list(one.answers_to),
        "confidence": one.confidence.value,
        "sources": list(one.sources),
        "note": one.note,
        "laboratory": one.laboratory,
        "plain_title": one.plain_title,
        "questions": [_kept_question(q) for q in one.questions],
    }
    if one.opens:
        below = {"kind": one.opens.kind, "term": one.opens.term, "began": one.opens.began}
        found["opens"] = {**below, "when": _kept_condition(one.opens.when)}
    return found


def _kept_question(q: Question) -> dict[str, Any]:
    plain = {n: getattr(q, n) for n in ("code", "text", "required", "plain", "hint", "unit", "places")}
    found: dict[str, Any] = {**plain, "kind": q.kind.value, "before_infusion": q.before_infusion}
    found |= {name: str(bound) for name in ("least", "most") if (bound := getattr(q, name)) is not None}
    for name in ("choices", "plain_choices"):
        if offered := getattr(q, name):
            found[name] = [[code, words] for code, words in offered.items()]  # JSONB keeps no order of keys
    if q.only_if:
        found["only_if"] = _kept_condition(q.only_if)
    return found


def _kept_condition(one: Condition) -> dict[str, Any]:
    below: dict[str, Any] = {"question": one.question, "any_of": list(one.any_of)}
    return below if one.at_least is None else {**below, "at_least": str(one.at_least)}


def of_kept(found: Mapping[str, Any]) -> Questionnaire:
    """What `kept` gave."""
    opens = found.get("opens")
    return Questionnaire(
        code=found["code"],
        version=found["version"],
        title=found["title"],
        from_on=date.fromisoformat(found["from_on"]),
        answers_to=tuple(found["answers_to"]),
        questions=tuple(_question(q) for q in found["questions"]),
        confidence=Confidence(found["confidence"]),
        sources=tuple(found["sources"]),
        note=found["note"],
        opens=Opens(opens["kind"], _condition(opens["when"]), opens["term"], opens["began"]) if opens else None,
        laboratory=found["laboratory"],
        plain_title=found["plain_title"],
    )


def _question(found: Mapping[str, Any]) -> Question:
    plain = {n: found[n] for n in ("code", "text", "required", "plain", "hint", "unit", "places", "before_infusion")}
    return Question(
        kind=Kind(found["kind"]),
        choices=dict(found["choices"]) if "choices" in found else None,
        plain_choices=dict(found["plain_choices"]) if "plain_choices" in found else None,
        least=Decimal(found["least"]) if "least" in found else None,
        most=Decimal(found["most"]) if "most" in found else None,
        only_if=_condition(found["only_if"]) if "only_if" in found else None,
        **plain,
    )


def _condition(found: Mapping[str, Any]) -> Condition:
    at_least = Decimal(found["at_least"]) if "at_least" in found else None
    return Condition(found["question"], tuple(found["any_of"]), at_least)
