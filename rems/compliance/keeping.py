"""Open a deviation inside the open transaction of the use case that makes them."""

from dataclasses import dataclass
from datetime import date

from rems.compliance.models import Deviation
from rems.compliance.rules import DeviationSeverity, DeviationSource
from rems.core.db import db, require_transaction
from rems.core.ids import uuid7
from rems.sites.queries import Entry


@dataclass(frozen=True)
class Happened:
    """What is said of a deviation. `found_on` is a day of the site; `requirement_code` and `reference` may be empty."""

    source: DeviationSource
    severity: DeviationSeverity
    found_on: date
    summary: str
    immediate_action: str
    requirement_code: str = ""
    reference: str = ""


def open_deviation(entry: Entry, happened: Happened) -> Deviation:
    """A new deviation of an entry; what it says was checked by the caller."""
    require_transaction("opening a deviation")
    key = uuid7()
    row = Deviation(
        id=key,
        root_id=key,
        scope_id=entry.scope_id,
        program_id=entry.program_id,
        holds_on=happened.found_on,
        source=happened.source,
        severity=happened.severity,
        requirement_code=happened.requirement_code,
        reference=happened.reference,
        summary=happened.summary,
        immediate_action=happened.immediate_action,
        root_cause="",
        closed_on=None,
    )
    db.session.add(row)
    return row
