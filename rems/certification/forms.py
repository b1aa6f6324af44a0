"""The forms of an application, its review, an act, an invoked exception; and the choice of another day."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from rems.core.errors import BadInput, StaleRecord
from rems.signatures.forms import SigningForm
from rems.web.filters import record_day
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    DayField,
    HiddenField,
    LongTextField,
    TextField,
    TickField,
    UploadField,
)


class ActingForm(SigningForm):
    """A signed act. `seen` is the last act that the page showed; `stale` says that somebody acted since."""

    stale = False
    seen = HiddenField()
    holds_on = DayField("From")

    @property
    def seen_id(self) -> UUID | None:
        """The key of the last act seen; None when there was none. Raises BadInput."""
        try:
            return UUID(self.seen.data) if self.seen.data else None
        except ValueError as error:
            raise BadInput("The page was changed on its way. Open it again.") from error

    @contextmanager
    def answering(self) -> Iterator[None]:
        """As every form; and who was slower than another sees the newer state, and may decide again after it."""
        with super().answering():
            try:
                yield
            except StaleRecord as newer:
                self.stale = True
                self.form_errors = [*self.form_errors, newer.sentence]

    @property
    def status(self) -> int:
        """How the page answers that shows this form again."""
        return 409 if self.stale else 422 if self.problems() else 200

    def look_at(self, last: UUID | None) -> None:
        """The page shows this act as the last one: a form that was not sent, or came too late, carries it."""
        if self.stale or self.seen.raw_data is None:
            self.seen.raw_data = None
            self.seen.data = str(last) if last else ""


class ForADayForm(ActingForm):
    """A signature under the facts of a day. `shown_on` is the day whose facts the page showed."""

    shown_on = HiddenField()

    def saw_its_day(self) -> bool:
        """Whether the facts of the day stood on the page; if not, it says so: nobody signs what was not shown."""
        day = self.holds_on.data
        if not self.shown_on.data or day is None or self.shown_on.data == day.isoformat():
            return True
        words = f"another day stood on this page. It shows {record_day(day)} now: look at it, then sign."
        self.refuse("holds_on", f"{self.holds_on.label.text}: {words} Nothing was signed yet.")
        return False

    def look_at(self, last: UUID | None, day: date | None = None) -> None:
        """And the page shows the facts of that day."""
        super().look_at(last)
        self.shown_on.raw_data = None
        self.shown_on.data = day.isoformat() if day else ""


class SubmitForm(ForADayForm):
    """The view drops `corrected` where nothing was returned."""

    corrected = LongTextField("What was corrected", longest=2000, hint="The program manager reads it first.")
    holds_on = DayField("Submitted for", hint="The day whose facts stand above.")


class CertifyForm(ForADayForm):
    """The view drops `reason` where the site is certified for the first time."""

    holds_on = DayField("Certified from", hint="Every requirement must be met on this day.")
    reason = LongTextField("Why certified again", longest=2000)


class ReturnForm(ActingForm):
    """The view adds one field for each task."""

    holds_on = DayField("Returned on")
    reason = LongTextField("Why it goes back", longest=2000, hint="One or two sentences; the site sees them.")


def return_form(tasks: Sequence[tuple[str, str]]) -> type[ReturnForm]:
    """A form of return with a field for each task: its code and its title."""
    fields = {f"task:{code}": LongTextField(title, longest=1000, optional=True) for code, title in tasks}
    return type("ReturnOfTasks", (ReturnForm,), fields)


class DecideForm(ActingForm):
    reason = LongTextField("Reason", longest=2000, hint="It stands in the record, and the site sees it.")


class SuspendForm(ActingForm):
    holds_on = DayField("Suspended from")
    until_on = DayField(
        "Until", hint="The last day. Leave empty: until the certification is reinstated.", optional=True
    )
    reason = LongTextField("Reason", longest=2000, hint="It stands in the record, and the site sees it.")


class InvokeForm(BaseForm):
    """The view gives the exceptions of the program."""

    exception = ChoiceField("Exception", shown="radio")
    holds_on = DayField("In use from")
    until_on = DayField("Until", hint="The last day. Leave empty while it is not known.", optional=True)
    condition = TickField("The condition holds at this site", legend="Condition", must=True)
    reason = LongTextField("Why the site relies on it", longest=2000)
    evidence = LongTextField(
        "What shows it", longest=2000, hint="Letters, order confirmations, stock counts; name and day of each."
    )


class EndForm(BaseForm):
    until_on = DayField("Last day in use")
    reason = LongTextField("Why it ends", longest=1000)


class OtherDayForm(BaseForm):
    """Sent with GET, changes nothing: needs no token."""

    class Meta:
        csrf = False

    as_of = DayField("What was true on")
    known_at = TextField(
        "As known on",
        hint="A day, or a moment like 2022-01-31T16:20Z. Leave empty for all that is known now.",
        longest=40,
        optional=True,
    )


class DraftForm(BaseForm):
    file = UploadField(
        "Draft", kinds=("text",), megabytes=2, hint="The whole file of the program with its new version, as YAML"
    )


class CarriedField(HiddenField):
    """A file that was shown, carried along with its lines."""

    lines = True


class ShownDraftForm(BaseForm):
    """The draft that was shown, sent back to be downloaded as a list."""

    content = CarriedField(longest=2 * 1024 * 1024)
    name = HiddenField()
