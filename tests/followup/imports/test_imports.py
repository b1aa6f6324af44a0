"""Lists of existing patients and past visits: what each line does, and that nothing is lost."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.types.json import Json
from sqlalchemy import select

from rems.access.rules import Role
from rems.core.clock import day_in
from rems.core.db import db, reading
from rems.core.errors import BadInput, Incomplete, NotAllowed
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.followup import queries
from rems.followup.imports.reading import Kind, Mode, counted, handed_back
from rems.followup.imports.taking import columns_of
from rems.patients import queries as patients
from rems.patients.models import Infusion, Patient
from rems.patients.taking_over import check_before_first_day
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites.sheets import Outcome
from tests.factories import KYMRIAH, LABEL, Hospital, World, csrf
from tests.followup.imports.lists import FROM, HEAD, VISIT_HEAD, listed, person, through

EARLIER = """
insert into trail.entry select (jsonb_populate_record(e, %(earlier)s::jsonb)).* from trail.entry e
where table_name = 'scope' and row_key = %(entry)s
"""
ENROLLED = {"enrolled_on": "2025-07-01"}
BEFORE = "2025-08-01"


def one(infused_on: str = BEFORE, number: str = "HL-1", **said: str) -> str:
    return person(number, infused_on, **{**ENROLLED, **said})


def words(hospital: Hospital, content: bytes, **more: Any) -> list[tuple[Outcome, str]]:
    return [(told.outcome, told.words) for told in through(hospital, content, **more)]


def kept(hospital: Hospital) -> list[tuple[str, date | None]]:
    with reading(hospital.coordinator):
        rows = db.session.scalars(select(Patient).order_by(Patient.number)).all()
        given = patients.infused_on([row.id for row in rows])
        return [(row.number, given.get(row.id)) for row in rows]


def visit(
    number: str = "HL-1", code: str = "D100", day: str = "2025-11-10", survival: str = "alive", **said: str
) -> str:
    values = {"number": number, "visit": code, "day": day, "contact": "phone", "survival": survival, **said}
    return ",".join(values.get(name, "") for name in VISIT_HEAD.split(","))


def test_a_patient_of_before_is_enrolled_with_the_infusion_taken_over_and_the_schedule_planned(
    hospital: Hospital,
) -> None:
    assert words(hospital, listed([one()])) == [
        (Outcome.NEW, "Enrolled 1 Jul 2025, infused 1 Aug 2025, taken over."),
    ]
    with reading(hospital.coordinator):
        patient = db.session.scalars(select(Patient)).one()
        course = queries.course(patient, Lens(hospital.world.today))
        given = course.infusion
        assert given is not None
        assert (given.holds_on, given.authorization_id) == (date(2025, 8, 1), None)
        assert given.taken_over == f"{FROM} The time of day is not known."
        assert given.recorded_by.startswith(hospital.coordinator.name)
        assert day_in("America/Chicago", given.infused_at) == date(2025, 8, 1)
        assert course.line("D100").visit.target_on == date(2025, 11, 9)
    assert hospital.world.trail(f"followup.import_{Kind.PATIENTS}")[0]["reason"] == FROM


def test_who_was_treated_before_the_program_began_enters_it_for_the_follow_up(hospital: Hospital) -> None:
    assert words(hospital, listed([one("2019-02-28")]))[0][0] is Outcome.NEW
    with reading(hospital.coordinator):
        course = queries.course(db.session.scalars(select(Patient)).one(), Lens(hospital.world.today))
        assert course.ends_on == date(2034, 2, 28)


def test_the_time_of_an_infusion_is_by_the_clocks_of_the_site(hospital: Hospital) -> None:
    through(hospital, listed([one(infused_time="10:30")]))
    with reading(hospital.coordinator):
        given = db.session.scalars(select(Infusion)).one()
        assert given.infused_at.isoformat() == "2025-08-01T15:30:00+00:00"
        assert given.taken_over == FROM


def test_a_patient_who_is_not_infused_yet_is_planned_from_the_intended_day(hospital: Hospital) -> None:
    assert words(hospital, listed([one("", planned_on="2026-12-24")])) == [
        (Outcome.NEW, "Enrolled 1 Jul 2025, not infused.")
    ]
    assert kept(hospital) == [("HL-1", None)]


def test_no_infusion_of_the_first_day_here_or_later_goes_round_the_gate(hospital: Hospital) -> None:
    """Neither for a new patient nor for one who waits at the gate, also not by a part of the system."""
    today = day_in("America/Chicago", hospital.world.now)
    [(outcome, said)] = words(hospital, listed([one(today.isoformat())]), mode=Mode.TELL)
    assert outcome is Outcome.REFUSED
    assert "works here with Kymriah since" in said and "passes the gate" in said
    hospital.enrolled(date(2025, 7, 1), number="HL-2", product="Kymriah", track="CIBMTR-15Y-CRF")
    [(outcome, _)] = words(hospital, listed([one(today.isoformat(), "HL-2")]), mode=Mode.GOOD)
    assert outcome is Outcome.REFUSED
    assert kept(hospital) == [("HL-2", None)]


def test_a_second_program_of_the_same_product_does_not_open_a_way_round_the_first(
    world: World, hospital: Hospital, superuser: psycopg.Connection
) -> None:
    """The site works with Kymriah here since 2024 under another program; what it infused then had to pass its gate."""
    entry = sites.enter(hospital.site_id, KYMRIAH, by=hospital.coordinator, now=world.now)
    superuser.execute(
        EARLIER, {"earlier": Json({"id": str(uuid7()), "moment": "2024-03-01T12:00Z"}), "entry": str(entry)}
    )
    assert hospital.coordinator.id is not None
    hospital = replace(hospital, coordinator=world.actor(hospital.coordinator.id))  # who now holds both
    [(outcome, said)] = words(hospital, listed([one()]), mode=Mode.TELL)
    assert outcome is Outcome.REFUSED
    assert "works here with Kymriah since 1 Mar 2024" in said
    earlier = one("2024-02-29")
    assert "taken over" in words(hospital, listed([earlier]), mode=Mode.TELL)[0][1]


@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, True), (1, True)])
def test_the_first_day_itself_belongs_to_the_gate(days: int, refused: bool) -> None:
    first, said = date(2026, 3, 3), {"site": "Harrow Lake", "product": "Kymriah"}
    if refused:
        with pytest.raises(BadInput, match="passes the gate"):
            check_before_first_day(first + timedelta(days=days), first, **said)
    else:
        check_before_first_day(first + timedelta(days=days), first, **said)
    with pytest.raises(BadInput, match="is not on record"):
        check_before_first_day(first, None, **said)


def test_a_patient_who_was_enrolled_here_gets_an_infusion_of_before_and_only_once(hospital: Hospital) -> None:
    hospital.enrolled(date(2025, 7, 1), number="HL-1", product="Kymriah", track="CIBMTR-15Y-CRF")
    assert words(hospital, listed([one()])) == [(Outcome.CHANGED, "The infusion of 1 Aug 2025 is taken over.")]
    assert words(hospital, listed([one()])) == [(Outcome.SAME, "Enrolled already; nothing changes.")]
    [(outcome, said)] = words(hospital, listed([one("2025-08-02")]), mode=Mode.TELL)
    assert (outcome, said) == (
        Outcome.REFUSED,
        'HL-1 is enrolled already, and differs: infused_on is "2025-08-01" here.',
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (one(sex="f"), 'sex: "f" is none; it is one of female, male, unknown.'),
        (one(birth_year="x"), 'birth_year: "x" is no whole number.'),
        (one(number="Smith"), "looks like a name"),
        (one(product="Aspirin"), "Product"),
        (one(track="None"), "Follow-up schedule"),
        (one(enrolled_on="2025-13-01"), 'enrolled_on: "2025-13-01" is no day'),
        (one(enrolled_on="2124-01-01"), "has not come yet"),
        (one(infused_time="noon"), 'infused_time: "noon" is no time of day'),
        (one(lot=""), "Lot"),
        (one(bags="0"), "Bags"),
        (one("1960-06-30"), "is before 1 Jan 1961, the year of birth"),
        (one(enrolled_on="2025-06-25"), "is not open on 25 Jun 2025"),
        (one("2124-01-01"), "has not come yet"),
        (one("", planned_on="2025-06-30"), "is before the enrollment"),
        (one(indication=""), "indication is empty."),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_nothing_of_it_is_kept(hospital: Hospital, line: str, said: str) -> None:
    [(outcome, told)] = words(hospital, listed([line]), mode=Mode.GOOD)
    assert outcome is Outcome.REFUSED
    assert said in told
    assert kept(hospital) == []


def test_a_list_that_is_only_told_leaves_neither_change_nor_trail(hospital: Hospital) -> None:
    assert [o for o, _ in words(hospital, listed([one()]), mode=Mode.TELL)] == [Outcome.NEW]
    assert kept(hospital) == []
    assert hospital.world.trail(f"followup.import_{Kind.PATIENTS}") == []


def test_a_list_with_bad_lines_is_refused_whole_and_names_them(hospital: Hospital) -> None:
    with pytest.raises(Incomplete) as refused:
        through(hospital, listed([one(), one(number="HL-2", sex="x"), one(number="hl-1")]))
    assert "2 lines are refused, so nothing was taken." in refused.value.sentence
    assert refused.value.gaps[1] == "Line 4: The same stands in line 2 already."
    assert kept(hospital) == []


def test_of_a_list_with_three_percent_bad_lines_the_good_are_taken_and_the_bad_come_back(hospital: Hospital) -> None:
    """Corrected, the file that came back is taken as it is; nothing is lost and nothing is there twice."""
    bad = {3: {"sex": "=x"}, 50: {"birth_year": "1850"}, 97: {"lot": ""}}
    lines = [one(number=f"HL-{n:03}", **bad.get(n, {})) for n in range(1, 101)]
    told = through(hospital, listed(lines), mode=Mode.GOOD)
    assert counted(told)[Outcome.NEW] == len(kept(hospital)) == 97
    back = handed_back(told, columns_of_patients(hospital))
    rows = list(csv.DictReader(io.StringIO(back.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == ["HL-003", "HL-050", "HL-097"]
    assert all(row["why"] for row in rows)
    assert rows[0]["sex"] == "=x"
    mended = back.replace(b"=x", b"male").replace(b",1850,", b",1950,").replace(b",2025-08-01,,,", b",2025-08-01,,L,")
    assert counted(through(hospital, mended))[Outcome.NEW] == 3
    assert len(kept(hospital)) == 100
    assert counted(through(hospital, mended))[Outcome.SAME] == 3


def columns_of_patients(hospital: Hospital) -> Any:
    with reading(hospital.coordinator):
        return columns_of(Kind.PATIENTS, hospital.code)


def test_a_list_needs_a_word_on_where_it_comes_from(hospital: Hospital) -> None:
    with pytest.raises(BadInput, match="say where the list comes from"):
        through(hospital, listed([one()]), reason=" ")


def test_who_may_not_enroll_or_record_may_not_take_a_list(world: World, hospital: Hospital) -> None:
    auditor = world.account(Role.AUDITOR, program_id=programs.key(LABEL))
    for kind, head in ((Kind.PATIENTS, HEAD), (Kind.VISITS, VISIT_HEAD)):
        said: dict[str, Any] = {"mode": Mode.TELL, "reason": FROM, "by": auditor, "now": world.now}
        with pytest.raises(NotAllowed):
            through_as(hospital, kind, listed(["x"], head), said)


def through_as(hospital: Hospital, kind: Kind, content: bytes, said: dict[str, Any]) -> None:
    from rems.followup.imports.taking import go_through  # noqa: PLC0415

    go_through(hospital.site_id, hospital.code, kind, content, **said)


def test_past_visits_are_recorded_by_the_rules_of_a_visit(hospital: Hospital) -> None:
    through(hospital, listed([one()]))
    content = listed([visit(), visit(code="M06", day="2026-02-01")], VISIT_HEAD)
    assert words(hospital, content, kind=Kind.VISITS)[0] == (Outcome.NEW, "Day 100, 10 Nov 2025.")
    with reading(hospital.coordinator):
        patient = db.session.scalars(select(Patient)).one()
        course = queries.course(patient, Lens(hospital.world.today))
        assert course.line("M06").held_on == date(2026, 2, 1)
    assert [o for o, _ in words(hospital, content, kind=Kind.VISITS)] == [Outcome.SAME, Outcome.SAME]


def test_the_answers_of_a_visit_stand_in_columns_of_their_own(hospital: Hospital) -> None:
    through(hospital, listed([one()]))
    with reading(hospital.coordinator):
        patient = db.session.scalars(select(Patient)).one()
        asks = [
            c for c in queries.course(patient, Lens(hospital.world.today)).line("D100").visit.asks if c != "SURVIVAL"
        ]
    content = listed([f"{visit()},yes"], f"{VISIT_HEAD},{asks[0].lower()}")
    assert words(hospital, content, kind=Kind.VISITS)[0][0] is Outcome.NEW
    with reading(hospital.coordinator):
        fact = queries.visits(patient)[0]
        assert fact.answers == {asks[0]: {"answer": "yes"}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (visit("HL-9"), "number: HL-9 is not enrolled at Harrow Lake"),
        (visit(code="X1"), 'has no visit "X1"'),
        (visit(day="2025-07-31"), "is before the infusion on 1 Aug 2025"),
        (visit(day="2124-07-31"), "has not come yet"),
        (visit(day="2026-01-31"), "is outside the window of Day 100"),
        (visit(survival="maybe"), 'survival: "maybe" is none'),
        (visit(contact="owl"), 'contact: "owl" is none'),
        (visit(died_on="2025-11-01"), "there is one only where the patient has died"),
        (visit("HL-2"), "HL-2 is not infused yet"),
    ],
)
def test_a_bad_visit_says_what_is_wrong(hospital: Hospital, line: str, said: str) -> None:
    through(hospital, listed([one(), one("", "HL-2")]))
    [(outcome, told)] = words(hospital, listed([line], VISIT_HEAD), kind=Kind.VISITS, mode=Mode.GOOD)
    assert outcome is Outcome.REFUSED
    assert said in told


def test_a_visit_that_is_recorded_otherwise_is_left_as_it_is(hospital: Hospital) -> None:
    through(hospital, listed([one()]))
    through(hospital, listed([visit()], VISIT_HEAD), kind=Kind.VISITS)
    [(outcome, said)] = words(hospital, listed([visit(day="2025-11-12")], VISIT_HEAD), kind=Kind.VISITS, mode=Mode.GOOD)
    assert outcome is Outcome.REFUSED
    assert "is recorded otherwise already, on 10 Nov 2025" in said


@pytest.fixture
def signed(client: FlaskClient, hospital: Hospital) -> FlaskClient:
    hospital.world.sign_in(client, hospital.coordinator)
    return client


def here(hospital: Hospital, kind: str = "patients") -> str:
    return f"/sites/{hospital.site_id}/programs/{LABEL}/import/{kind}"


def sent(client: FlaskClient, url: str, content: bytes) -> Any:
    token = csrf(client.get(url).text)
    data = {"csrf_token": token, "reason": FROM, "file": (io.BytesIO(content), "list.csv")}
    return client.post(url, data=data)


def pressed(client: FlaskClient, url: str, content: bytes, act: str) -> Any:
    token = csrf(client.get(url).text)
    return client.post(url, data={"csrf_token": token, "reason": FROM, "content": content.decode(), "act": act})


def test_the_pages_show_a_list_take_its_good_lines_and_hand_back_the_bad(
    signed: FlaskClient, hospital: Hospital
) -> None:
    assert "Harrow Lake" in signed.get("/patients/import").text
    url, content = here(hospital), listed([one(), one(number="HL-2", sex="x")])
    told = sent(signed, url, content)
    assert told.status_code == 422
    assert "Nothing has been changed" in told.text and "Take the 1 good line" in told.text
    assert kept(hospital) == []
    whole = pressed(signed, url, content, "whole")
    assert whole.status_code == 422 and "nothing was taken" in whole.text
    taken = pressed(signed, url, content, "good")
    assert taken.status_code == 200 and "What was taken" in taken.text
    assert kept(hospital) == [("HL-1", date(2025, 8, 1))]
    back = pressed(signed, url, content, "refused")
    assert back.mimetype == "text/csv" and b"HL-2" in back.data and b"HL-1" not in back.data
    assert pressed(signed, url, content, "else").status_code == 404
    assert pressed(signed, url, listed([one()]), "whole").status_code == 302
    assert signed.get(f"{url}.csv").data.decode("utf-8-sig").strip() == HEAD


def test_the_page_of_a_patient_says_that_the_infusion_was_taken_over(signed: FlaskClient, hospital: Hospital) -> None:
    through(hospital, listed([one()]))
    with reading(hospital.coordinator):
        key: UUID = db.session.scalars(select(Patient.id)).one()
    page = signed.get(f"/patients/{key}").text
    assert "Taken over" in page and FROM in page
    assert "without this gate" in signed.get(f"/patients/{key}/gate").text
