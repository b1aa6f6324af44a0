"""What the five programs of the six CAR-T products asked on each day that matters, written out, and on the page."""

from dataclasses import dataclass
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient

from rems.programs import files
from rems.programs.rules import Program
from tests.factories import World
from tests.programs.conftest import CONFIG

PROGRAMS = files.load(CONFIG).programs
SHORTAGE = "FDA-TOCI-SHORTAGE-2021"
ALWAYS = "SITE-TOCI-ON-SITE SITE-AR-DESIGNATE AR-KNOWLEDGE-ASSESSMENT AR-ENROLLMENT-FORM "
REST = (
    "SITE-PROC-NEW-STAFF SITE-PROC-VERIFY-TOCI INF-VERIFY-TOCI PAT-WALLET-CARD SITE-RETRAIN-INACTIVE SITE-AR-CHANGE "
    "AE-REPORT-PROGRAM SITE-RECORDS SITE-AUDIT-COOPERATE SPONSOR-AUDIT SPONSOR-SHIP-CERTIFIED-ONLY SPONSOR-ASSESSMENT"
)
LIVE = ALWAYS + "AR-LIVE-TRAINING STAFF-TRAIN STAFF-KNOWLEDGE-ASSESSMENT " + REST
READ = ALWAYS + "AR-TRAINING-REVIEW STAFF-TRAIN " + REST
STAFF = ALWAYS + "STAFF-TRAIN " + REST
REDUCED = ALWAYS + (
    "SITE-PROC-VERIFY-TOCI INF-VERIFY-TOCI SITE-AR-CHANGE SITE-RECORDS SITE-AUDIT-COOPERATE "
    "SPONSOR-AUDIT SPONSOR-SHIP-CERTIFIED-ONLY SPONSOR-ASSESSMENT"
)


@dataclass(frozen=True)
class Rems:
    """A program: its products, its first day, and what it asked in full and in its reduced version."""

    code: str
    products: tuple[str, ...]
    first: date
    whole: str


REMS = (
    Rems("US-FDA-REMS-KYMRIAH", ("Kymriah",), date(2017, 8, 30), LIVE),
    Rems("US-FDA-REMS-YESCARTA-TECARTUS", ("Yescarta", "Tecartus"), date(2017, 10, 18), LIVE),
    Rems("US-FDA-REMS-BREYANZI", ("Breyanzi",), date(2021, 2, 5), READ),
    Rems("US-FDA-REMS-ABECMA", ("Abecma",), date(2021, 3, 26), READ),
    Rems("US-FDA-REMS-CARVYKTI", ("Carvykti",), date(2022, 2, 28), STAFF),
)
IN_SHORTAGE = date(2021, 12, 15)
DAYS = (date(2024, 6, 25), date(2024, 6, 26), date(2025, 6, 25), date(2025, 6, 26))
CASES = [
    case
    for rems in REMS
    for case in [
        (rems, rems.first, rems.whole),
        (rems, IN_SHORTAGE, rems.whole if rems.first <= IN_SHORTAGE else ""),
        *zip([rems] * 4, DAYS, (rems.whole, REDUCED, REDUCED, ""), strict=True),
    ]
]


def asked(program: Program, day: date) -> set[str]:
    version = program.version_on(day)
    return {r.code for r in version.requirements} if version else set()


def doses(program: Program, day: date, *invoked: str) -> tuple[int, int, str] | None:
    """Doses on site, further ones and within what, for a site that invoked these exceptions."""
    version = program.version_on(day)
    if version is None:
        return None
    rule = version.tocilizumab
    for code in invoked:
        found = program.exception(code)
        if found and found.may_hold(day) and found.replaces == rule.code and found.rule:
            rule = found.rule
    return rule.doses, rule.further_doses, str(rule.further_within or "")


def named(case: tuple[Rems, date, str]) -> str:
    return f"{case[0].code}-{case[1]}"


@pytest.mark.parametrize(("rems", "day", "codes"), CASES, ids=map(named, CASES))
def test_a_program_asks_on_a_day_exactly_what_is_written_here(rems: Rems, day: date, codes: str) -> None:
    program = PROGRAMS[rems.code]
    assert tuple(p.name for p in program.products) == rems.products
    assert asked(program, day) == set(codes.split())


@pytest.mark.parametrize("rems", REMS, ids=lambda rems: rems.code)
def test_two_doses_are_asked_on_every_day_and_one_of_a_site_that_invoked_the_exception_of_december_2021(
    rems: Rems,
) -> None:
    program = PROGRAMS[rems.code]
    for day in (rems.first, *DAYS[:3]):
        assert doses(program, day) == (2, 0, "")
    there = rems.first <= IN_SHORTAGE
    assert doses(program, IN_SHORTAGE) == ((2, 0, "") if there else None)
    assert doses(program, IN_SHORTAGE, SHORTAGE) == ((1, 1, "8 hours") if there else None)
    november = date(2021, 11, 30)
    assert doses(program, november, SHORTAGE) == ((2, 0, "") if there else None)
    assert doses(program, DAYS[3], SHORTAGE) is None


def test_the_day_before_its_first_a_program_asks_nothing() -> None:
    for rems in REMS:
        assert asked(PROGRAMS[rems.code], date.fromordinal(rems.first.toordinal() - 1)) == set()


def test_the_page_shows_the_same_on_each_of_these_days(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.manager())
    for rems, day, codes in CASES:
        page = unescape(client.get(f"/programs/{rems.code}?as_of={day}").get_data(as_text=True))
        if not codes:
            state = "closed" if day == DAYS[3] else "not yet open"
            assert f"this program is {state}" in page
            assert "which is not in force on this day" in page
            continue
        assert f"is in force since {PROGRAMS[rems.code].version_on(day).effective_from:%-d %b %Y}" in page  # type: ignore[union-attr]
        stages = page.split("No longer asked")[0]
        everywhere = {r.code for v in PROGRAMS[rems.code].versions for r in v.requirements}
        assert {code for code in everywhere if f">{code}<br>" in stages} == set(codes.split())
        assert "Two doses on site for each patient, ready to be given within 2 hours." in page
        assert SHORTAGE in page
