"""What a sponsor's own system says of its learners, whichever file it came in, as lines of a training log. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rems.core.errors import BadInput
from rems.sites.sheets import Line, Outcome, Told
from rems.training.rules import KIND_WORDS

LONGEST_COURSE, LONGEST_RECORD = 500, 200  # characters
UNKEEPABLE = frozenset({"Cc", "Cs"})  # controls and halves of characters
WHOLE = 100  # questions that a score in percent stands for
NO_MARK = "The program sets no pass mark; give the one that was used."


class CountsAs(StrEnum):
    """What a course of a sponsor counts as under a program: a kind of training, the assessment, or nothing."""

    LIVE_TRAINING = "live-training"
    MATERIAL_REVIEW = "material-review"
    STAFF_TRAINING = "staff-training"
    ASSESSMENT = "assessment"
    NOTHING = "nothing"


COUNTS_WORDS: dict[CountsAs, str] = {
    **{CountsAs(kind.value): words for kind, words in KIND_WORDS.items()},
    CountsAs.ASSESSMENT: "Knowledge assessment",
    CountsAs.NOTHING: "Nothing here: its lines are left out",
}


class Ending(StrEnum):
    """How a course ended for somebody, as far as the system says."""

    PASSED = "passed"
    FAILED = "failed"
    DONE = "completed"
    NOT_DONE = "not completed"


@dataclass(frozen=True)
class Result:
    """One record of a sponsor's system. `course` is what it calls the course, `material` the course for people.

    `day` is ISO, empty of what was not completed. `score`: right answers and questions; `no_score` says why there is
    none. `record`: its own number, empty when it has none.
    """

    number: int
    name: str
    email: str
    day: str
    course: str
    material: str
    ending: Ending
    score: tuple[int, int] | None = None
    no_score: str = "It has no score."
    record: str = ""


@dataclass(frozen=True)
class Course:
    """A course that a file names: its title for people, and how many of its records are about it."""

    called: str
    title: str
    records: int


Said = Result | Told
Ways = Mapping[str, CountsAs]


def unclear(number: int, name: str, sentence: str, outcome: Outcome = Outcome.REFUSED) -> Told:
    """A record that becomes no line, with the reason; what it quotes may be no text that can be shown."""
    sentence = sentence[:1].upper() + sentence[1:]
    name, words = (text.encode("utf-8", "replace").decode() for text in (name, sentence))
    return Told(Line(number, {"name": name}), outcome, name, words)


def kept_text(words: str, longest: int = LONGEST_COURSE) -> str:
    """A text in one line. Raises BadInput for what no record can keep."""
    if any(unicodedata.category(c) in UNKEEPABLE and not c.isspace() for c in words):
        raise BadInput("A name in it holds a character that cannot be kept.")
    if len(found := " ".join(words.split())) > longest:
        raise BadInput(f'"{found[:40]}…" has {len(found):,} characters; up to {longest} are kept.')
    return found


def new_courses(said: Iterable[Said], ways: Ways) -> list[Course]:
    """The courses of which nobody has said yet what they count as, in the order of the file."""
    found: dict[str, Course] = {}
    for one in said:
        if isinstance(one, Result) and one.course not in ways and one.ending is not Ending.NOT_DONE:
            before = found.get(one.course)
            found[one.course] = Course(one.course, one.material, before.records + 1 if before else 1)
    return list(found.values())


def lines(said: Sequence[Said], ways: Ways, *, pass_mark: int | None) -> list[Line | Told]:
    """Each record as a line of a log, or why it is none. `pass_mark` in percent, None where it is not set."""
    return [_line(one, ways, pass_mark) if isinstance(one, Result) else one for one in said]


def _line(one: Result, ways: Ways, pass_mark: int | None) -> Line | Told:
    if one.ending is Ending.NOT_DONE:
        return unclear(one.number, one.name, f"{one.material} was not completed, so nothing is recorded.", Outcome.LEFT)
    way = ways.get(one.course)
    if way is None:
        return unclear(one.number, one.name, f'Nobody has said yet what "{one.course}" counts as; say it on the page.')
    if way is CountsAs.NOTHING:
        return unclear(one.number, one.name, f"{one.material} counts as nothing here.", Outcome.LEFT)
    score = ("", "", "")
    try:
        if way is CountsAs.ASSESSMENT:
            score = _judged(one, pass_mark)
        elif one.ending is Ending.FAILED:
            return unclear(
                one.number, one.name, f"{one.material} was not passed, so nothing is recorded.", Outcome.LEFT
            )
    except BadInput as wrong:
        return unclear(one.number, one.name, wrong.sentence)
    given = (one.name, one.email, way.value, one.day, one.material, *score, one.record)
    heads = ("name", "email", "kind", "day", "material", "questions", "correct", "pass_mark", "record")
    return Line(one.number, dict(zip(heads, given, strict=True)))


def _judged(one: Result, pass_mark: int | None) -> tuple[str, str, str]:
    """Questions, right answers and pass mark. Raises BadInput when they say otherwise than the record itself."""
    if pass_mark is None:
        raise BadInput(NO_MARK)
    if one.score is None:
        raise BadInput(one.no_score)
    correct, questions = one.score
    passed = correct * 100 >= pass_mark * questions
    if one.ending is (Ending.FAILED if passed else Ending.PASSED):
        raise BadInput(
            f"It says {one.ending}, but {correct} of {questions} is otherwise at a pass mark of {pass_mark} %."
        )
    return str(questions), str(correct), str(pass_mark)
