"""Form fields for words, days and numbers. Each says in words what is wrong and what is expected, and names itself.

WTForms ships no types; its classes count as Any here.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
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
    data: Any

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        optional: bool = False,
        width: str = "",
        unit: str = "",
        autocomplete: str = "off",
        **more: Any,
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
    def told(self) -> str:
        """The errors as they stand at the field itself, where its label need not be said again."""
        plain = [str(error).removeprefix(f"{self.words}: ") for error in self.errors]
        return ". ".join(f"{words[:1].upper()}{words[1:]}" for words in plain)

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
    """Several lines; `rows` of them are seen at once."""

    kind, lines = "long", True

    def __init__(self, label: str, *, longest: int = 5000, rows: int = 3, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)
        self.rows = rows


class EmailField(TextField):
    kind = "email"

    def __init__(self, label: str, *, longest: int = 254, **more: Any) -> None:
        super().__init__(label, longest=longest, **more)

    def wrong(self) -> str:
        return super().wrong() or (
            "" if EMAIL.fullmatch(self.data) else f'"{self.data}" is no e-mail address; write it like name@hospital.org'
        )


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


def said(day: date) -> str:
    """Tuesday 24 November 2026."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


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
        return said(self.data) if self.data else ""


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
        twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()  # clocks are set back just then
        return f"{local.day} {MONTHS[local.month - 1][:3]} {local:%Y %H:%M}{f' {local:%Z}' if twice else ''}"

    @property
    def echo(self) -> str:
        if not self.data:
            return ""
        local = self.data.astimezone(ZoneInfo(self.zone))
        return f"{said(local)}, {local:%H:%M %Z}"


class _Number(Asked):
    def __init__(self, label: str, *, least: Any = None, most: Any = None, width: str = "short", **more: Any) -> None:
        super().__init__(label, width=width, **more)
        self.least, self.most = (None if bound is None else self.exact(bound) for bound in (least, most))

    def exact(self, bound: Any) -> Any:
        return bound

    def wrong(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.least is not None and self.data < self.least:
            return f"{self.data:,}{unit} is less than {self.least:,}{unit}"
        if self.most is not None and self.data > self.most:
            return f"{self.data:,}{unit} is more than {self.most:,}{unit}"
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
            raise ValueError(
                f'"{text}" has more than {self.places} decimal {"place" if self.places == 1 else "places"}'
            )
        return value
