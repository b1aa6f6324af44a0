"""The forms of training: one that was taken, and one try at an assessment."""

from rems.sites.forms import COUNTS_FOR
from rems.training.rules import KIND_WORDS, MOST_QUESTIONS
from rems.web.forms import BaseForm, ChoiceField, ChoicesField, DayField, TextField, WholeNumberField


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
