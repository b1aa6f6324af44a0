"""What a site meets by exception, or is not asked, is said on its certificate, its page, its papers and lists."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from rems.certification import relying
from rems.certification.excepted import Stood, excepted
from rems.certification.facts import Invoked
from rems.certification.words import long_day
from rems.core.settings import ROOT
from rems.paper.parts import State
from rems.programs import files
from tests.certification.relied import (
    DOSES,
    ENDED,
    PAPERS,
    SHORT,
    SHORTAGE,
    TITLE,
    WAIVED,
    certified_by_exception,
    certify,
    invoke,
    short_of_doses,
    waiving,
)
from tests.factories import KYMRIAH, Hospital, World

DECLARED = files.load(ROOT / "config" / "programs").programs[KYMRIAH].exception(SHORTAGE)
assert DECLARED is not None
BY_EXCEPTION = "By exception 1 is enough"


# -- which exceptions a paper names


def relied(from_on: date = SHORT, until_on: date | None = None, ends: date | None = None) -> Invoked:
    assert DECLARED is not None
    return Invoked(replace(DECLARED, effective_to=ends), from_on, until_on, PAPERS)


@pytest.mark.parametrize(
    ("invoked", "days"),
    [
        ([], []),
        ([relied()], [("20 Dec 2021", "no end named")]),
        ([relied(until_on=ENDED)], [("20 Dec 2021", "10 Jan 2022")]),
        ([relied(until_on=ENDED, ends=date(2021, 12, 31))], [("20 Dec 2021", "31 Dec 2021")]),
        ([relied(ends=date(2021, 12, 31))], [("20 Dec 2021", "31 Dec 2021")]),
        ([relied(from_on=SHORT + timedelta(days=1))], []),
        ([relied(from_on=date(2021, 12, 1), until_on=SHORT - timedelta(days=1))], []),
        ([relied(ends=SHORT - timedelta(days=1))], []),
    ],
)
def test_those_in_force_on_the_day_are_named_with_their_days(
    invoked: Sequence[Invoked], days: Sequence[tuple[str, str]]
) -> None:
    found = excepted(invoked, [], SHORT, title="Exceptions")
    assert list(found.exceptions if found else ()) == [(TITLE, *span, PAPERS) for span in days]


def test_findings_that_an_exception_decided_are_named_and_no_others() -> None:
    states = ["met", "not_met", "due_soon", "not_asked", "met_by_exception", "waived"]
    found = excepted([], [Stood(state, state, f"Why {state}.") for state in states], SHORT, title="Exceptions")
    assert found is not None
    assert list(found.findings) == [
        ("met_by_exception", State.EXCEPTION, "Why met_by_exception."),
        ("waived", State.WAIVED, "Why waived."),
    ]
    assert excepted([], [Stood("A", "met", "")], SHORT, title="Exceptions") is None


# -- the certificate


def address(hospital: Hospital, end: str) -> str:
    return f"/sites/{hospital.site_id}/programs/{hospital.code}{end}"


def words(page: bytes | str) -> str:
    if isinstance(page, str):
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
    return " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(page)).pages).split())


def digest(pdf: bytes) -> str:
    [found] = re.findall(r"sha256 ([0-9a-f]{64})", str(PdfReader(io.BytesIO(pdf)).metadata))
    return found


@pytest.fixture
def waives(app: Flask) -> Iterator[None]:
    with waiving(app, WAIVED):
        yield


def test_a_certificate_names_the_exceptions_of_its_day_and_what_they_decided(client: FlaskClient, world: World) -> None:
    hospital = certified_by_exception(world, name="Harrow Lake")
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital, f"/certificate.pdf?as_of={SHORT}")).data)
    assert "had met every requirement to become certified, with the exceptions named below." in said
    assert "Exceptions on 20 December 2021, the day of the certificate" in said
    assert f"{TITLE} 20 Dec 2021 10 Jan 2022 {PAPERS}" in said
    assert "Met by exception" in said and BY_EXCEPTION in said
    assert "Exceptions on 21 December 2021" not in said


@pytest.mark.usefixtures("waives")
def test_a_certificate_names_what_was_waived(client: FlaskClient, world: World) -> None:
    hospital = certified_by_exception(world, but=[WAIVED])
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital, f"/certificate.pdf?as_of={SHORT}")).data)
    assert f"Waived Not asked while the site relies on: {TITLE}." in said
    assert "Met by exception" in said


def test_a_certificate_without_an_exception_says_nothing_of_them(client: FlaskClient, world: World) -> None:
    day = date(2018, 6, 4)
    hospital = world.hospital(KYMRIAH).certified(day)
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital, f"/certificate.pdf?as_of={day}")).data)
    assert "xception" not in said
    assert "had met every requirement to become certified." in said


def test_another_day_names_its_own_exceptions_beside_those_of_the_certificate(
    client: FlaskClient, world: World
) -> None:
    hospital = certified_by_exception(world)
    world.sign_in(client, hospital.coordinator)
    for day, named in ((ENDED, True), (ENDED + timedelta(days=1), False)):
        said = words(client.get(address(hospital, f"/certificate.pdf?as_of={day}")).data)
        assert "Exceptions on 20 December 2021, the day of the certificate" in said
        assert (f"Exceptions on {long_day(day)}" in said) is named


def test_the_digest_of_the_content_covers_the_exceptions(client: FlaskClient, world: World) -> None:
    """Ended earlier than was said first: the same day, the same findings, another last day on the paper."""
    hospital = short_of_doses(world)
    key = invoke(hospital)
    certify(hospital)
    world.sign_in(client, hospital.coordinator)
    day = SHORT + timedelta(days=5)
    first = client.get(address(hospital, f"/certificate.pdf?as_of={day}")).data
    said: dict[str, Any] = {"by": hospital.coordinator, "now": world.now}
    relying.end(hospital.site_id, KYMRIAH, key, until_on=ENDED - timedelta(days=3), reason="Delivered.", **said)
    later = client.get(address(hospital, f"/certificate.pdf?as_of={day}")).data
    assert "7 Jan 2022" in words(later) and "7 Jan 2022" not in words(first)
    assert "10 Jan 2022" in words(later)  # what was known when the certificate was given
    assert digest(first) != digest(later)


# -- pages, papers and lists


def test_the_page_says_that_a_requirement_is_met_by_exception(client: FlaskClient, world: World) -> None:
    hospital = certified_by_exception(world)
    world.sign_in(client, hospital.coordinator)
    page = client.get(address(hospital, f"?as_of={SHORT}")).text
    assert "Met by exception" in words(page) and BY_EXCEPTION in words(page)
    assert "1 is met by exception" in words(page)
    after = words(client.get(address(hospital, f"?as_of={ENDED + timedelta(days=1)}")).text)
    assert "Met by exception" not in after and "Not met" in after


@pytest.mark.usefixtures("waives")
def test_the_page_says_that_a_requirement_is_waived_and_does_not_count_it_as_asked(
    client: FlaskClient, world: World
) -> None:
    hospital = certified_by_exception(world, but=[WAIVED])
    world.sign_in(client, hospital.coordinator)
    page = client.get(address(hospital, f"?as_of={SHORT}")).text
    said = words(page)
    assert f"Not asked while the site relies on: {TITLE}." in said
    assert "1 is waived" in said
    assert re.search(r'tag--calm[^>]*><svg[^>]*><use href="[^"]*#off"/></svg>Waived', page)
    [(met, asked)] = re.findall(r"To become certified (\d+) of (\d+) met", said)
    assert met == asked


@pytest.mark.usefixtures("waives")
@pytest.mark.parametrize("paper", ["/report.pdf", "binder"])
def test_the_papers_say_what_is_waived_and_what_is_met_by_exception(
    client: FlaskClient, world: World, paper: str
) -> None:
    hospital = certified_by_exception(world, but=[WAIVED])
    world.sign_in(client, hospital.coordinator)
    where = f"/sites/{hospital.site_id}/binder.pdf" if paper == "binder" else address(hospital, paper)
    said = words(client.get(f"{where}?as_of={SHORT}").data)
    assert f"Waived Not asked while the site relies on: {TITLE}." in said
    assert "Met by exception" in said and BY_EXCEPTION in said
    assert "1 is met by exception" in said and "1 is waived" in said


@pytest.mark.usefixtures("waives")
def test_the_report_counts_what_is_waived_among_what_is_of_note(client: FlaskClient, world: World) -> None:
    hospital = certified_by_exception(world, but=[WAIVED])
    world.sign_in(client, hospital.coordinator)
    said = words(client.get(address(hospital, f"/report.pdf?as_of={SHORT}")).data)
    of_note = said[said.index("Requirements with a gap or an exception") : said.index("2. Tocilizumab")]
    assert DOSES in of_note and WAIVED in of_note


@pytest.mark.usefixtures("waives")
def test_the_list_as_csv_counts_neither_as_a_gap(client: FlaskClient, world: World) -> None:
    hospital = certified_by_exception(world, but=[WAIVED])
    world.sign_in(client, hospital.manager)
    found = {}
    for day in (SHORT, ENDED + timedelta(days=1)):
        text = client.get(f"/certification.csv?as_of={day}").data.decode("utf-8-sig")
        [row] = csv.DictReader(io.StringIO(text))
        found[day] = int(row["gaps"])
        assert row["site_id"] == str(hospital.site_id)
    assert found[ENDED + timedelta(days=1)] - found[SHORT] >= 1
