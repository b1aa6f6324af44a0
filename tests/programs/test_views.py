"""The pages of programs, and the words beside the rules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rems.programs import files, reading_aid, visit_lines
from rems.programs.knowing import Loaded, content
from rems.programs.rules import (
    Cadence,
    Confidence,
    ProgramKind,
    ProgramStatus,
    Source,
    Stage,
    Stop,
    TriggerEffect,
    TriggerKind,
)
from tests.factories import EUROPE, KYMRIAH, LABEL, World
from tests.programs.conftest import CONFIG

CATALOGUE = files.load(CONFIG)


@pytest.mark.parametrize(
    ("code", "day", "word", "sentence"),
    [
        (KYMRIAH, date(2017, 8, 29), "Not yet open", "It opens on 30 Aug 2017."),
        (KYMRIAH, date(2017, 8, 30), "Open", "Version 2017 is in force since 30 Aug 2017."),
        (KYMRIAH, date(2025, 6, 25), "Open", "Version 2024-reduced is in force since 26 Jun 2024."),
        (KYMRIAH, date(2025, 6, 26), "Closed", "Closed on 26 Jun 2025: No longer necessary"),
        (EUROPE, date(2026, 11, 24), "Open", "Version annex-II-D is in force since 22 Aug 2018."),
    ],
)
def test_the_state_of_a_program_on_a_day(code: str, day: date, word: str, sentence: str) -> None:
    found = reading_aid.state(CATALOGUE.programs[code], day)
    assert found.word == word
    assert found.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2010, 1, 1), "2017"),
        (date(2020, 1, 1), "2017"),
        (date(2024, 6, 26), "2024-reduced"),
        (date(2030, 1, 1), "2024-reduced"),
    ],
)
def test_the_version_that_is_shown(day: date, version: str) -> None:
    assert reading_aid.shown_version(CATALOGUE.programs[KYMRIAH], day).version == version


def test_every_stage_has_words_and_every_requirement_is_shown_once() -> None:
    assert set(reading_aid.STAGE_WORDS) == set(Stage)
    for program in CATALOGUE.programs.values():
        for version in program.versions:
            shown = [r.code for _, some in reading_aid.by_stage(version) for r in some]
            assert sorted(shown) == sorted(r.code for r in version.requirements)


def test_every_kind_of_word_has_its_words() -> None:
    assert set(reading_aid.CADENCE_WORDS) == set(Cadence)
    assert set(reading_aid.CONFIDENCE_WORDS) == set(Confidence)
    assert set(reading_aid.KIND_WORDS) == set(ProgramKind)
    assert set(reading_aid.STOP_WORDS) == set(Stop)
    assert set(reading_aid.TRIGGER_WORDS) == set(TriggerKind)
    assert set(reading_aid.EFFECT_WORDS) == set(TriggerEffect)


def test_yearly_visits_with_the_same_rules_stand_on_one_line() -> None:
    found = [(v.title, v.due, v.window) for v in visit_lines.visit_lines(CATALOGUE.schedules["CIBMTR-STANDARD-TED"])]
    assert found == [
        ("Day 100", "100 calendar days", "day 85 to 115"),
        ("6 months", "6 months", "day 150 to 210"),
        ("Year 1", "1 year", "day 366 to 425"),
        ("Year 2 to Year 6", "every year", "60 days before or after"),
        ("Year 8 to Year 14", "every 2 years", "60 days before or after"),
    ]


def test_no_visit_gets_lost_on_a_line() -> None:
    for schedule in CATALOGUE.schedules.values():
        lines = visit_lines.visit_lines(schedule)
        ends = [code for line in lines for code in line.codes.split(" to ")]
        assert ends[0] == schedule.visits[0].code
        assert ends[-1] == schedule.visits[-1].code
        assert {line.first.asks for line in lines} == {visit.asks for visit in schedule.visits}


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("kymriah-rems.com", "https://kymriah-rems.com"),
        ("https://fda.gov/x", "https://fda.gov/x"),
        ("reg-news.com; contractpharma.com", ""),
        ("", ""),
    ],
)
def test_a_source_is_a_link_only_where_it_has_one_address(address: str, link: str) -> None:
    assert reading_aid.address_of(Source("S00", "A page", address)) == link


@pytest.fixture
def reader(client: FlaskClient, world: World) -> FlaskClient:
    world.sign_in(client, world.manager())
    return client


def read(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return unescape(answer.get_data(as_text=True))


def test_the_list_names_every_program_with_its_state_on_the_day(reader: FlaskClient) -> None:
    page = read(reader, "/programs")
    for program in CATALOGUE.programs.values():
        assert program.title in page
        assert f"/programs/{program.code}" in page
    assert "Closed" in page
    then = read(reader, "/programs?as_of=2016-01-01")
    assert "Not yet open" in then
    assert "Not today." in then
    assert "0 of 12 programs open" in then


@pytest.mark.parametrize("code", [KYMRIAH, EUROPE, LABEL])
def test_the_page_shows_every_rule_of_every_version(reader: FlaskClient, code: str) -> None:
    program = CATALOGUE.programs[code]
    for version in program.versions:
        page = read(reader, f"/programs/{code}?version={version.version}")
        assert version.digest in page
        assert version.tocilizumab.condition in page
        for r in version.requirements:
            assert r.title in page
            assert r.code in page
            assert not r.ncit_code or f"concept/ncit/{r.ncit_code}" in page
            assert all(f'id="source-{source}"' in page for source in r.sources)
        for gone in version.removed:
            assert gone.code in page
        for part in (*program.clocks, *program.attestations):
            assert part.code in page
        for track in program.tracks:
            for line in visit_lines.visit_lines(CATALOGUE.schedules[track]):
                assert line.title in page


def test_the_day_chooses_the_version_and_a_closed_program_says_so(reader: FlaskClient) -> None:
    assert "Version 2017 is in force" in read(reader, f"/programs/{KYMRIAH}?as_of=2020-01-01")
    page = read(reader, f"/programs/{KYMRIAH}?as_of=2025-12-31")
    assert "On 31 December 2025 this program is closed" in page
    assert "Shown is version 2024-reduced, which is not in force on this day" in page
    page = read(reader, f"/programs/{KYMRIAH}?as_of=2025-12-31&version=2017")
    assert "Shown is version 2017, which is not in force on this day" in page


def test_an_unknown_version_is_not_found_and_lists_the_versions(reader: FlaskClient) -> None:
    page = read(reader, f"/programs/{KYMRIAH}?version=2019", 404)
    assert 'KYMRIAH REMS has no version "2019". Its versions are: 2017, 2024-reduced.' in page


def test_an_unknown_program_is_not_found(reader: FlaskClient) -> None:
    assert 'There is no program "NO-SUCH". Known are: ' in read(reader, "/programs/NO-SUCH", 404)


def test_what_is_not_verified_says_so(reader: FlaskClient) -> None:
    page = read(reader, f"/programs/{KYMRIAH}?version=2017")
    assert "Not verified" in page
    unsure = [r for r in CATALOGUE.programs[KYMRIAH].versions[0].requirements if not r.confidence.verified]
    assert f"{len(unsure)} not verified" in page


@pytest.fixture
def young(app: Flask) -> Iterator[datetime]:
    """KYMRIAH REMS was loaded without its second version, and the European program not at all, at that moment."""
    moment = datetime(2026, 6, 1, 12, tzinfo=UTC)
    program = CATALOGUE.programs[KYMRIAH]
    born, later = moment - timedelta(days=1), moment + timedelta(days=1)
    first = replace(program, closure=None, status=ProgramStatus.ACTIVE)
    app.extensions["rems_programs_loaded"] = {
        KYMRIAH: Loaded(born, {"2017": born, "2024-reduced": later}, {}, ((born, content(first)),)),
        EUROPE: Loaded(born, {"annex-II-D": later}, {}, ((later, content(CATALOGUE.programs[EUROPE])),)),
    }
    yield moment
    del app.extensions["rems_programs_loaded"]


def test_what_was_not_known_at_a_moment_is_not_shown(reader: FlaskClient, young: datetime) -> None:
    known_at = f"known_at={young:%Y-%m-%dT%H:%M}Z"
    page = read(reader, f"/programs/{KYMRIAH}?as_of=2025-12-31&{known_at}")
    assert "Version 2024-reduced" not in page
    assert "No authority has declared any." in page
    page = read(reader, f"/programs/{KYMRIAH}?version=2024-reduced&{known_at}", 404)
    assert 'has no version "2024-reduced". Its versions are: 2017.' in page
    page = read(reader, f"/programs/{EUROPE}?{known_at}")
    assert "Not known then" in page
    assert "This installation had not loaded the program at that moment" in page
    assert "Not known then" in read(reader, f"/programs/{EUROPE}/differences?{known_at}")
    assert "Not known then" in read(reader, f"/programs?{known_at}")
    assert "Version 2024-reduced" in read(reader, f"/programs/{KYMRIAH}?as_of=2025-12-31")


def test_two_versions_are_compared_value_by_value(reader: FlaskClient) -> None:
    page = read(reader, f"/programs/{KYMRIAH}/differences?then=2017&now=2024-reduced")
    assert "requirements.AR-LIVE-TRAINING" in page
    assert "SITE-TOCI-ON-SITE" not in page
    assert page.count("not established whether it is still asked") == 3
    assert "open finding, until SITE-RETRAIN-INACTIVE is met again" in page
    assert "The two ask the same." in read(reader, f"/programs/{KYMRIAH}/differences?then=2017&now=2017")
    page = read(reader, f"/programs/{KYMRIAH}/differences?then=2016&now=2017", 404)
    assert 'KYMRIAH REMS has no version "2016".' in page


def test_products_without_a_rems_and_who_holds_them_are_listed(reader: FlaskClient) -> None:
    page = read(reader, "/programs")
    assert all(p.name in page and p.inn in page for p in CATALOGUE.without_rems)
    assert "USWM CT, LLC" in page


def test_triggers_exceptions_and_local_settings_are_said(reader: FlaskClient) -> None:
    page = read(reader, f"/programs/{KYMRIAH}?version=2017")
    assert "The certificate lapses after 30 calendar days (decided locally)." in page
    assert "Declared by FDA, from December 2021, no end is established." in page
    assert "No edition of a material is on record" in page
    assert "open: stops an infusion" in page
    assert "open: a warning, no stop" in page
    page = read(reader, f"/programs/{LABEL}")
    assert "A certificate changes only by a recorded act." in page
    assert "No authority has declared any." in page
    assert "nobody" in page.split("Stops may be overridden by")[1][:120]


@pytest.mark.parametrize(
    ("first", "last", "precision", "said"),
    [
        (date(2021, 12, 1), None, "month", "from December 2021, no end is established"),
        (date(2021, 12, 1), date(2022, 6, 30), "day", "from 1 Dec 2021 to 30 Jun 2022"),
        (None, None, "", "no first day, no end is established"),
        (None, date(2022, 6, 30), "", "no first day, to 30 Jun 2022"),
    ],
)
def test_the_days_of_an_exception_are_said_as_surely_as_they_were_read(
    first: date | None, last: date | None, precision: str, said: str
) -> None:
    laid = replace(
        CATALOGUE.programs[KYMRIAH].exceptions[0],
        effective_from=first,
        effective_to=last,
        effective_from_precision=precision,
    )
    assert reading_aid.excepted_days(laid) == said
