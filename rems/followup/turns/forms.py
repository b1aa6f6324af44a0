"""The forms of the turns of a follow-up, and of an attempt to reach a patient."""

from rems.followup.turns.rules import Outcome, Way
from rems.web.forms import BaseForm, ChoiceField, DayField, TextField


class AttemptForm(BaseForm):
    holds_on = DayField("Day")
    way = ChoiceField("How", choices=[(w.value, w.words) for w in Way], shown="radio")
    outcome = ChoiceField("How it ended", choices=[(o.value, o.words) for o in Outcome], shown="radio")
    note = TextField("Note", hint="No name and no number of the patient", optional=True, longest=500)


class TurnForm(BaseForm):
    on = DayField("Day")
    reason = TextField("Reason", hint="In a few words; it is kept", longest=500)


class TrackForm(TurnForm):
    track = ChoiceField("Follow-up schedule", shown="radio")


class BackForm(BaseForm):
    reason = TextField("Reason", hint="What was wrong about it; it is kept", longest=500)
