"""Kinds of training and when an assessment is passed. Pure."""

from enum import StrEnum

from rems.core.errors import BadInput


class TrainingKind(StrEnum):
    LIVE_TRAINING = "live-training"
    MATERIAL_REVIEW = "material-review"
    STAFF_TRAINING = "staff-training"


class Through(StrEnum):
    """How an attempt at an assessment reached the record."""

    RECORDED = "recorded"  # somebody wrote down the result of a test taken elsewhere
    ACCOUNT = "account"
    LINK = "link"


THROUGH_WORDS = {
    Through.RECORDED: "Recorded by hand",
    Through.ACCOUNT: "Taken here",
    Through.LINK: "Taken here by a one-time link",
}
KIND_WORDS: dict[TrainingKind, str] = {
    TrainingKind.LIVE_TRAINING: "Live training",
    TrainingKind.MATERIAL_REVIEW: "Review of the material",
    TrainingKind.STAFF_TRAINING: "Staff training",
}
MOST_QUESTIONS = 1_000


def passed(*, correct: int, questions: int, pass_mark_percent: int) -> bool:
    """Whether an attempt is a pass: the share of right answers reaches the mark. An empty attempt never is.

    Raises BadInput for a score outside the questions asked or a mark outside 1 to 100 percent.
    """
    if questions < 1:
        raise BadInput("Questions asked must be 1 or more; an empty assessment is never a pass.", "questions")
    if questions > MOST_QUESTIONS:
        raise BadInput(
            f"{questions:,} questions are more than {MOST_QUESTIONS:,}; look at the number again.", "questions"
        )
    if not 0 <= correct <= questions:
        raise BadInput(
            f"Right answers must lie between 0 and the {questions} questions asked, not {correct}.", "correct"
        )
    if not 1 <= pass_mark_percent <= 100:
        raise BadInput(
            f"The pass mark must lie between 1 and 100 percent, not {pass_mark_percent}.", "pass_mark_percent"
        )
    return correct * 100 >= pass_mark_percent * questions
