"""Names, days and wordings of a site: pure, no database."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.programs import files
from rems.programs.rules import Program
from rems.signatures.binding import digest_of
from rems.sites import rules
from rems.sites.places import check_country, check_zone, countries, zone_choices
from tests.programs.conftest import CONFIG

CATALOGUE = files.load(CONFIG)
KYMRIAH = CATALOGUE.programs["US-FDA-REMS-KYMRIAH"]
EUROPE = CATALOGUE.programs["EU-RMP-CART"]
DAYS = st.dates(date(2010, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Universitätsklinikum", "universitatsklinikum"),
        ("  Hôpital   Saint-Louis ", "hopital saint-louis"),
        ("東京大学医学部附属病院", "東京大学医学部附属病院"),
        ("ΛΑΪΚΟ", "λαικο"),
        ("مستشفى", "مستشفى"),
        ("STRASSE ß", "strasse ss"),
    ],
)
def test_a_name_in_any_script_is_folded_for_the_search(name: str, found: str) -> None:
    assert rules.folded(name) == found


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(name: str) -> None:
    once = rules.folded(name)
    assert rules.folded(once) == once


def test_a_name_is_kept_with_single_spaces_and_an_empty_one_is_refused() -> None:
    assert rules.name_of("  Harrow \n Lake ", words="Name") == "Harrow Lake"
    with pytest.raises(BadInput, match="Name of the site is missing") as caught:
        rules.name_of("   ", words="Name of the site")
    assert caught.value.field == "name"


def test_a_day_ahead_is_refused_and_today_is_not() -> None:
    today = date(2026, 11, 24)
    rules.check_not_ahead(today, today=today, words="Joined on")
    with pytest.raises(BadInput, match="Joined on: 25 Nov 2026 lies ahead; today is 24 Nov 2026"):
        rules.check_not_ahead(today + timedelta(days=1), today=today, words="Joined on")


def test_a_last_day_before_the_first_is_refused() -> None:
    rules.check_ends(date(2026, 1, 2), date(2026, 1, 2), words="Until")
    rules.check_ends(date(2026, 1, 2), None, words="Until")
    with pytest.raises(BadInput, match="Until: 1 Jan 2026 is before the first day, 2 Jan 2026"):
        rules.check_ends(date(2026, 1, 2), date(2026, 1, 1), words="Until")


@pytest.mark.parametrize(
    ("program", "words"),
    [(KYMRIAH, "from 30 Aug 2017 to 25 Jun 2025"), (EUROPE, "since 22 Aug 2018")],
)
def test_the_open_days_of_a_program_join_its_versions(program: Program, words: str) -> None:
    assert rules.open_days(program) == words


@given(DAYS)
def test_the_spans_and_the_version_in_force_agree_on_every_day(day: date) -> None:
    for program in CATALOGUE.programs.values():
        within = any(first <= day and (last is None or day <= last) for first, last in rules.spans(program))
        assert within == program.is_open(day)


@given(DAYS)
def test_the_last_open_day_is_open_and_not_ahead(today: date) -> None:
    for program in CATALOGUE.programs.values():
        last = rules.last_open_day(program, today=today)
        assert last is None or (last <= today and program.is_open(last))
        assert not program.is_open(today) or last == today


def test_a_program_that_is_not_open_names_its_open_days() -> None:
    assert rules.version_open_on(KYMRIAH, date(2025, 6, 25)).version == "2024-reduced"
    expected = "KYMRIAH REMS is not open on 26 Jun 2025. It is open from 30 Aug 2017 to 25 Jun 2025."
    with pytest.raises(BadInput, match=expected):
        rules.version_open_on(KYMRIAH, date(2025, 6, 26))


@pytest.mark.parametrize(
    ("until_on", "on", "there"),
    [
        (None, date(2020, 1, 1), True),
        (None, date(2019, 12, 31), False),
        (date(2020, 2, 1), date(2020, 2, 1), True),
        (date(2020, 2, 1), date(2020, 2, 2), False),
    ],
)
def test_the_first_and_the_last_day_of_a_person_count(until_on: date | None, on: date, there: bool) -> None:
    assert rules.was_there(date(2020, 1, 1), until_on, on) is there


def test_every_attestation_left_out_is_named() -> None:
    asked = KYMRIAH.attestations_on(date(2025, 1, 1))
    assert rules.missing_attestations(asked, [a.code for a in asked]) == []
    assert rules.missing_attestations(asked, [a.code for a in asked[1:]]) == [asked[0].text]


def test_every_process_has_words_and_a_permission() -> None:
    assert set(rules.PROCESSES) == set(rules.PROCESS_WORDS)


def test_a_changed_wording_changes_the_digest_of_a_form() -> None:
    said = {
        "site_id": UUID(int=1),
        "program": "P",
        "version": "1",
        "rules": "d",
        "holds_on": date(2020, 1, 1),
        "person": (UUID(int=2), "Dr. Ångström"),
    }
    one = digest_of(rules.enrollment_content(**said, attestations={"A": "one dose"}))
    assert one == digest_of(rules.enrollment_content(**said, attestations={"A": "one dose"}))
    assert one != digest_of(rules.enrollment_content(**said, attestations={"A": "two doses"}))


@pytest.mark.parametrize("code", ["DE", "us", " gb "])
def test_a_country_is_two_letters_of_iso(code: str) -> None:
    assert check_country(code) in countries()


@pytest.mark.parametrize("code", ["", "D", "DEU", "XX", "ÄÖ", "UK"])
def test_an_unknown_country_is_refused(code: str) -> None:
    with pytest.raises(BadInput, match="is no country code; write the two letters") as caught:
        check_country(code)
    assert caught.value.field == "country"


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Chicago", "UTC", "Asia/Kathmandu"])
def test_a_time_zone_is_one_of_iana(name: str) -> None:
    assert check_zone(name) == name


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Bielefeld", "../etc/passwd", "CEST", "a" * 300])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="is no time zone; write it like America/Chicago") as caught:
        check_zone(name)
    assert caught.value.field == "timezone"


def test_every_zone_a_form_offers_is_one() -> None:
    offered = [name for name, _ in zone_choices()]
    assert "Europe/Oslo" in offered
    assert all(check_zone(name) for name in offered)
