"""Forms of an audit: plan, checklist, findings, files, the signed report, the site's answers, what is shared of it."""

from collections.abc import Sequence

from rems.compliance.audits.rules import VERDICT_WORDS, AuditFormat, Item
from rems.compliance.rules import DeviationSeverity
from rems.signatures.forms import SigningForm
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    HiddenField,
    LongTextField,
    TextField,
    UploadField,
)

FORMATS = [
    (AuditFormat.ON_SITE, "On site"),
    (AuditFormat.REMOTE, "Remote"),
    (AuditFormat.QUESTIONNAIRE, "Questionnaire: the site answers first"),
]


class PlanForm(BaseForm):
    """The view drops `also` where the person audits the site under one program alone."""

    format = ChoiceField("How it is held", choices=FORMATS, shown="radio")
    planned_for = DayField("Planned for")
    auditors = TextField("Auditors", hint="Names, and their organization where it is not the sponsor")
    looks_at = LongTextField("What it looks at", optional=True, longest=1000, hint="Empty: every requirement")
    also = ChoicesField(
        "Held for these programs too", optional=True, hint="One checklist and one report serve them all."
    )


class MoveForm(BaseForm):
    seen = HiddenField()
    planned_for = DayField("Planned for")


class BeginForm(BaseForm):
    seen = HiddenField()
    begun_on = DayField("Began on", hint="The checklist is that of the rules of this day.")


class ReasonForm(BaseForm):
    seen = HiddenField()
    reason = LongTextField("Reason", longest=1000)


class FindingForm(BaseForm):
    seen = HiddenField()
    severity = ChoiceField(
        "Severity",
        choices=DeviationSeverity,
        shown="radio",
        hint="Critical: patients could be harmed. Major: a requirement is not met. Minor: anything else.",
    )
    requirement_code = ChoiceField("Requirement", optional=True, hint="The one it is about, if it is about one")
    text = LongTextField("What was found", hint="Without names of patients", longest=2000)


class FileForm(BaseForm):
    file = UploadField("File", kinds=("pdf", "png", "jpeg", "text"))
    shows = TextField("What it shows")


class ReportForm(SigningForm):
    seen = HiddenField()
    reported_on = DayField("Day of the report")
    conclusion = LongTextField("Conclusion", longest=4000, hint="In a few sentences: how does the site stand?")


class ResponseForm(BaseForm):
    seen = HiddenField()
    text = LongTextField("The site's response", longest=2000, hint="What is done about it, by whom, until when")


class CloseForm(BaseForm):
    seen = HiddenField()
    closed_on = DayField("Closed on")
    note = LongTextField("Note", optional=True, longest=1000)


class ShareForm(BaseForm):
    """The view gives the programs and the places of the report."""

    program = ChoiceField("To the sponsor of", shown="radio")
    withheld = ChoicesField(
        "Leave out", optional=True, hint="Each place stays in the report and says that the site withheld it."
    )


class AcceptForm(BaseForm):
    seen = HiddenField()
    accepted_on = DayField("Accepted on")
    note = LongTextField("Note", optional=True, longest=1000)


class OpenChoice(ChoiceField):
    """A choice that may be left open until later. `.data` is None then."""

    def is_empty(self) -> bool:
        return False


class ChecklistForm(BaseForm):
    """The view adds two fields for each requirement."""

    seen = HiddenField()

    def pairs(self, items: Sequence[Item]) -> list[tuple[Item, ChoiceField, LongTextField]]:
        """Each requirement with what is chosen and what is said."""
        return [(item, self[f"verdict:{item.code}"], self[f"said:{item.code}"]) for item in items]


def checklist_form(items: Sequence[Item]) -> type[ChecklistForm]:
    """A form that asks about each requirement; what is left open stays open."""
    choices = [(verdict, words) for verdict, words in VERDICT_WORDS.items()]
    fields: dict[str, object] = {}
    for item in items:
        fields[f"verdict:{item.code}"] = OpenChoice(item.title, choices=choices, shown="radio")
        fields[f"said:{item.code}"] = LongTextField("Evidence seen, or why", optional=True, longest=1000)
    return type("ChecklistOfItems", (ChecklistForm,), fields)
