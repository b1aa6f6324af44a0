"""The forms of training: one that was taken, one try at an assessment, and what an import asks."""

from collections.abc import Sequence
from hashlib import sha256

from rems.sites.forms import COUNTS_FOR, TakeForm
from rems.training.formats import DAY_WORDS, PARTS
from rems.training.results import COUNTS_WORDS, Course
from rems.training.rules import KIND_WORDS, MOST_QUESTIONS
from rems.web.filters import plural
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    HiddenField,
    TextField,
    UploadField,
    WholeNumberField,
)


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
    """A training log or a sponsor's list as CSV, or the statements of a learning system."""

    file = UploadField(
        "Log", kinds=("csv",), megabytes=4, hint="CSV in UTF-8, or xAPI statements as JSON; up to 4 MB and 20,000 lines"
    )
    read_as = ChoiceField(
        "Columns of a sponsor's list",
        optional=True,
        hint="As they were kept at an earlier import. Not asked of a log in our own columns, nor of xAPI",
    )
    pass_mark = WholeNumberField(
        "Pass mark of the sponsor's assessment",
        optional=True,
        least=1,
        most=100,
        unit="%",
        hint="Not asked of a log in our own columns",
    )


class CarriedForm(TakeForm):
    """What was sent, carried along from question to question."""

    step = HiddenField()
    read_as = HiddenField()
    pass_mark = HiddenField(pattern="100|[1-9][0-9]?", expected="a number from 1 to 100")


class ColumnsForm(CarriedForm):
    """Which column of a sponsor's list is what; the view gives its heads as choices."""

    name = ChoiceField(PARTS["name"], optional=True)
    email = ChoiceField(PARTS["email"], optional=True, hint="By it a person is found, else by name")
    day = ChoiceField(PARTS["day"])
    course = ChoiceField(PARTS["course"], hint="Its name or code. You then say once what each course counts as")
    score = ChoiceField(PARTS["score"], optional=True, hint="Of an assessment, like 92 % or 23/25")
    result = ChoiceField(PARTS["result"], optional=True, hint="Passed, failed, completed, not completed")
    record = ChoiceField(PARTS["record"], optional=True, hint="By it nothing is taken twice, whatever file it is in")
    day_format = ChoiceField("How its days are written", choices=list(DAY_WORDS.items()), shown="radio")
    called = TextField(
        "Name of the list",
        longest=80,
        hint="Such as the system it comes from; the columns are kept under it, in place of what was before",
    )


def courses_form(courses: Sequence[Course]) -> type[CarriedForm]:
    """A form that asks what each of these courses counts as; its fields are named by what the course is called."""
    fields = {
        course_field(one): ChoiceField(
            one.title,
            choices=list(COUNTS_WORDS.items()),
            hint=f"{one.called}, {plural(one.records, 'record')}"
            if one.called != one.title
            else plural(one.records, "record"),
        )
        for one in courses
    }
    return type("WhatCoursesCountAs", (CarriedForm,), fields)


def course_field(course: Course) -> str:
    return f"course-{sha256(course.called.encode()).hexdigest()[:16]}"


class CourseForm(BaseForm):
    counts_as = ChoiceField("Counts as", choices=list(COUNTS_WORDS.items()), shown="radio")
