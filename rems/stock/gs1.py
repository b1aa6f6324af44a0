"""What a scanner reads off a box: a GS1 DataMatrix with product, expiry, lot and serial number. Pure.

GS1 General Specifications: AI 01 GTIN, 17 expiry (day 00: the last day of the month), 10 lot, 21 serial number.
"""

import re
from dataclasses import dataclass
from datetime import date

from biip import ParseError
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin

from rems.core.errors import BadInput

FIELD = "scan"
GS = "\x1d"
SEPARATOR = "␝"
"""How the separator between two fields is shown and kept: the control character itself is none a page can hold."""

# What keyboards send for it, and what a scanner may put before the code to say how it was printed.
SENT_AS = (SEPARATOR, "<GS>", "{GS}", "[GS]", "\\x1d", "^]")
SYMBOLOGIES = re.compile(r"^\](?:d2|Q3|C1|e0|J1)")
NAMED = {"01": "product number (GTIN)", "17": "day of expiry", "10": "lot number", "21": "serial number"}
AGAIN = "Scan it again, or type what the box says."
SERIAL = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
"""AI 21 takes 1 to 20 signs of the set 82 of the General Specifications."""


@dataclass(frozen=True)
class Scanned:
    """What a box says of itself. `serial` may be empty. `gtin` has 14 digits."""

    gtin: str
    lot: str
    expires_on: date
    serial: str = ""


def read(text: str) -> Scanned:
    """Read a scan, or the same line as it is printed for people, `(01)…(17)…(10)…`. Raises BadInput, field `scan`."""
    found = {element.ai.ai: element for element in _message(text).element_strings}
    missing = [NAMED[code] for code in ("01", "17", "10") if code not in found]
    if missing:
        raise BadInput(f"The scan has no {' and no '.join(missing)}. {AGAIN}", FIELD)
    gtin, expires_on = found["01"].value, found["17"].date
    if not _is_gtin(gtin):
        words = f"The product number {gtin} in the scan has a wrong check digit, so something was misread. {AGAIN}"
        raise BadInput(words, FIELD)
    if expires_on is None:
        raise BadInput(f"The day of expiry in the scan makes no sense. {AGAIN}", FIELD)
    return Scanned(gtin, found["10"].value, expires_on, found["21"].value if "21" in found else "")


def check_box(gtin: str, serial: str) -> None:
    """Whether a product number (empty: not known) and a serial number (empty: none) can stand on a box.

    A serial number counts the boxes of one product, so alone it names none. Raises BadInput with the field.
    """
    if gtin and not _is_gtin(gtin):
        words = f"The product number {gtin} is no GTIN of 14 digits with its check digit; look at the box again."
        raise BadInput(words, "gtin")
    if serial and not SERIAL.fullmatch(serial):
        words = f'"{serial}" is no serial number; it has 1 to 20 letters, digits and signs, without spaces.'
        raise BadInput(words, "serial")
    if serial and not gtin:
        words = (
            "The product number (GTIN) is missing: a serial number tells apart the boxes of one product. Scan the box."
        )
        raise BadInput(words, "gtin")


def _is_gtin(text: str) -> bool:
    if not (len(text) == 14 and text.isascii() and text.isdigit()):
        return False
    try:
        Gtin.parse(text)
    except ParseError:
        return False
    return True


def _message(text: str) -> GS1Message:
    code = SYMBOLOGIES.sub("", text.strip())
    for sent in SENT_AS:
        code = code.replace(sent, GS)
    code = code.strip(GS)
    try:
        found = GS1Message.parse_hri(code) if code.startswith("(") else GS1Message.parse(code)
    except ParseError as error:
        named = re.search(r"AI \((\d+)\)", str(error))
        part = NAMED.get(named[1], "") if named else ""
        said = f"The {part} in the scan makes no sense." if part else "This is no GS1 code of a medicine."
        raise BadInput(f"{said} {AGAIN}", FIELD) from error
    if not found.element_strings:
        raise BadInput(f"This is no GS1 code of a medicine. {AGAIN}", FIELD)
    return found
