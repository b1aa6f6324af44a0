"""Put pieces of evidence under a program; take one back."""

from uuid import UUID

from rems.core.errors import BadInput
from rems.web.forms import ActForm, BaseForm, HiddenField, LongTextField


class PutForm(ActForm):
    """One button: the pieces stand on the page above it."""

    pieces = HiddenField(pattern="[0-9a-f,-]{0,40000}", expected="keys of pieces of evidence")

    def keys(self) -> list[UUID]:
        """The pieces that were shown. Raises BadInput."""
        try:
            return [UUID(text) for text in (self.pieces.data or "").split(",") if text]
        except ValueError as error:
            raise BadInput("Open the page again: what it sent names no piece of evidence.", "pieces") from error


class TakeBackForm(BaseForm):
    reason = LongTextField("Reason", hint="What was wrong. The record and its trail keep it.", longest=500)
