"""The forms of courses: an edition, signing for one, a live session, who came to it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from rems.signatures.forms import SigningForm
from rems.training.courses.rules import LONGEST_MINUTES, PRESENCE_WORDS
from rems.training.rules import KIND_WORDS
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    HiddenField,
    LongTextField,
    MomentField,
    TextField,
    TickField,
    UploadField,
    WholeNumberField,
)

KINDS = [(kind.value, words) for kind, words in KIND_WORDS.items()]
HOUR = int(timedelta(hours=1).total_seconds() // 60)
LONGEST_PAGE = 200_000


class EditionForm(BaseForm):
    title = TextField("Title", hint="As it is printed on records", longest=200)
    edition = TextField("Edition", hint="For example 2.0, or its month", longest=40, width="mid")
    kind = ChoiceField("Taking it is recorded as", choices=KINDS, shown="radio")
    from_on = DayField("First day")
    file = UploadField("Material as PDF", kinds=("pdf",), megabytes=15, optional=True)
    page = LongTextField(
        "Or as a page",
        optional=True,
        longest=LONGEST_PAGE,
        rows=16,
        hint="Plain text or Markdown: # heading, - list, **bold**",
    )
    renews = TickField(
        "Training of this kind that was taken before the first day does not count any more from that day on",
        legend="To be taken anew",
    )


class WithdrawForm(BaseForm):
    seen = HiddenField()
    on = DayField("Not used from", hint="The first day on which nobody takes it any more")


class SignOffForm(SigningForm):
    read = TickField("I have read this material and understood it.", must=True, legend="You sign that")


class SessionForm(BaseForm):
    title = TextField("What is taught", hint="With its edition, where there is one", longest=200)
    kind = ChoiceField("Attending is recorded as", choices=KINDS, shown="radio")
    trainer = TextField("Trainer", longest=200)
    place = TextField("Place", hint="Room, or address of the meeting", longest=300)
    begins_at = MomentField("Begins")
    minutes = WholeNumberField("Lasts", least=1, most=LONGEST_MINUTES, unit="minutes", default=HOUR)


class CancelForm(BaseForm):
    seen = HiddenField()
    reason = TextField("Reason", hint="Everybody who is registered sees it", longest=500)


class RegisterForm(BaseForm):
    people = ChoicesField("People of the staff")


class AttendanceForm(BaseForm):
    """The view adds a field for each person on its page."""


def attendance_form(people: Mapping[UUID, str]) -> type[AttendanceForm]:
    """A form that asks of each person whether they came: names by the state of the place that the page shows."""
    choices = [(presence.value, words) for presence, words in PRESENCE_WORDS.items()]
    fields: dict[str, Any] = {place_field(key): ChoiceField(name, choices=choices) for key, name in people.items()}
    return type("AttendanceOfPeople", (AttendanceForm,), fields)


def place_field(key: UUID) -> str:
    """What the field of a place is called, by its shown state."""
    return f"p:{key}"
