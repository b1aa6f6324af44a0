"""Lists of patients and visits of before, and how a test takes them."""

from collections.abc import Sequence
from typing import Any

from rems.followup.imports.reading import Kind, Mode, Told
from rems.followup.imports.taking import go_through
from tests.factories import Hospital

HEAD = (
    "number,sex,birth_year,indication,prior_lines,product,track,enrolled_on,planned_on,infused_on,infused_time,lot,bags"
)
VISIT_HEAD = "number,visit,day,contact,survival,died_on,cause,late_reason,note"
FROM = "Register of the site, copied on 3 Mar 2026."


def person(number: str = "HL-1", infused_on: str = "2024-03-01", **said: str) -> str:
    """A line of a list of patients."""
    values = {
        "number": number,
        "sex": "female",
        "birth_year": "1961",
        "indication": "Follicular lymphoma",
        "prior_lines": "2",
        "product": "Kymriah",
        "track": "CIBMTR-15Y-CRF",
        "enrolled_on": "2024-02-01",
        "planned_on": "",
        "infused_on": infused_on,
        "infused_time": "",
        "lot": "TK-1" if infused_on else "",
        "bags": "",
        **said,
    }
    return ",".join(values[name] for name in HEAD.split(","))


def listed(lines: Sequence[str], head: str = HEAD) -> bytes:
    return "\n".join([head, *lines, ""]).encode()


def through(
    hospital: Hospital, content: bytes, *, kind: Kind = Kind.PATIENTS, mode: Mode = Mode.WHOLE, reason: str = FROM
) -> list[Told]:
    said: dict[str, Any] = {"mode": mode, "reason": reason, "by": hospital.coordinator, "now": hospital.world.now}
    return go_through(hospital.site_id, hospital.code, kind, content, **said)
