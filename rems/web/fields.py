"""The kinds of form fields. Each says in words what is wrong and what is expected, and names itself.

WTForms ships no types; its classes count as Any here.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from wtforms.fields import Field
from wtforms.validators import StopValidation

from rems.web.days import MONTHS, WEEKDAYS, WRITE_A_DAY, read_day, read_moment

UNKEEPABLE = frozenset({"Cc", "Cs"})  # control characters and halves of pairs: no record can hold them
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}|[+-]?[0-9]{1,3}(,[0-9]{3}){1,5}")
DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?")


class Asked(Field):  # type: ignore[misc]
    """What all kinds share: a label, a hint, whether it may be left out, and one sentence when it is wrong."""

    kind = "text"
    missing = "{} is missing"

    def __init__(
        self, label: str, *, hint: str = "", optional: bool = False, width: str = "", unit: str = "", autocomplete: str = "off", **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.hint, self.optional, self.width, self.unit, self.autocomplete = hint, optional, width, unit, autocomplete
        self.form = more.get("_form")

    @property
    def words(self) -> str:
        """The label as a sentence can use it."""
        return str(self.label.text).rstrip("?: ")

    @property
    def anchor(self) -> str:
        """The id an error summary links to."""
        return str(self.id)

    @property
    def echo(self) -> str:
        """What was understood, where that is worth saying."""
        return ""

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()
        if self.is_empty():
            raise StopValidation(None if self.optional else self.missing.format(self.words))
        if wrong := self.wrong():
            raise StopValidation(f"{self.words}: {wrong}")

    def is_empty(self) -> bool:
        return self.data is None or self.data == "" or self.data == []

    def wrong(self) -> str:
        """What is wrong with a value of the right kind, and what is right; empty when nothing is."""
        return ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = self.read(text)
            except ValueError as error:
                raise ValueError(f"{self.words}: {error}") from error

    def read(self, text: str) -> Any:
        """The value of a text that is not empty. Raises ValueError with what is wrong and what is expected."""
        return text

    def shown(self, value: Any) -> str:
        return str(value)

    def text(self) -> str:
        """What stands in the control: what was sent, or the value that was given."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.shown(self.data)


class TextField(Asked):
    """One line. `.data` is str, empty when left out. `pattern` with `expected` says a shape: `expected="10 digits"`."""

    lines = False

    def __init__(self, label: str, *, longest: int = 200, pattern: str = "", expected: str = "", **more: Any) -> None:
        super().__init__(label, **more)
        self.longest, self.pattern, self.expected = longest, pattern, expected

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or ""

    def read(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        allowed = "\n\t" if self.lines else ""
        if any(unicodedata.category(c) in UNKEEPABLE and c not in allowed for c in text):
            raise ValueError("it holds a character that cannot be kept; type it anew")
        return text

    def wrong(self) -> str:
        if len(self.data) > self.longest:
            return f"{len(self.data):,} characters are more than {self.longest:,}"
        if self.pattern and not re.fullmatch(self.pattern, self.data):
            return f'"{self.data}" is not {self.expected}'
        return ""


class LongTextField(TextField):
    """Several lines."""

    kind, lines = "long", True

    def __init__(self, label: str, *, longest: int = 5000, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)


class EmailField(TextField):
    kind = "email"

    def __init__(self, label: str, *, longest: int = 254, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)

    def wrong(self) -> str:
        return super().wrong() or ("" if EMAIL.fullmatch(self.data) else f'"{self.data}" is no e-mail address; write it like name@hospital.org')


class PasswordField(Asked):
    """Never shown again, never trimmed."""

    kind = "password"

    def __init__(self, label: str, *, longest: int = 1000, autocomplete: str = "current-password", **more: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, **more)
        self.longest = longest

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = str(valuelist[0]) if valuelist else ""

    def wrong(self) -> str:
        return f"more than {self.longest:,} characters" if len(self.data) > self.longest else ""

    def text(self) -> str:
        return ""


class HiddenField(TextField):
    """Carried along, not asked; may be empty."""

    kind = "hidden"

    def __init__(self, label: str = "", *, longest: int = 2000, **more: Any) -> None:
        super().__init__(label, optional=True, longest=longest, **more)


class DayField(Asked):
    """A calendar day. `.data` is a date."""

    kind = "day"

    def __init__(self, label: str, *, hint: str = "For example 24 Nov 2026", width: str = "date", **more: Any) -> None:
        super().__init__(label, hint=hint, width=width, **more)

    def read(self, text: str) -> date:
        if (day := read_day(text)) is None:
            raise ValueError(f'"{text}" is no date; {WRITE_A_DAY}')
        return day

    def shown(self, value: date) -> str:
        return f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}"

    @property
    def echo(self) -> str:
        return f"{WEEKDAYS[self.data.weekday()]} {self.data.day} {MONTHS[self.data.month - 1]} {self.data.year}" if self.data else ""


class MomentField(Asked):
    """A day and a time of day on the clocks of the form's zone. `.data` is an aware datetime in UTC."""

    kind = "moment"

    def __init__(self, label: str, *, width: str = "mid", **more: Any) -> None:
        super().__init__(label, width=width, **more)
        self.hint = self.hint or f"A day and a time in {self.zone}, for example 24 Nov 2026 16:20"

    @property
    def zone(self) -> str:
        return str(getattr(self.form, "zone", "UTC"))

    def read(self, text: str) -> datetime:
        return read_moment(text, self.zone)

    def shown(self, value: datetime) -> str:
        local = value.astimezone(ZoneInfo(self.zone))
        return f"{local.day} {MONTHS[local.month - 1][:3]} {local:%Y %H:%M}"

    @property
    def echo(self) -> str:
        if not self.data:
            return ""
        local = self.data.astimezone(ZoneInfo(self.zone))
        return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local:%Y, %H:%M %Z}"


class _Number(Asked):
    def __init__(self, label: str, *, least: Any = None, most: Any = None, width: str = "short", **more: Any) -> None:
        super().__init__(label, width=width, **more)
        self.least, self.most = (None if bound is None else self.exact(bound) for bound in (least, most))

    def exact(self, bound: Any) -> Any:
        return bound

    def wrong(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        for bound, word, broken in (("least", "less", lambda v, b: v < b), ("most", "more", lambda v, b: v > b)):
            limit = getattr(self, bound)
            if limit is not None and broken(self.data, limit):
                return f"{self.data:,}{unit} is {word} than {limit:,}{unit}"
        return ""


class WholeNumberField(_Number):
    """A whole number. `.data` is int."""

    kind = "whole"

    def __init__(self, label: str, *, least: int | None = 0, most: int | None = 2_147_483_647, **more: Any) -> None:
        super().__init__(label, least=least, most=most, **more)

    def read(self, text: str) -> int:
        if not WHOLE.fullmatch(text):
            raise ValueError(f'"{text}" is no whole number; write it like 12')
        return int(text.replace(",", ""))


class DecimalField(_Number):
    """A number with at most `places` decimal places. `.data` is Decimal; bounds are given as text or int."""

    kind = "decimal"

    def __init__(self, label: str, *, places: int = 2, **more: Any) -> None:
        super().__init__(label, **more)
        self.places = places

    def exact(self, bound: Any) -> Decimal:
        return Decimal(str(bound))

    def read(self, text: str) -> Decimal:
        if not DECIMAL.fullmatch(text):
            raise ValueError(f'"{text}" is no number; write it with a point, like {"38.5" if self.places else "38"}')
        value = Decimal(text)
        if int(value.as_tuple().exponent) < -self.places:
            raise ValueError(f'"{text}" has more than {self.places} decimal {"place" if self.places == 1 else "places"}')
        return value


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
        given = self.raw_data if self.raw_data else self.data
        if not given:
            return set()
        return {given} if isinstance(given, str) else {str(one) for one in given}

    @property
    def anchor(self) -> str:
        return str(self.id) if self.style == "select" else f"{self.id}-0"

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.sent: Sequence[Any] = valuelist  # read when validated: a view may set the choices after making the form
        self.data = valuelist[0] if valuelist and valuelist[0] else None

    def pre_validate(self, form: Any) -> None:
        try:
            self.take()
        except ValueError as error:
            raise StopValidation(f"{self.words}: {error}") from error
        super().pre_validate(form)

    def take(self) -> None:
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
