"""Forms for a site, its people, its locations, its programs and what it signs."""

from collections.abc import Sequence

from markupsafe import Markup

from rems.programs.rules import Attestation
from rems.sites.places import countries, zone_choices
from rems.sites.rules import LocationKind, StaffRole
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    EmailField,
    HiddenField,
    LongTextField,
    PasswordField,
    TextField,
)


class SiteForm(BaseForm):
    name = TextField("Name of the site", hint="The hospital, as it signs. Clinics and units are added later.")
    code = ChoiceField("Program", hint="The program it enters first")
    city = TextField("City", width="mid")
    region = TextField("State or region", optional=True, width="mid")
    country = ChoiceField("Country", choices=[(code, name) for code, name in countries().items()])
    timezone = ChoiceField(
        "Time zone", choices=zone_choices(), hint="The place's own calendar day decides what is due and what is late"
    )
    identifier = TextField(
        "Identifier", hint="The number the sponsor or a registry knows it by", optional=True, width="mid"
    )
    phone = TextField("Phone", optional=True, width="mid", longest=40)
    email = EmailField("E-mail", optional=True)


class StaffForm(BaseForm):
    name = TextField("Name")
    role = ChoiceField(
        "Role", choices=StaffRole, hint="Physicians, nurses, pharmacists and cell therapists are trained"
    )
    email = EmailField(
        "E-mail",
        optional=True,
        hint="That of the person's account here, if there is one. A representative signs by it.",
    )
    from_on = DayField("Joined on")


class StaffEndForm(BaseForm):
    version = HiddenField(pattern="[0-9]{1,9}", expected="a number")
    until_on = DayField("Last day")


class LocationForm(BaseForm):
    name = TextField("Name of the location")
    kind = ChoiceField("Kind", choices=LocationKind)
    parent_id = ChoiceField("Part of")


class EntryForm(BaseForm):
    code = ChoiceField("Program", shown="radio")


class RepresentativeForm(BaseForm):
    staff_id = ChoiceField("Person", hint="On the staff on that day")
    holds_on = DayField("From")


class EnrollmentForm(BaseForm):
    attested = ChoicesField("For the site and its associated clinics I attest", optional=True)
    holds_on = DayField("Signed for")
    password = PasswordField("Your password", hint="Your signature: it stands for your name on paper", width="mid")

    def take(self, statements: Sequence[Attestation]) -> None:
        """Accept these statements; whether one is left out, the action says."""
        self.attested.choices = [(a.code, a.text) for a in statements]

    def offer(self, statements: Sequence[Attestation]) -> None:
        """Show these statements to tick; those whose wording was not read at its source say so."""
        unsure = Markup(' <span class="soft small text-nowrap">Not verified</span>')
        self.attested.choices = [
            (a.code, Markup("{}{}").format(a.text, "" if a.confidence.verified else unsure)) for a in statements
        ]
        self.attested.optional = False


class ProcessForm(BaseForm):
    summary = LongTextField(
        "What was shown", hint="In one sentence, with the document's number and version", longest=500
    )
    holds_on = DayField("In force from")
    until_on = DayField("Until", optional=True, hint="Leave empty while it has no end")
