"""The pages of training: the matrix of a day, and what the forms say."""

from datetime import date, timedelta

import pytest

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.sites import actions as sites
from rems.sites.rules import StaffRole
from rems.training import actions
from rems.training.rules import TrainingKind
from tests.factories import EUROPE, KYMRIAH, LABEL, Hospital, csrf

ON = date(2019, 5, 2)


@pytest.fixture
def now():
    """The pages read the clock of the machine, so these tests act at its moment."""
    return utcnow()


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(KYMRIAH)


@pytest.fixture
def here(hospital) -> str:
    return f"/sites/{hospital.site_id}/programs/{hospital.code}"


@pytest.fixture
def nurse(hospital, now):
    said = {"from_on": date(2018, 3, 1), "by": hospital.coordinator, "now": now}
    return sites.add_staff(hospital.site_id, "Žofia Nowak", StaffRole.NURSE, **said)


@pytest.fixture
def coordinator(world, client, hospital):
    world.sign_in(client, hospital.coordinator)
    return client


def text(answer) -> str:
    return " ".join(answer.get_data(as_text=True).split())


def send(client, url, **fields):
    token = csrf(client.get(url).get_data(as_text=True))
    return client.post(url, data={"csrf_token": token, **fields})


def test_the_matrix_shows_people_by_what_the_version_of_the_day_asks(coordinator, hospital, here, nurse, now):
    said = {"holds_on": ON, "by": hospital.coordinator, "now": now}
    kind = TrainingKind.STAFF_TRAINING
    actions.record_training(hospital.site_id, hospital.code, nurse, kind, material="Slides", **said)
    score = {"question_set": "2017-2", "questions": 10, "correct": 6, "pass_mark_percent": 80}
    actions.record_attempt(hospital.site_id, hospital.code, nurse, **score, **said)
    page = text(coordinator.get(f"{here}/training?as_of=2019-06-01"))
    for words in ("Žofia Nowak", "Nurse", "2 May 2019", "Not passed 2 May 2019, 6 of 10", "Missing", "Version 2017"):
        assert words in page
    assert "1 of 2. Missing: Dr. Rep" in page
    assert "That this is asked is not verified." in page
    before = text(coordinator.get(f"{here}/training?as_of=2019-05-01"))
    assert "2 May 2019" not in before


def test_the_representative_is_asked_for_the_live_training(coordinator, hospital, here, now):
    said = {"by": hospital.coordinator, "now": now}
    sites.designate(hospital.site_id, hospital.code, hospital.staff_id, holds_on=ON, **said)
    page = text(coordinator.get(f"{here}/training?as_of={ON}"))
    assert "Physician, authorized representative" in page and "0 of 1. Missing: Dr. Rep" in page
    assert "Nobody of this day&#39;s staff is asked." in text(coordinator.get(f"{here}/training?as_of=2019-05-01"))


def test_a_closed_program_says_so_and_leads_to_its_last_day(coordinator, here):
    page = text(coordinator.get(f"{here}/training"))
    assert "It is open from 30 Aug 2017 to 25 Jun 2025." in page
    assert f"{here}/training?as_of=2025-06-25" in page
    assert f"{here}/training/new" in page  # what was taken while it was open can still be recorded


def test_a_program_that_asks_no_training_says_so(world, client):
    place = world.hospital(LABEL)
    world.sign_in(client, place.coordinator)
    assert "No training asked" in text(client.get(f"/sites/{place.site_id}/programs/{LABEL}/training"))


def test_a_day_without_staff_leads_to_the_people(coordinator, here):
    assert "Nobody on the staff" in text(coordinator.get(f"{here}/training?as_of=2017-09-01"))


def test_another_day_has_no_buttons(coordinator, here):
    page = text(coordinator.get(f"{here}/training?as_of={ON}"))
    assert "Not today." in page and "Record training" not in page


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.AUDITOR])
def test_who_may_not_record_sees_no_button_and_is_refused(world, client, hospital, here, role):
    world.sign_in(client, world.account(role, site_id=hospital.site_id))
    assert "Record training" not in text(client.get(f"{here}/training"))
    for form in ("training", "assessments"):
        assert client.get(f"{here}/{form}/new").status_code == 403


def test_another_hospital_s_training_is_not_found(world, client, here):
    world.sign_in(client, world.hospital().coordinator)
    for url in (f"{here}/training", f"{here}/training/new", f"{here}/assessments/new"):
        assert client.get(url).status_code == 404


def test_a_program_that_the_site_has_not_entered_is_not_found(coordinator, hospital):
    assert coordinator.get(f"/sites/{hospital.site_id}/programs/{EUROPE}/training").status_code == 404


def test_a_training_is_recorded_through_its_form(coordinator, here, nurse):
    fields = {"staff_id": str(nurse), "kind": "staff-training", "holds_on": "2 May 2019", "material": "Slides"}
    answer = send(coordinator, f"{here}/training/new", **fields)
    assert (answer.status_code, answer.location) == (302, f"{here}/training")
    assert "1 of 2." in text(coordinator.get(f"{here}/training?as_of={ON}"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"holds_on": "28 Feb 2018"}, "worked at the site from 1 Mar 2018 on, not on 28 Feb 2018"),
        ({"holds_on": "2199-01-01"}, "1 Jan 2199 lies ahead"),
        ({"holds_on": "02/05/2019"}, "is no date"),
        ({"staff_id": ""}, "Person: choose one"),
        ({"kind": "audit"}, "is not in the list"),
        ({"material": " "}, "Material is missing"),
    ],
)
def test_the_training_form_says_what_is_wrong(coordinator, here, nurse, change, words):
    fields = {"staff_id": str(nurse), "kind": "staff-training", "holds_on": "2 May 2019", "material": "Slides"}
    answer = send(coordinator, f"{here}/training/new", **fields | change)
    assert answer.status_code == 422 and words in text(answer)


def test_the_assessment_form_says_that_the_pass_mark_is_not_established(coordinator, here):
    page = text(coordinator.get(f"{here}/assessments/new"))
    assert "What KYMRIAH REMS asks is not established" in page


ATTEMPT = {"holds_on": "2 May 2019", "question_set": "2017-2", "questions": "10", "correct": "8"}


@pytest.mark.parametrize(("correct", "shown"), [("8", "1 of 2."), ("7", "Not passed 2 May 2019, 7 of 10")])
def test_an_assessment_is_recorded_through_its_form(coordinator, here, nurse, correct, shown):
    fields = ATTEMPT | {"staff_id": str(nurse), "pass_mark_percent": "80", "correct": correct}
    answer = send(coordinator, f"{here}/assessments/new", **fields)
    assert (answer.status_code, answer.location) == (302, f"{here}/training")
    assert f"{correct} of 10 right, pass mark 80 %" in text(coordinator.get(f"{here}/training"))
    assert shown in text(coordinator.get(f"{here}/training?as_of={ON + timedelta(days=1)}"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"questions": "0", "correct": "0"}, "an empty assessment is never a pass"),
        ({"correct": "11"}, "between 0 and the 10 questions asked, not 11"),
        ({"correct": "-1"}, "-1 is less than 0"),
        ({"pass_mark_percent": ""}, "Pass mark is missing"),
        ({"pass_mark_percent": "101"}, "101 % is more than 100 %"),
        ({"pass_mark_percent": "0"}, "between 1 and 100 percent, not 0"),
        ({"question_set": ""}, "Question set is missing"),
        ({"holds_on": "28 Feb 2018"}, "not on 28 Feb 2018"),
    ],
)
def test_the_assessment_form_says_what_is_wrong(coordinator, here, nurse, change, words):
    fields = ATTEMPT | {"staff_id": str(nurse), "pass_mark_percent": "80"} | change
    answer = send(coordinator, f"{here}/assessments/new", **fields)
    assert answer.status_code == 422 and words in text(answer)


@pytest.fixture
def staffed(hospital, now, nurse):
    """Žofia Nowak and Ann are untrained, Бея is trained, Cy is asked nothing; so is Dr. Rep untrained."""
    said = {"from_on": date(2018, 3, 1), "by": hospital.coordinator, "now": now}
    sites.add_staff(hospital.site_id, "Ann", StaffRole.PHARMACIST, **said)
    sites.add_staff(hospital.site_id, "Cy", StaffRole.OTHER, **said)
    bea = sites.add_staff(hospital.site_id, "Бея", StaffRole.NURSE, **said)
    took = {"holds_on": ON, "by": hospital.coordinator, "now": now}
    actions.record_training(
        hospital.site_id, hospital.code, bea, TrainingKind.STAFF_TRAINING, material="Slides", **took
    )
    score = {"question_set": "2017-2", "questions": 10, "correct": 9, "pass_mark_percent": 80}
    actions.record_attempt(hospital.site_id, hospital.code, bea, **score, **took)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["Ann", "Cy", "Dr. Rep", "Žofia Nowak", "Бея"]),
        ("q=zofia", ["Žofia Nowak"]),
        ("q=%D0%B1%D0%B5", ["Бея"]),
        ("role=pharmacist", ["Ann"]),
        ("state=late", ["Ann", "Dr. Rep", "Žofia Nowak"]),
        ("state=met", ["Бея"]),
        ("state=off", ["Cy"]),
        ("role=nurse&state=late", ["Žofia Nowak"]),
        ("q=nobody", []),
        ("state=nonsense", []),
    ],
)
def test_the_matrix_is_filtered_by_name_role_and_state(coordinator, here, staffed, asked, names):
    page = text(coordinator.get(f"{here}/training?as_of=2019-06-01&{asked}"))
    matrix = (
        page[page.index("How to read it") - 1 :] if not names else page[page.index("<tbody>") : page.index("</tbody>")]
    )
    found = [name for name in ("Ann", "Cy", "Dr. Rep", "Žofia Nowak", "Бея") if f'scope="row">{name}' in matrix]
    assert found == names
    assert names or "Nobody fits" in page
    assert "as_of=2019-06-01" in page  # every way on keeps the day


def test_under_another_day_the_ways_on_are_those_that_know_it(coordinator, here):
    page = text(coordinator.get(f"{here}/training?as_of={ON}"))
    assert 'class="ways"' in page and "/sessions" in page and '/courses"' in page
