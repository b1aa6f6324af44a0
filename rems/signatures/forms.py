"""The form under everything that is signed.

A form that signs extends SigningForm, hands `form.components` to its action, and shows itself with the macro
`signing(form)` of components/signing.html.
"""

from typing import Any

from flask_login import current_user

from rems.access.session import signed_in
from rems.core.clock import utcnow
from rems.signatures import standing
from rems.signatures.rules import REFUSALS, Components, Outcome
from rems.signatures.series import current_series
from rems.web.forms import BaseForm, EmailField, PasswordField


class SigningForm(BaseForm):
    """Asks for e-mail address and password at the first signature of a session, afterwards for the password alone.

    After idle time it asks for both again (21 CFR 11.200(a)(1)). What decides is kept by the server: a form that was
    sent without the address signs only where a whole signature came before it.
    """

    signer = EmailField("Your e-mail address", width="mid", autocomplete="username")
    password = PasswordField("Your password", width="mid", hint="It makes this your signature.")

    def __init__(self, formdata: Any = None, **more: Any) -> None:
        super().__init__(formdata, **more)
        for name in ("signer", "password"):  # the last of the form, whatever a subclass asks
            self._fields[name] = self._fields.pop(name)
        account = current_user.account if signed_in() else None
        self.hindrance: Outcome | None = standing.hindered(account, now=utcnow()) if account else None
        if account and standing.goes_on(account.id, current_series()):
            del self.signer

    @property
    def refusal(self) -> str:
        """Why this person cannot sign at all now; empty: they can."""
        return REFUSALS[self.hindrance] if self.hindrance else ""

    @property
    def components(self) -> Components:
        """What the signer gave, for the action."""
        asked = "signer" in self._fields
        return Components(self.password.data or "", self.signer.data if asked else None, current_series())
