"""The forms of the gate and of each record it asks for."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rems.patients.consents import COVERS_WORDS, REACH_WORDS
from rems.patients.milestones import STATUS_WORDS
from rems.patients.records import LEAST_KG, MOST_BAGS, MOST_KG
from rems.patients.rules import DEFERRAL_QUESTIONS
from rems.signatures.forms import SigningForm
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    DecimalField,
    HiddenField,
    LongTextField,
    MomentField,
    TextField,
    WholeNumberField,
)

GIVEN, WITHDRAWN = "given", "withdrawn"


class CarriedMoment(MomentField):
    """A moment that the page has settled already; its zone is written out, for an hour may come twice."""

    kind = "hidden"

    def shown(self, value: datetime) -> str:
        return f"{super().shown(value)} {value.astimezone(ZoneInfo(self.zone)).tzname()}"


class CarriedChoice(ChoiceField):
    """A choice that the page has settled already."""

    kind = "hidden"


class PlanForm(BaseForm):
    """Which moment and place the gate is asked for. Sent with GET, changes nothing: needs no token."""

    class Meta:
        csrf = False

    at = MomentField("Planned moment of infusion")
    location_id = ChoiceField("Where")


class AuthorizeForm(SigningForm):
    """The signature under the answer that the page shows."""

    at = CarriedMoment("Planned moment of infusion")
    location_id = CarriedChoice("Where")


class OverrideForm(AuthorizeForm):
    """The same although legal stops are open, and why it cannot wait."""

    reason = LongTextField(
        "Why it cannot wait",
        longest=2000,
        hint="Without the patient's name: it is kept with your signature, and reported.",
    )


class ReportForm(BaseForm):
    """An override was reported."""

    holds_on = DayField("Reported on")
    reported_to = TextField("Reported to", longest=200, hint="The authority or the sponsor")
    reference = TextField("Their reference", longest=100, width="mid", optional=True)


class ReasonForm(BaseForm):
    """Why something that was recorded or authorized is taken back."""

    reason = LongTextField("Reason", longest=500)


class RecordForm(BaseForm):
    """What every record asks: its day. `next` is where the page was opened from."""

    next = HiddenField()
    holds_on = DayField("Day")


class WeightForm(RecordForm):
    weight_kg = DecimalField("Weight", least=LEAST_KG, most=MOST_KG, places=1, unit="kg", hint="With one decimal, 82.5")


class ConsentForm(RecordForm):
    what = ChoiceField("What happened", choices=[(GIVEN, "Given"), (WITHDRAWN, "Withdrawn")], shown="radio")
    edition = TextField("Edition of the form", longest=60, width="mid", optional=True)


class ContactConsentForm(ConsentForm):
    """None ticked: the patient may be asked in every way."""

    ways = ChoicesField(
        "May be asked",
        choices=[(way.value, words.capitalize()) for way, words in REACH_WORDS.items()],
        hint="None ticked: in every way",
        optional=True,
    )


class KeptConsentForm(ConsentForm):
    """Of what is kept elsewhere, a withdrawal may cover what was collected before."""

    covers = ChoiceField(
        "If withdrawn, it covers",
        choices=[(one.value, words) for one, words in COVERS_WORDS.items()],
        shown="radio",
        hint="Nothing chosen: what comes from this day on",
        optional=True,
    )


class StudyForm(RecordForm):
    stands = ChoiceField("Study status", choices=[(s.value, w) for s, w in STATUS_WORDS.items()], shown="radio")


class ReferralForm(RecordForm):
    place = TextField("Referred by", longest=120, optional=True, hint="The hospital or practice")


class ApheresisForm(RecordForm):
    place = TextField("Collected at", longest=120, optional=True, hint="If not at this site")


class SlotForm(RecordForm):
    """The day of the form is that of the confirmation."""

    slot_on = DayField("Day of the slot", hint="On which manufacturing begins; it may lie ahead")
    order = TextField("Order number of the manufacturer", longest=60, width="mid", optional=True)


class LymphodepletionForm(RecordForm):
    ends_on = DayField("Last day", optional=True, hint="May lie ahead while it runs")
    regimen = TextField("Regimen", longest=120, optional=True, hint="Such as fludarabine and cyclophosphamide")


class CardForm(RecordForm):
    edition = TextField("Edition of the card", longest=60, width="mid", optional=True)


def _yes_or_no(words: str) -> ChoiceField:
    return ChoiceField(words, choices=[("yes", "Yes"), ("no", "No")], shown="radio")


_ASKED: dict[str, Any] = {code: _yes_or_no(words) for code, words in DEFERRAL_QUESTIONS.items()}
DeferralForm: type[RecordForm] = type("DeferralForm", (RecordForm,), _ASKED)


class ReceiptForm(RecordForm):
    """The view gives the products of the program."""

    identity = TextField(
        "Chain of identity", longest=80, width="mid", hint="As printed on the bag, such as COI-HL-417203"
    )
    product = ChoiceField("Product")
    lot = TextField("Lot of the product", longest=60, width="mid")
    bags = WholeNumberField("Bags", least=1, most=MOST_BAGS)
    expires_on = DayField("Expiry", hint="The last day on which it may be given")
