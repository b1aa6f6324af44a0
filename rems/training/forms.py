"""The forms of training: one that was taken, and one try at an assessment."""

from rems.sites.forms import COUNTS_FOR
from rems.training.rules import KIND_WORDS, MOST_QUESTIONS
from rems.web.forms import BaseForm, ChoiceField, ChoicesField, DayField, TextField, UploadField, WholeNumberField


class TrainingForm(BaseForm):
    staff_id = ChoiceField("Person")
    kind = ChoiceField("Kind of training", choices=[(k.value, words) for k, words in KIND_WORDS.items()], shown="radio")
    holds_on = DayField("Day it was taken")
    material = TextField("Material", hint="What was taught or read, with its edition", longest=300)
    also = ChoicesField("Counts for", optional=True, hint=COUNTS_FOR)


class AttemptForm(BaseForm):
    staff_id = ChoiceField("Person")
    holds_on = DayField("Day of the assessment")
    question_set = TextField("Question set", hint="Name and edition, as printed on it", longest=200)
    questions = WholeNumberField("Number of questions", most=MOST_QUESTIONS)
    correct = WholeNumberField("Number of right answers", most=MOST_QUESTIONS)
    pass_mark_percent = WholeNumberField("Pass mark", most=100, unit="%")
    also = ChoicesField("Counts for, when passed", optional=True, hint=COUNTS_FOR)


class LogForm(BaseForm):
    """A training log as CSV, or the statements of a learning system; the last two are asked for the latter alone."""

    file = UploadField(
        "Log", kinds=("csv",), megabytes=4, hint="CSV in UTF-8, or xAPI statements as JSON; up to 4 MB and 20,000 lines"
    )
    completed_as = ChoiceField(
        "Of xAPI: a course that was completed is",
        choices=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        optional=True,
        hint="Not asked of a log as CSV",
    )
    pass_mark = WholeNumberField("Of xAPI: pass mark of the assessment", optional=True, least=1, most=100, unit="%")
