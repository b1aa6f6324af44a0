"""What the tests of the pages share: a report as it is sent, and how to read a page."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from uuid import UUID

from flask.testing import FlaskClient

from rems.core.clock import utcnow
from rems.events import actions
from rems.events.actions import Happening
from rems.events.grading import CrsInputs
from rems.events.rules import Kind, Outcome, Seriousness
from tests.factories import Hospital, csrf

TODAY = utcnow().date()  # pages count from the day they are shown on
BEGAN = TODAY - timedelta(days=5)
FEVER = {"kind": "crs", "temperature_c": "39.4", "vasopressors": "1", "oxygen": "low_flow"}


def written(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


SENT: Mapping[str, str | list[str]] = {
    **FEVER,
    "began_on": written(BEGAN),
    "seriousness": ["hospitalization"],
    "outcome": "recovering",
    "site_aware_on": written(BEGAN),
    "day_zero": written(BEGAN),
}
HAPPENED = Happening(
    kind=Kind.CRS,
    term="",
    began_on=BEGAN,
    site_aware_on=BEGAN,
    day_zero=BEGAN,
    seriousness=[Seriousness.HOSPITALIZATION],
    outcome=Outcome.RECOVERING,
    crs_inputs=CrsInputs(39.4, vasopressors=1),
)


def reported(hospital: Hospital, days_ago: int = 5, term: str = "") -> UUID:
    day = TODAY - timedelta(days=days_ago)
    happened = replace(HAPPENED, term=term, began_on=day, site_aware_on=day, day_zero=day)
    patient_id = hospital.patient(enrolled_on=date(2025, 7, 1))
    return actions.report(patient_id, happened, by=hospital.coordinator, now=hospital.world.now)


def text_of(page: str) -> str:
    """What a reader sees, in single spaces."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def send(client: FlaskClient, address: str, sent: Mapping[str, str | list[str]], **more: str) -> tuple[int, str, str]:
    """Post the form of a page with its token: status, where it leads, and the page."""
    page = client.get(address.removesuffix("/assess")).get_data(as_text=True)
    token = csrf(page[page.index("<main") :])
    answer = client.post(address, data={**sent, **more, "csrf_token": token})
    return answer.status_code, answer.headers.get("Location", ""), answer.get_data(as_text=True)


def checked(page: str, name: str) -> list[str]:
    """The values that are ticked or chosen under a name."""
    boxes = re.findall(rf'<input class="form-check-input"[^>]*name="{name}"[^>]*value="([^"]*)" checked', page)
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return boxes + (re.findall(r'<option value="([^"]*)" selected', select[0]) if select else [])
