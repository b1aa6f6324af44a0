"""The forms of the stock: receive a lot, move vials of a lot, ask for the dose of a weight."""

from collections.abc import Sequence
from typing import Any

from rems.stock.gs1 import GS, SEPARATOR, Scanned
from rems.stock.ledger import MOST_VIALS
from rems.stock.rules import LEAST_KG, MOST_KG, STRENGTHS_MG, MovementKind
from rems.web.forms import BaseForm, ChoiceField, DayField, DecimalField, HiddenField, TextField, WholeNumberField

TRANSFER = "transfer"
GTIN_HINT = "The 14 digits beside GTIN or PC"
SERIAL_HINT = "Printed beside SN on this one box; empty for several boxes together"
MOVES = [
    (MovementKind.WASTED.value, "Wasted: broken, spoiled or thrown away"),
    (MovementKind.EXPIRED.value, "Expired: taken out after its last day"),
    (MovementKind.RETURNED.value, "Returned to the supplier"),
    (MovementKind.TRANSFER_OUT.value, "Sent to another hospital"),
    (TRANSFER, "Brought to another place of this site"),
]


class ScanField(TextField):
    """What a scanner types. `.data` shows the separator that no text can hold as a sign of its own."""

    def read(self, text: str) -> str:
        return str(super().read(text.replace(GS, SEPARATOR)))


class ReceiveForm(BaseForm):
    scan = ScanField(
        "Scan the code of the box", optional=True, longest=300, hint="It fills in lot, expiry and what else it knows."
    )
    lot = TextField("Lot number", hint="Printed on the box beside LOT", longest=40, width="mid")
    strength_mg = ChoiceField("Strength", choices=[(str(mg), f"{mg} mg") for mg in STRENGTHS_MG], shown="radio")
    vials = WholeNumberField("Number of vials", least=1, most=MOST_VIALS)
    expires_on = DayField("Day of expiry", hint="The last day it may be given; if the box says a month, its last day")
    location_id = ChoiceField("Where it is kept")
    storage = TextField("How it is kept", hint="For example refrigerator 2, 2 to 8 °C", longest=200, optional=True)
    holds_on = DayField("Day received")
    note = TextField("Note", hint="For example the delivery note or the supplier", longest=500, optional=True)
    gtin = TextField("Product number (GTIN)", hint=GTIN_HINT, longest=14, optional=True, width="mid")
    serial = TextField("Serial number", hint=SERIAL_HINT, longest=20, optional=True, width="mid")

    def fill_from(self, found: Scanned, strength_mg: int | None) -> None:
        """Take over what a box says; what was typed for the rest stays."""
        self.scan.raw_data, self.scan.data = [""], ""
        given = {"lot": found.lot, "expires_on": found.expires_on, "gtin": found.gtin, "serial": found.serial}
        if strength_mg is not None:
            given["strength_mg"] = str(strength_mg)
        for name, value in given.items():
            self[name].raw_data, self[name].data = None, value


class BackForm(BaseForm):
    reason = TextField("Reason", longest=500, hint="What was wrong about it; it is kept")


class CorrectForm(BaseForm):
    """A movement as it really was."""

    vials = WholeNumberField("Number of vials", most=MOST_VIALS)
    holds_on = DayField("Day")
    note = TextField("Reason or note", longest=500, optional=True, hint="As it should stand with the movement")
    reason = TextField("Reason for the correction", longest=500, hint="What was wrong about it; it is kept")


class LabelForm(BaseForm):
    """A lot as its boxes say, and as it is kept."""

    lot = TextField("Lot number", hint="Printed on the box beside LOT", longest=40, width="mid")
    expires_on = DayField("Day of expiry", hint="The last day it may be given; if the box says a month, its last day")
    gtin = TextField("Product number (GTIN)", hint=GTIN_HINT, longest=14, optional=True, width="mid")
    serial = TextField("Serial number", hint=SERIAL_HINT, longest=20, optional=True, width="mid")
    storage = TextField("How it is kept", hint="For example refrigerator 2, 2 to 8 °C", longest=200, optional=True)
    reason = TextField("Reason for the correction", longest=500, hint="What was wrong about it; it is kept")


class MoveForm(BaseForm):
    kind = ChoiceField("What happened", choices=MOVES, shown="radio")
    vials = WholeNumberField("Number of vials", most=MOST_VIALS, hint="How many go")
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


class CountForm(BaseForm):
    """The view adds two fields for each lot: what was found, and why it differs."""

    holds_on = DayField("Counted on", hint="At the end of this day")


def count_form(lots: Sequence[tuple[str, str]]) -> type[CountForm]:
    """A form that asks what was found of each lot (its key and its words); a lot left empty was not counted."""
    fields: dict[str, Any] = {}
    for key, words in lots:
        fields[f"found:{key}"] = WholeNumberField(words, optional=True, most=MOST_VIALS, unit="vials")
        fields[f"why:{key}"] = TextField(f"Why it differs, {words}", optional=True, longest=500)
    return type("CountOfLots", (CountForm,), fields)
