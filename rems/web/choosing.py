"""Form fields that choose: one of several, any of several, one box."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from wtforms.validators import StopValidation

from rems.web.fields import Asked

Choices = type[StrEnum] | Iterable[tuple[str, str]]


class _Chosen(Asked):
    """Choices are pairs of value and words, or a StrEnum; with a StrEnum `.data` holds its members."""

    def __init__(self, label: str, *, choices: Choices = (), shown: str = "select", **more: Any) -> None:
        super().__init__(label, **more)
        self.choices: Choices = choices
        self.style = shown

    def pairs(self) -> list[tuple[str, str]]:
        if isinstance(self.choices, type):
            return [(m.value, m.value.replace("_", " ").replace("-", " ").capitalize()) for m in self.choices]
        return [(str(value), words) for value, words in self.choices]

    def value_of(self, text: str) -> str:
        if text not in dict(self.pairs()):
            raise ValueError(f'"{text[:80]}" is not in the list; choose one of it')
        return self.choices(text) if isinstance(self.choices, type) else text

    def options(self) -> list[tuple[str, str, bool]]:
        """Value, words and whether it is chosen, for the template."""
        chosen = self.chosen()
        return [(value, words, value in chosen) for value, words in self.pairs()]

    def chosen(self) -> set[str]:
        """What is marked: what was sent, or the value that was given."""
        given = self.raw_data or (self.data if isinstance(self.data, list) else [self.data])
        return {str(one) for one in given if one}

    @property
    def anchor(self) -> str:
        return str(self.id) if self.style == "select" else f"{self.id}-0"

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        # looked up when validated: a view may set the choices after making the form
        self.data = valuelist[0] if valuelist and valuelist[0] else None

    def pre_validate(self, form: Any) -> None:
        try:
            self.take()
        except ValueError as error:
            raise StopValidation(f"{self.words}: {error}") from error
        super().pre_validate(form)

    def take(self) -> None:
        """Turn what was sent into choices. Raises ValueError."""
        if self.data is not None:
            self.data = self.value_of(str(self.data))


class ChoiceField(_Chosen):
    """One of several; shown as a `select` or as `radio` buttons. `.data` is the value, None when left out."""

    kind = "choice"
    missing = "{}: choose one"


class ChoicesField(_Chosen):
    """Any of several, as boxes to tick. `.data` is a list."""

    kind = "choices"
    missing = "{}: tick at least one"

    def __init__(self, label: str, *, choices: Choices = (), **more: Any) -> None:
        super().__init__(label, choices=choices, shown="boxes", **more)

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = [str(one) for one in valuelist if one]

    def take(self) -> None:
        self.data = [self.value_of(str(one)) for one in self.data]


class TickField(Asked):
    """One box. `.data` is bool; with `must` it has to be ticked, as an attestation has."""

    kind = "tick"
    missing = "{}: tick it to go on"

    def __init__(self, label: str, *, must: bool = False, legend: str = "", **more: Any) -> None:
        super().__init__(label, optional=not must, **more)
        self.legend = legend

    @property
    def words(self) -> str:
        return self.legend or super().words

    def process_data(self, value: Any) -> None:
        self.data = bool(value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = bool(valuelist and valuelist[0])

    def is_empty(self) -> bool:
        return not self.data
