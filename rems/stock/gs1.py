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
    try:
        Gtin.parse(gtin)
    except ParseError as error:
        words = f"The product number {gtin} in the scan has a wrong check digit, so something was misread. {AGAIN}"
        raise BadInput(words, FIELD) from error
    if expires_on is None:
        raise BadInput(f"The day of expiry in the scan makes no sense. {AGAIN}", FIELD)
    return Scanned(gtin, found["10"].value, expires_on, found["21"].value if "21" in found else "")


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
