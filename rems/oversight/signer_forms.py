"""Forms of an administrator about one signer."""

from rems.signatures.rules import WAY_WORDS
from rems.web.forms import BaseForm, ChoiceField, DayField, HiddenField, LongTextField, TextField


class IdentityForm(BaseForm):
    way = ChoiceField("How", choices=[(way.value, words) for way, words in WAY_WORDS.items()], shown="radio")
    document = TextField(
        "What was seen", hint="The kind of document, such as a passport or a hospital badge; never its number"
    )
    verified_by = TextField("Verified by", hint="Name and function of who looked")
    verified_on = DayField("On")


class WhyForm(BaseForm):
    reason = LongTextField("Reason", longest=1000, hint="It stays on record")


class RenameForm(BaseForm):
    version = HiddenField(pattern="[0-9]{1,9}", expected="a number")
    name = TextField("New name", hint="As it is printed under signatures from now on")
    reason = LongTextField("Reason", longest=1000, hint="Such as a marriage. It stays on record")
