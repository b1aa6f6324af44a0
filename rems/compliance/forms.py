"""Forms of a deviation and of the actions against it."""

from rems.compliance.rules import ActionKind, DeviationSeverity, DeviationSource
from rems.web.forms import BaseForm, ChoiceField, DayField, HiddenField, LongTextField, TextField

SOURCES = [
    (DeviationSource.SITE, "The site itself"),
    (DeviationSource.AUDIT, "An audit"),
    (DeviationSource.SPONTANEOUS, "Somebody outside, such as a report to the sponsor"),
    (DeviationSource.OVERRIDE, "A stop that was overridden"),
    (DeviationSource.SYSTEM, "A check of this system"),
]


class DeviationForm(BaseForm):
    source = ChoiceField("How it came to light", choices=SOURCES, shown="radio")
    severity = ChoiceField(
        "Severity",
        choices=DeviationSeverity,
        shown="radio",
        hint="Critical: patients could be harmed. Major: a requirement is not met. Minor: anything else.",
    )
    found_on = DayField("Found on")
    requirement_code = ChoiceField("Requirement", optional=True, hint="The one that was not met, if it was one")
    summary = LongTextField("What happened", hint="Without names of patients", longest=2000)
    immediate_action = LongTextField("What was done at once", hint="Or why nothing was", longest=2000)
    reference = TextField("Reference", optional=True, hint="The number of the audit, case or override it came from")


class CauseForm(BaseForm):
    seen = HiddenField()
    root_cause = LongTextField("Root cause", hint="Why it happened, not what happened", longest=2000)


class ActionForm(BaseForm):
    kind = ChoiceField("Kind", choices=ActionKind, shown="radio")
    what = LongTextField("What is to be done", hint="So that somebody else can check it", longest=1000)
    owner = TextField("Owner", hint="The person who does it")
    planned_on = DayField("Planned on")
    due_on = DayField("Due on")
    check_on = DayField("Effect checked by", hint="After the due day: it looks at what the action did")


class DoneForm(BaseForm):
    seen = HiddenField()
    done_on = DayField("Done on")
    note = LongTextField("What was done", hint="And where it can be seen", longest=1000)


class CheckForm(BaseForm):
    seen = HiddenField()
    effective = ChoiceField("Was it effective?", choices=[("yes", "Yes"), ("no", "No")], shown="radio")
    checked_on = DayField("Checked on")
    note = LongTextField("What the check looked at and found", longest=1000)


class CloseForm(BaseForm):
    seen = HiddenField()
    closed_on = DayField("Closed on")
