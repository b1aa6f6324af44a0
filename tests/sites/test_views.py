"""The pages of sites, as people with different roles see them."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from rems.programs import queries as programs
from rems.sites import actions, keeping
from rems.sites.rules import StaffRole
from tests.factories import EUROPE, KYMRIAH, LABEL, PASSWORD, Hospital, World, csrf


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(name="Universitätsklinikum 東京", timezone="Europe/Berlin")


def read(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return unescape(answer.get_data(as_text=True))


def send(client: FlaskClient, url: str, *, status: int = 302, **values: Any) -> str:
    """Open the form at an address, fill it in and send it; what came back."""
    token = csrf(client.get(url).get_data(as_text=True))
    answer = client.post(url, data={"csrf_token": token, **values})
    assert answer.status_code == status, answer.get_data(as_text=True)
    return unescape(answer.get_data(as_text=True))


# -- list and register


def test_the_list_shows_the_sites_one_may_see_and_finds_them_without_accents(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.hospital(KYMRIAH, name="Elsewhere Hospital")
    world.sign_in(client, hospital.coordinator)
    page = read(client, "/sites")
    assert "Universitätsklinikum 東京" in page
    assert "Elsewhere Hospital" not in page
    assert "Register a site" not in page
    assert programs.program(EUROPE).title in page
    assert "Universitätsklinikum 東京" in read(client, "/sites?q=UNIVERSITAT")
    assert 'No site that you may see has "none such" in its name' in read(client, "/sites?q=none+such")
    assert "The list ends before this page" in read(client, "/sites?page=9")
    assert 'page "x" is no page number' in read(client, "/sites?page=x", 422)


def test_an_empty_list_says_what_comes_first(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.manager())
    page = read(client, "/sites")
    assert "No site yet" in page
    assert "Register a site" in page


def test_a_manager_registers_a_site(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.manager())
    given = {"name": "Ospedale Sant'Orsola", "code": EUROPE, "city": "Bologna", "country": "IT"}
    page = send(client, "/sites/new", status=422, **given, timezone="Europe/Bologna")
    assert '"Europe/Bologna" is not in the list' in page
    assert "Ospedale Sant'Orsola" in page
    send(client, "/sites/new", **given, timezone="Europe/Rome")
    assert "Ospedale Sant'Orsola" in read(client, "/sites?q=ospedale")


def test_a_manager_registers_only_in_programs_of_theirs(client: FlaskClient, world: World) -> None:
    world.sign_in(client, world.manager())
    page = read(client, "/sites/new")
    assert programs.program(EUROPE).title in page
    assert KYMRIAH not in page


def test_the_form_is_closed_to_who_may_not(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    assert "It is for: program manager" in read(client, "/sites/new", 403)


# -- the page of a site


def test_the_page_leads_everywhere(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    at = f"/sites/{hospital.site_id}"
    page = read(client, at)
    links = [
        f"{at}/stock",
        f"{at}/programs/{EUROPE}",
        f"{at}/programs/{EUROPE}/training",
        f"{at}/programs/{EUROPE}/enrollment",
        f"{at}/programs/{EUROPE}/representative",
        f"{at}/programs/new",
        f"{at}/staff/new",
        f"{at}/staff/{hospital.staff_id}/end",
        f"{at}/locations/new",
        f"/trail/site/{hospital.site_id}",
    ]
    assert [link for link in links if f'href="{link}"' not in page] == []
    assert "Europe/Berlin" in page


def test_another_day_shows_who_was_there_and_offers_nothing(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    by = {"by": hospital.coordinator, "now": world.now}
    actions.add_staff(hospital.site_id, "Nora Newcomer", StaffRole.NURSE, from_on=date(2024, 5, 1), **by)
    actions.end_staff(hospital.staff_id, until_on=date(2023, 1, 1), version=1, **by)
    world.sign_in(client, hospital.coordinator)
    today, then = (read(client, f"/sites/{hospital.site_id}{ask}") for ask in ("", "?as_of=2020-01-01"))
    assert "Nora Newcomer" in today
    assert "1 person who left" in today
    assert "Nora Newcomer" not in then
    assert "Not today." in then
    for act in ("Add a person", "Add a location", "Enter a program", "Entered by mistake"):
        assert act in today
        assert act not in then
    assert f"/sites/{hospital.site_id}/programs/{EUROPE}?as_of=2020-01-01" in then


def test_who_may_only_look_gets_no_buttons(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.manager)
    page = read(client, f"/sites/{hospital.site_id}")
    for act in ("Add a person", "Add a location", "Enter a program", "Entered by mistake"):
        assert act not in page
    for where in ("staff/new", "locations/new", "programs/new", f"programs/{EUROPE}/representative"):
        assert "It is for: " in read(client, f"/sites/{hospital.site_id}/{where}", 403)


def test_a_site_of_others_is_not_found_on_any_page(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, world.hospital(KYMRIAH).coordinator)
    at = f"/sites/{hospital.site_id}"
    for where in ("", "/staff/new", "/locations/new", "/programs/new", f"/programs/{EUROPE}/enrollment"):
        assert "There is no such site" in read(client, f"{at}{where}", 404)


# -- forms


def test_people_and_places_are_added_through_forms(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    at = f"/sites/{hospital.site_id}"
    person = {"name": "Åsa Łukasz", "role": "nurse", "email": "", "from_on": "1 Jan 2020"}
    assert "Name is missing" in send(client, f"{at}/staff/new", status=422, **{**person, "name": ""})
    page = send(client, f"{at}/staff/new", status=422, **{**person, "from_on": "1 Jan 2199"})
    assert "Joined on: 1 Jan 2199 lies ahead" in page
    send(client, f"{at}/staff/new", **person)
    send(client, f"{at}/locations/new", name="Klinik Nord", kind="clinic", parent_id=str(hospital.location_id))
    page = read(client, at)
    assert "Åsa Łukasz" in page
    assert "Klinik Nord" in page


def test_a_representative_who_leaves_is_named_as_such(client: FlaskClient, world: World, hospital: Hospital) -> None:
    said = {"holds_on": date(2020, 1, 1), "by": hospital.coordinator, "now": world.now}
    actions.designate(hospital.site_id, EUROPE, hospital.staff_id, **said)
    world.sign_in(client, hospital.coordinator)
    where = f"/sites/{hospital.site_id}/staff/{hospital.staff_id}/end"
    assert "is the authorized representative for" in read(client, where)
    page = send(client, where, status=422, until_on="1 Jan 2017", version="1")
    assert "before Dr. Rep" in page
    page = send(client, where, status=409, until_on="1 Jan 2022", version="7")
    assert "changed by somebody else" in page
    send(client, where, until_on="1 Jan 2022", version="1")
    assert "Designate another representative for" in read(client, f"/sites/{hospital.site_id}")


def test_a_site_enters_a_further_program(client: FlaskClient, world: World, hospital: Hospital) -> None:
    world.sign_in(client, hospital.coordinator)
    at = f"/sites/{hospital.site_id}"
    assert "Program: choose one" in send(client, f"{at}/programs/new", status=422)
    send(client, f"{at}/programs/new", code=LABEL)
    assert f'href="{at}/programs/{LABEL}"' in read(client, at)
    assert f'value="{LABEL}"' not in read(client, f"{at}/programs/new")


def test_the_representative_is_designated_through_the_form(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, hospital.coordinator)
    where = f"/sites/{hospital.site_id}/programs/{EUROPE}/representative"
    assert "Nobody is designated" in read(client, where)
    page = send(client, where, status=422, staff_id=str(hospital.staff_id), holds_on="1 Jan 2017")
    assert "is not on the staff on 1 Jan 2017" in page
    send(client, where, staff_id=str(hospital.staff_id), holds_on="1 Jan 2020")
    assert "since 1 Jan 2020" in read(client, where)


def test_each_person_is_offered_and_shown_in_the_role_of_the_day(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    said: dict[str, Any] = {"by": hospital.coordinator, "now": world.now}
    keeping.change_role(hospital.staff_id, StaffRole.PHARMACIST, holds_on=date(2021, 3, 3), **said)
    actions.designate(hospital.site_id, EUROPE, hospital.staff_id, holds_on=date(2020, 1, 1), **said)
    world.sign_in(client, hospital.coordinator)
    at = f"/sites/{hospital.site_id}/programs/{EUROPE}"
    page = read(client, f"{at}/representative")
    assert ", pharmacist</option>" in page and ", pharmacist, since 1 Jan 2020." in page
    assert ", physician" not in page
    page = send(client, f"{at}/representative", status=422, staff_id="", holds_on="2 Mar 2021")
    assert ", physician</option>" in page
    for day, role in (("2021-03-02", "physician"), ("2021-03-03", "pharmacist")):
        page = read(client, f"{at}/enrollment?as_of={day}")
        assert f", {role}, is the authorized representative since 1 January 2020." in page


def test_a_process_is_recorded_through_the_form(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US")
    world.sign_in(client, hospital.coordinator)
    at = f"/sites/{hospital.site_id}"
    where = f"{at}/programs/{KYMRIAH}/process/procedure-new-staff"
    page = send(client, where, status=422, summary="SOP 7.", holds_on="2 Jan 2020", until_on="1 Jan 2020")
    assert "is before the first day" in page
    send(client, where, summary="SOP 7.", holds_on="2 Jan 2020", until_on="")
    assert "SOP 7. Since 2 Jan 2020" in read(client, at)
    assert where in read(client, at)
    assert '"infusion" is not recorded for a site' in read(client, f"{at}/programs/{KYMRIAH}/process/infusion", 404)
    assert "program manager" in read(client, f"{at}/programs/{KYMRIAH}/process/site-qualification", 403)


# -- the enrollment form


def test_the_wording_is_shown_as_not_verified_and_as_this_programs_own(
    client: FlaskClient, world: World, hospital: Hospital
) -> None:
    world.sign_in(client, hospital.coordinator)
    page = read(client, f"/sites/{hospital.site_id}/programs/{EUROPE}/enrollment")
    for statement in programs.program(EUROPE).attestations:
        assert statement.text in page
    assert "The wording is this program's own" in page
    assert "Not verified" in page
    assert "Nobody may sign yet" in page
    assert "Designate the representative" in page


def test_who_may_not_sign_reads_who_can(client: FlaskClient, world: World, hospital: Hospital) -> None:
    said = {"holds_on": date(2020, 1, 1), "by": hospital.coordinator, "now": world.now}
    actions.designate(hospital.site_id, EUROPE, hospital.staff_id, **said)
    world.sign_in(client, hospital.coordinator)
    page = read(client, f"/sites/{hospital.site_id}/programs/{EUROPE}/enrollment")
    name = hospital.representative.name
    assert f"{name} signs this form" in page
    assert f"{name}, physician, is the authorized representative since 1 January 2020" in page
    assert 'type="password"' not in page


def test_the_representative_signs_and_the_page_proves_it(client: FlaskClient, world: World, hospital: Hospital) -> None:
    said = {"holds_on": date(2020, 1, 1), "by": hospital.coordinator, "now": world.now}
    actions.designate(hospital.site_id, EUROPE, hospital.staff_id, **said)
    world.sign_in(client, hospital.representative)
    where = f"/sites/{hospital.site_id}/programs/{EUROPE}/enrollment"
    codes = [a.code for a in programs.program(EUROPE).attestations]
    signer = world.emails[hospital.representative.id]
    form = {"attested": codes[1:], "holds_on": "3 Mar 2021", "signer": signer, "password": PASSWORD}
    page = send(client, where, status=422, **form)
    assert "Each statement is attested" in page
    assert programs.program(EUROPE).attestations[0].text in page
    assert "This is not your password" in send(client, where, status=422, **{**form, "password": "guess"})
    page = send(client, where, status=422, **{**form, "holds_on": "1 Jan 2010"})
    assert "is not open on 1 Jan 2010. It is open since 22 Aug 2018" in page
    send(client, where, **{**form, "attested": codes})
    page = read(client, where)
    assert "Valid" in page
    assert f"Signed by {hospital.representative.name} for 3 March 2021" in page
    assert "Sign anew only when" in page
    assert "Signed 3 Mar 2021" in read(client, f"/sites/{hospital.site_id}")
    assert "Not signed yet" in read(client, f"{where}?as_of=2021-03-02")
    assert "Not today." in read(client, f"{where}?as_of=2021-03-02")


def test_a_program_that_asks_for_no_form_says_so(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(LABEL, country="US")
    world.sign_in(client, hospital.coordinator)
    page = read(client, f"/sites/{hospital.site_id}/programs/{LABEL}/enrollment")
    assert "No form is asked" in page
    assert "Designate the representative" not in page


def test_the_form_of_a_closed_program_starts_on_its_last_open_day(client: FlaskClient, world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US")
    said = {"holds_on": date(2020, 1, 1), "by": hospital.coordinator, "now": world.now}
    actions.designate(hospital.site_id, KYMRIAH, hospital.staff_id, **said)
    world.sign_in(client, hospital.representative)
    where = f"/sites/{hospital.site_id}/programs/{KYMRIAH}/enrollment"
    assert 'value="25 Jun 2025"' in read(client, where)
    page = read(client, f"{where}?as_of=2015-01-01")
    assert "is open from 30 Aug 2017 to 25 Jun 2025" in page
