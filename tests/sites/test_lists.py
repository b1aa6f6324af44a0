"""Lists of sites and staff taken from a file: shown line by line first, then whole or not at all."""

import io
import time
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from rems.core.db import reading
from rems.core.errors import Incomplete, NotAllowed
from rems.core.lens import Lens
from rems.sites import details, queries, site_lists, staff_lists
from rems.sites.rules import StaffRole
from rems.sites.sheets import Outcome
from tests.factories import EUROPE, KYMRIAH, Hospital, World, csrf

SITES = "name,city,region,country,timezone,site_number,phone,email\n"
NEW = "Klinikum Süd,Nürnberg,,DE,Europe/Berlin,E-1,,\n"
STAFF = "site,name,role,email,from,until\n"


def outcomes(told) -> list[tuple[Outcome, str]]:
    return [(one.outcome, one.words) for one in told]


class TestSites:
    def test_a_new_site_is_registered_with_its_tree_scopes_and_number(self, world: World) -> None:
        manager = world.manager(EUROPE)
        with reading(manager):
            assert outcomes(site_lists.tell((SITES + NEW).encode(), EUROPE, by=manager)) == [
                (Outcome.NEW, "Nürnberg, DE")
            ]
            assert queries.all_of(manager) == []
        site_lists.take((SITES + NEW).encode(), EUROPE, by=manager, now=world.now)
        with reading(manager):
            [site] = queries.all_of(manager)
            assert (site.name, site.timezone) == ("Klinikum Süd", "Europe/Berlin")
            assert [p.name for p in details.places(site.id, Lens(world.today))] == ["Klinikum Süd"]
            assert details.numbers([site.id], Lens(world.today)) == {site.id: ["E-1"]}
            assert [e.program.code for e in queries.entries(manager, site.id)] == [EUROPE]
            again = site_lists.tell((SITES + NEW).encode(), EUROPE, by=manager)
        assert outcomes(again) == [(Outcome.SAME, "")]

    def test_a_known_site_is_changed_by_its_number_also_in_its_name(self, world: World) -> None:
        manager = world.manager(EUROPE)
        site_lists.take((SITES + NEW).encode(), EUROPE, by=manager, now=world.now)
        text = SITES + "Klinikum Nord,Fürth,,DE,Europe/Berlin,e 1,,\n"
        told = site_lists.take(text.encode(), EUROPE, by=manager, now=world.now)
        assert outcomes(told) == [
            (Outcome.CHANGED, 'name: "Klinikum Süd" becomes "Klinikum Nord"; city: "Nürnberg" becomes "Fürth"')
        ]
        with reading(manager):
            assert [s.folded for s in queries.all_of(manager)] == ["klinikum nord"]

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("A,B,,XX,UTC,,,", 'Country: "XX" is no country code; write the two letters of ISO 3166, like DE or US.'),
            ("A,B,,DE,Berlin,,,", 'Time zone: "Berlin" is no time zone; write it like America/Chicago'),
            ("A,,,DE,UTC,,,", "city is empty."),
            ("Klinikum Süd,B,,DE,UTC,E-2,,", "site_number: this site has E-1 already; take that one back"),
        ],
    )
    def test_a_refused_line_says_why_and_nothing_is_taken(self, world: World, line: str, words: str) -> None:
        manager = world.manager(EUROPE)
        site_lists.take((SITES + NEW).encode(), EUROPE, by=manager, now=world.now)
        text = (SITES + "Good,Town,,DE,UTC,,,\n" + line + "\n").encode()
        with reading(manager):
            told = site_lists.tell(text, EUROPE, by=manager)
        assert [one.outcome for one in told] == [Outcome.NEW, Outcome.REFUSED]
        assert told[1].words.startswith(words)
        with pytest.raises(Incomplete, match="1 line is refused, so nothing was taken"):
            site_lists.take(text, EUROPE, by=manager, now=world.now)
        with reading(manager):
            assert "Good" not in {s.name for s in queries.all_of(manager)}

    def test_only_a_manager_of_the_program_may(self, world: World) -> None:
        hospital = world.hospital(EUROPE)
        for by in (hospital.coordinator, world.manager(KYMRIAH)):
            with pytest.raises(NotAllowed):
                site_lists.take((SITES + NEW).encode(), EUROPE, by=by, now=world.now)

    def test_five_thousand_lines_are_taken_in_one_go(self, world: World) -> None:
        manager = world.manager(EUROPE)
        lines = "".join(f"Hospital {n},Town,,DE,Europe/Berlin,E-{n},,\n" for n in range(5_000))
        began = time.process_time()
        told = site_lists.take((SITES + lines).encode(), EUROPE, by=manager, now=world.now)
        spent = time.process_time() - began
        assert {one.outcome for one in told} == {Outcome.NEW}
        assert spent < 30
        with reading(manager):
            assert len(queries.all_of(manager)) == 5_000


class TestStaff:
    @pytest.fixture
    def hospital(self, world: World) -> Hospital:
        return world.hospital(EUROPE, name="Klinikum Süd")

    def test_people_are_put_on_the_staff_and_changed(self, world: World, hospital: Hospital) -> None:
        said: dict[str, Any] = {"by": hospital.coordinator, "now": world.now}
        text = STAFF + "klinikum sud,王小明,Pharmacist,w@x.example,2020-01-02,\n"
        assert outcomes(staff_lists.take(text.encode(), **said)) == [(Outcome.NEW, "Klinikum Süd, pharmacist")]
        text = STAFF + "Klinikum Süd,王小明,nurse,W@X.example,2020-01-02,2026-11-01\n"
        told = staff_lists.take(text.encode(), **said)
        assert outcomes(told) == [
            (Outcome.CHANGED, 'role: "pharmacist" becomes "nurse"; until: "" becomes "2026-11-01"')
        ]
        with reading(hospital.coordinator):
            person = next(p for p in details.people(hospital.site_id, Lens(world.today)) if p.name == "王小明")
        assert (person.role, person.until_on) == (StaffRole.NURSE, date(2026, 11, 1))

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("Nowhere,A,nurse,,2020-01-01,", 'site: "Nowhere" is no site whose staff you keep;'),
            ("Klinikum Süd,A,surgeon,,2020-01-01,", 'role: "surgeon" is none; write one of physician, nurse,'),
            ("Klinikum Süd,A,nurse,no mail,2020-01-01,", '"no mail" is no e-mail address'),
            ("Klinikum Süd,A,nurse,,01.02.2020,", 'from: "01.02.2020" is no day; write it like 2026-11-24.'),
            ("Klinikum Süd,A,nurse,,2020-01-01,2019-01-01", "until: 1 Jan 2019 is before the first day, 1 Jan 2020."),
            ("Klinikum Süd,A,nurse,,2090-01-01,", "from: 1 Jan 2090 lies ahead;"),
        ],
    )
    def test_a_refused_line_says_why(self, world: World, hospital: Hospital, line: str, words: str) -> None:
        with reading(hospital.coordinator):
            [told] = staff_lists.tell((STAFF + line).encode(), by=hospital.coordinator, now=world.now)
        assert told.outcome is Outcome.REFUSED
        assert told.words.startswith(words)

    def test_a_first_day_is_not_changed_by_a_list(self, world: World, hospital: Hospital) -> None:
        name = hospital.representative.name
        text = STAFF + f"Klinikum Süd,{name},physician,,2019-01-01,\n"
        with reading(hospital.coordinator):
            [told] = staff_lists.tell(text.encode(), by=hospital.coordinator, now=world.now)
        assert told.words == "from: the first day on record is 2018-01-01; a list does not change it."


class TestPages:
    def test_a_list_is_shown_and_then_taken(self, world: World, client: FlaskClient) -> None:
        manager = world.manager(EUROPE)
        world.sign_in(client, manager)
        page = client.get("/sites/import/sites").text
        sent = {"csrf_token": csrf(page), "code": EUROPE, "file": (io.BytesIO((SITES + NEW).encode()), "list.csv")}
        shown = client.post("/sites/import/sites", data=sent)
        assert shown.status_code == 200
        assert "Import 1 line" in shown.text
        taken = client.post(
            "/sites/import/sites",
            data={"csrf_token": csrf(shown.text), "code": EUROPE, "content": SITES + NEW},
            follow_redirects=True,
        )
        assert "1 new, 0 changed, 0 the same." in taken.text
        assert "Klinikum Süd" in taken.text
        listed = client.get("/sites.csv")
        assert listed.get_data(as_text=True) == (
            "\ufeffname,city,region,country,timezone,site_number,phone,email\r\n"
            "Klinikum Süd,Nürnberg,,DE,Europe/Berlin,E-1,,\r\n"
        )

    def test_latin_1_is_refused_at_the_field(self, world: World, client: FlaskClient) -> None:
        world.sign_in(client, world.manager(EUROPE))
        sent = {"csrf_token": csrf(client.get("/sites/import/sites").text), "code": EUROPE}
        answer = client.post(
            "/sites/import/sites", data={**sent, "file": (io.BytesIO((SITES + NEW).encode("latin-1")), "list.csv")}
        )
        assert answer.status_code == 422
        assert "The file is not in UTF-8: line 2" in answer.text

    def test_staff_are_taken_by_a_coordinator_and_given_out_again(self, world: World, client: FlaskClient) -> None:
        hospital = world.hospital(EUROPE, name="Süd")
        world.sign_in(client, hospital.coordinator)
        text = STAFF + "Süd,Anna Berg,nurse,,2020-01-02,\n"
        page = client.get("/sites/import/staff").text
        sent = {"csrf_token": csrf(page), "file": (io.BytesIO(text.encode()), "staff.csv")}
        shown = client.post("/sites/import/staff", data=sent).text
        client.post("/sites/import/staff", data={"csrf_token": csrf(shown), "content": text, "code": ""})
        assert "Süd,Anna Berg,nurse,,2020-01-02," in client.get(f"/sites/{hospital.site_id}/staff.csv").text
        assert client.get("/sites/import/sites").status_code == 403
        assert client.get("/sites/import/staff.csv").text == "\ufeffsite,name,role,email,from,until\r\n"
        assert client.get("/sites/import/cats").status_code == 404
