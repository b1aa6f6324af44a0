"""Forms for a site, its people, its locations, its programs and what it signs."""

from collections.abc import Sequence

from markupsafe import Markup

from rems.programs.rules import Attestation
from rems.signatures.forms import SigningForm
from rems.sites.places import countries, zone_choices
from rems.sites.rules import IDENTIFIER_WORDS, ContactRole, LocationKind, Reach, StaffRole
from rems.web.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DayField,
    EmailField,
    HiddenField,
    LongTextField,
    TextField,
    UploadField,
)

COUNTS_FOR = "Other programs of the site that ask for it too. Their sponsors then read what you write here."


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
        "The sponsor's site number", hint="Other numbers are added on the site's page", optional=True, width="mid"
    )
    phone = TextField("Phone", optional=True, width="mid", longest=40)
    email = EmailField("E-mail", optional=True)


class EditSiteForm(BaseForm):
    version = HiddenField(pattern="[0-9]{1,9}", expected="a number")
    name = TextField("Name of the site")
    city = TextField("City", width="mid")
    region = TextField("State or region", optional=True, width="mid")
    country = ChoiceField("Country", choices=[(code, name) for code, name in countries().items()])
    timezone = ChoiceField(
        "Time zone", choices=zone_choices(), hint="The place's own calendar day decides what is due and what is late"
    )
    phone = TextField("Phone", optional=True, width="mid", longest=40)
    email = EmailField("E-mail", optional=True)


class IdentifierForm(BaseForm):
    kind = ChoiceField("Who gave it", choices=list(IDENTIFIER_WORDS.items()))
    value = TextField("Number", width="mid", longest=60)
    code = ChoiceField("Program", optional=True, hint="For the sponsor's site number alone")
    holds_on = DayField("From")


class ContactForm(BaseForm):
    role = ChoiceField("Asked about", choices=ContactRole)
    name = TextField("Name", hint="A person, or a desk such as the transplant coordinator on duty")
    phone = TextField("Phone", optional=True, width="mid", longest=40)
    email = EmailField("E-mail", optional=True)
    preferred = ChoiceField("Best reached by", choices=Reach, shown="radio")
    holds_on = DayField("From")


class ReasonForm(BaseForm):
    version = HiddenField(pattern="[0-9]{0,9}", expected="a number")
    reason = LongTextField("Reason", hint="It is kept with the record", longest=500)


class PersonForm(BaseForm):
    version = HiddenField(pattern="[0-9]{1,9}", expected="a number")
    name = TextField("Name", hint="What was signed under another name shows that it has changed")
    email = EmailField("E-mail", optional=True, hint="That of the person's account here, if there is one")


class RoleForm(BaseForm):
    role = ChoiceField("Role", choices=StaffRole)
    holds_on = DayField("From")


class MoveForm(BaseForm):
    version = HiddenField(pattern="[0-9]{1,9}", expected="a number")
    parent_id = ChoiceField("Part of")


class SheetForm(BaseForm):
    code = ChoiceField("Program", hint="Under which the sites are registered")
    file = UploadField("List", kinds=("csv",), megabytes=4, hint="CSV in UTF-8, up to 4 MB and 20,000 lines")


class WholeListField(HiddenField):
    """A list that was shown, carried along with its lines."""

    lines = True


class TakeForm(BaseForm):
    """What was shown, sent back to be taken."""

    content = WholeListField(longest=4 * 1024 * 1024)
    code = HiddenField()


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


class EnrollmentForm(SigningForm):
    attested = ChoicesField("For the site and its associated clinics I attest", optional=True)
    holds_on = DayField("Signed for")

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
    also = ChoicesField("Counts for", optional=True, hint=COUNTS_FOR)
