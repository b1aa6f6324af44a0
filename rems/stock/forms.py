"""The forms of the stock: receive a lot, move vials of a lot, ask for the dose of a weight."""

from rems.stock.ledger import MOST_VIALS
from rems.stock.rules import LEAST_KG, MOST_KG, STRENGTHS_MG, MovementKind
from rems.web.forms import BaseForm, ChoiceField, DayField, DecimalField, HiddenField, TextField, WholeNumberField

TRANSFER, COUNT = "transfer", "count"
MOVES = [
    (MovementKind.WASTED.value, "Wasted: broken, spoiled or thrown away"),
    (MovementKind.EXPIRED.value, "Expired: taken out after its last day"),
    (MovementKind.RETURNED.value, "Returned to the supplier"),
    (MovementKind.TRANSFER_OUT.value, "Sent to another hospital"),
    (TRANSFER, "Brought to another place of this site"),
    (COUNT, "Counted: this many are really there"),
]


class ReceiveForm(BaseForm):
    lot = TextField("Lot number", hint="Printed on the box beside LOT", longest=40, width="mid")
    strength_mg = ChoiceField("Strength", choices=[(str(mg), f"{mg} mg") for mg in STRENGTHS_MG], shown="radio")
    vials = WholeNumberField("Number of vials", least=1, most=MOST_VIALS)
    expires_on = DayField("Day of expiry", hint="The last day it may be given; if the box says a month, its last day")
    location_id = ChoiceField("Where it is kept")
    holds_on = DayField("Day received")
    note = TextField("Note", hint="For example the delivery note or the supplier", longest=500, optional=True)


class MoveForm(BaseForm):
    kind = ChoiceField("What happened", choices=MOVES, shown="radio")
    vials = WholeNumberField("Number of vials", most=MOST_VIALS, hint="How many go. For a count: how many you found.")
    location_id = ChoiceField("Brought to", optional=True, hint="Only when they stay at this site")
    holds_on = DayField("Day")
    note = TextField("Reason", longest=500, hint="In a few words; it is kept with the movement")


class UseForm(BaseForm):
    lot_id = ChoiceField("Lot", hint="What is held for this patient stands first")
    vials = WholeNumberField("Number of vials given", least=1, most=MOST_VIALS)
    holds_on = DayField("Day given")
    note = TextField("Note", hint="For example why it was given", longest=500, optional=True)


class WeightForm(BaseForm):
    """Sent with GET, changes nothing: needs no token. It keeps the day that the page shows."""

    class Meta:
        csrf = False

    weight = DecimalField("Weight", least=LEAST_KG, most=MOST_KG, places=1, unit="kg")
    as_of = HiddenField()
    known_at = HiddenField()
