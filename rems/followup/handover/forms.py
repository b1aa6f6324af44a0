"""The forms by which a patient goes from one site to another."""

from rems.followup.handover.rules import LONGEST_DAYS, OFFER_DAYS
from rems.web.forms import BaseForm, ChoiceField, DayField, TextField, WholeNumberField


class OfferForm(BaseForm):
    reason = TextField("Reason", hint="Why the patient goes to another site; the other site reads it", longest=500)
    days = WholeNumberField("The offer holds for", least=1, most=LONGEST_DAYS, unit="days", default=OFFER_DAYS)


class TakeOverForm(BaseForm):
    scope = ChoiceField("Your site and program")
    code = TextField("Code", hint="As the other site gave it, such as K7QF-29XM-4T0A", longest=40, width="mid")
    on = DayField("Followed here from")
    number = TextField(
        "Registry number here", optional=True, longest=40, width="mid", hint="Left empty, the patient keeps the number"
    )
