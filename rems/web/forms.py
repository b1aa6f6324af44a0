"""The base of all forms, and the form of a single button. The kinds of fields are at hand here too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from flask import request
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Form

from rems.core.errors import BadInput, DomainError, Incomplete
from rems.web.choosing import ChoiceField, ChoicesField, TickField
from rems.web.fields import (
    Asked,
    DayField,
    DecimalField,
    EmailField,
    HiddenField,
    LongTextField,
    MomentField,
    PasswordField,
    TextField,
    WholeNumberField,
)
from rems.web.tokens import TOO_OLD, SessionToken
from rems.web.uploads import UploadField

__all__ = [
    "ActForm",
    "BaseForm",
    "ChoiceField",
    "ChoicesField",
    "DayField",
    "DecimalField",
    "EmailField",
    "HiddenField",
    "LongTextField",
    "MomentField",
    "OldForm",
    "PasswordField",
    "TextField",
    "TickField",
    "UploadField",
    "WholeNumberField",
]


class OldForm(DomainError):
    """The form was opened too long ago, or not by this session."""


class BaseForm(Form):  # type: ignore[misc]  # WTForms ships no types
    """A form with its token. `zone` (IANA name) is the place whose clocks its moments are read on."""

    class Meta:
        csrf = True
        csrf_class = SessionToken
        csrf_field_name = "csrf_token"

    form_errors: list[str]

    def __init__(self, formdata: Any = None, *, zone: str = "UTC", **more: Any) -> None:
        self.zone = zone
        super().__init__(formdata, **more)

    @classmethod
    def sent(cls, **more: Any) -> Self:
        """The form as this request sent it, with its files."""
        return cls(CombinedMultiDict([request.files, request.form]), **more)

    def refuse(self, name: str, sentence: str) -> None:
        """Show what a rule said at the field it is about; with an unknown or empty name, above the form."""
        if name in self._fields:
            self._fields[name].errors = [*self._fields[name].errors, sentence]
        else:
            self.form_errors = [*self.form_errors, sentence]

    @contextmanager
    def answering(self) -> Iterator[None]:
        """What an action refuses inside the block is shown at its field; then show the page again, with 422."""
        try:
            yield
        except Incomplete as gaps:
            self.form_errors = [*self.form_errors, gaps.sentence, *gaps.gaps]
        except BadInput as refused:
            self.refuse(refused.field, refused.sentence)

    def problems(self) -> list[tuple[str, str]]:
        """Every error as the id it belongs to (empty: the whole form) and its sentence, in the order of the fields."""
        found = [("", sentence) for sentence in self.form_errors]
        for field in self:
            anchor = field.anchor if isinstance(field, Asked) and field.kind != "hidden" else ""
            found += [(anchor, sentence) for sentence in field.errors]
        return found


class ActForm(BaseForm):
    """Only the token: for a button that needs nothing else. Hidden fields may be added in a subclass."""

    @classmethod
    def check(cls) -> Self:
        """The form of this request when it holds. Raises OldForm, or BadInput for a hidden field."""
        form = cls.sent()
        if not form.validate():
            if form.csrf_token.errors:
                raise OldForm(TOO_OLD)
            raise BadInput(form.problems()[0][1])
        return form
