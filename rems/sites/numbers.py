"""The numbers a site is known by: how each is written, and how two writings of one are told to be the same. Pure."""

import re
import unicodedata

from rems.core.errors import BadInput
from rems.sites.rules import IDENTIFIER_WORDS, IdentifierKind

LONGEST = 60  # characters
NPI_PREFIX = "80840"  # of health identifiers in the United States, counted in the check digit
_NPI = re.compile(r"\d{10}")


def folded_number(text: str) -> str:
    """A number as it is compared: letters and digits alone, no case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def check_identifier(kind: IdentifierKind, text: str, *, field: str = "value") -> str:
    """The number as it is kept. Raises BadInput for none, one too long, or an NPI whose check digit is wrong.

    An NPI has ten digits; the last is the Luhn digit of the others behind the prefix 80840 (45 CFR 162.406).
    """
    found = " ".join(unicodedata.normalize("NFC", text).split())
    words = IDENTIFIER_WORDS[kind]
    if not folded_number(found):
        raise BadInput(f"{words}: the number is missing.", field)
    if len(found) > LONGEST:
        raise BadInput(f"{words}: {len(found)} characters are more than {LONGEST}.", field)
    if kind is IdentifierKind.NPI:
        found = found.replace(" ", "")
        if not _NPI.fullmatch(found):
            raise BadInput(f'{words}: "{text}" is not ten digits.', field)
        if not _luhn(NPI_PREFIX + found):
            raise BadInput(f'{words}: "{text}" fails its check digit; a digit is wrong or two are swapped.', field)
    return found


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
