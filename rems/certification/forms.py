"""Certify a site; ask for another day."""

from rems.web.forms import BaseForm, DayField, PasswordField, TextField


class CertifyForm(BaseForm):
    holds_on = DayField("Certified from", hint="Every requirement must be met on this day.")
    password = PasswordField("Your password", hint="It makes this your signature.")


class OtherDayForm(BaseForm):
    """Sent with GET, changes nothing: needs no token."""

    class Meta:
        csrf = False

    as_of = DayField("What was true on")
    known_at = TextField(
        "As known on",
        hint="A day, or a moment like 2022-01-31T16:20Z. Leave empty for all that is known now.",
        longest=40,
        optional=True,
    )
