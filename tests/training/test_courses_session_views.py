"""The pages of live sessions: planned, registered for, attended, canceled; each refusal in words, quick for many."""

import csv
import io
from datetime import date, timedelta

import pytest

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.ids import uuid7
from rems.sites import actions as sites
from rems.sites import keeping
from rems.training.courses import attendance, queries
from rems.training.courses.rules import Presence
from tests.factories import EUROPE, KYMRIAH, Hospital, csrf
from tests.training.teaching import look, nurse, plan, proofs, seat, shown
from tests.training.test_courses_views import said, send, text

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    """The pages read the clock of the machine, so these tests act at its moment."""
    return utcnow()


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(EUROPE, name="Universitätsklinik Łódź", timezone="Europe/Berlin")


@pytest.fixture
def sponsor(world, client, hospital):
    world.sign_in(client, hospital.manager)
    return client


@pytest.fixture
def coordinator(world, client, hospital):
    world.sign_in(client, hospital.coordinator)
    return client


def asked(now, **change):
    given = {"title": "CAR-T in practice, edition 2", "kind": "live-training", "trainer": "Dr. Öztürk", "minutes": "90"}
    return {**given, "place": "Room <4>", "begins_at": f"{said((now + 48 * HOUR).date())} 09:30", **change}


def test_the_sponsor_plans_a_session_on_its_own_clock(sponsor, now):
    path = f"/programs/{EUROPE}/sessions/new"
    form = text(sponsor.get(path))
    assert "for the staff of all its sites." in form and "A day and a time in UTC" in form
    answer = send(sponsor, path, **asked(now))
    assert answer.status_code == 302
    page = text(sponsor.get(answer.location))
    for words in ("The session is planned.", "09:30", "UTC", "90 minutes", "Room &lt;4&gt;", "Nobody is registered"):
        assert words in page
    assert "held by the sponsor for all sites." in page
    listed = text(sponsor.get(f"/programs/{EUROPE}/courses"))
    assert "CAR-T in practice, edition 2" in listed and "0 registered" in listed and "1 session" in listed


def test_a_site_plans_its_own_on_the_clock_of_the_site(coordinator, hospital, now):
    here = f"/sites/{hospital.site_id}/programs/{EUROPE}/sessions"
    assert "No live session yet" in text(coordinator.get(here))
    assert "A day and a time in Europe/Berlin" in text(coordinator.get(f"{here}/new"))
    answer = send(coordinator, f"{here}/new", **asked(now, kind="staff-training"))
    assert answer.status_code == 302
    page = text(coordinator.get(answer.location))
    assert "09:30" in page and ("CET" in page or "CEST" in page) and "held by a site for its own staff." in page
    listed = text(coordinator.get(here))
    assert "held by a site" in listed and "Coming" in listed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "What is taught is missing"),
        ({"trainer": ""}, "Trainer is missing"),
        ({"place": ""}, "Place is missing"),
        ({"begins_at": "in March"}, "Begins: "),
        ({"minutes": "0"}, "0 minutes is less than 1 minutes"),
        ({"minutes": "1441"}, "1,441 minutes is more than 1,440 minutes"),
        ({"kind": ""}, "Attending is recorded as: choose one"),
    ],
)
def test_what_is_wrong_with_a_session_is_said_and_what_was_typed_stays(sponsor, now, change, words):
    answer = send(sponsor, f"/programs/{EUROPE}/sessions/new", **asked(now, **change))
    page = text(answer)
    assert answer.status_code == 422 and words in page
    assert "place" in change or 'value="Room &lt;4&gt;"' in page
    assert "No live session is planned" in text(sponsor.get(f"/programs/{EUROPE}/courses"))


def test_people_are_registered_through_the_form_which_offers_who_is_not_yet(coordinator, hospital):
    root, ada, bea = plan(hospital), nurse(hospital, "Žofia Ñandú"), nurse(hospital, "Бея")
    gone = nurse(hospital, "Long Gone", from_on=date(2018, 1, 1))
    sites.end_staff(gone, until_on=date(2019, 1, 1), version=1, by=hospital.coordinator, now=hospital.world.now)
    path = f"/sites/{hospital.site_id}/sessions/{root}/register"
    assert f'href="{path}"' in text(coordinator.get(f"/sessions/{root}"))
    form = text(coordinator.get(path))
    assert "Žofia Ñandú, nurse" in form and "Бея" in form and "Long Gone" not in form
    nobody = send(coordinator, path)
    assert nobody.status_code == 422 and "People of the staff: tick at least one" in text(nobody)
    stranger = send(coordinator, path, people=[str(gone)])
    assert stranger.status_code == 422 and "is not in the list" in text(stranger)
    answer = send(coordinator, path, people=[str(ada), str(bea)])
    page = text(coordinator.get(answer.location))
    assert "2 people are newly registered." in page and page.count("Registered") == 2
    left = text(coordinator.get(path))
    assert "Žofia Ñandú" not in left
    send(coordinator, path, people=[str(hospital.staff_id)])
    assert "Everybody on its staff of that day is registered already." in text(coordinator.get(path))


def test_a_site_gives_up_the_place_of_one_of_its_people(coordinator, hospital):
    root = plan(hospital)
    [place] = seat(hospital, root, nurse(hospital))
    path = f"/sessions/{root}/places/{place}/cancel"
    page = text(coordinator.get(f"/sessions/{root}"))
    assert f'action="{path}"' in page and "Keep the attendance" not in page
    answer = send_button(coordinator, f"/sessions/{root}", path)
    assert answer.status_code == 302
    page = text(coordinator.get(answer.location))
    assert "The place is canceled." in page and path not in page
    assert send_button(coordinator, f"/sessions/{root}", path).status_code == 302  # sent twice, it is canceled once
    states = look(hospital.coordinator, lambda: [p.presence for p in queries.places(root)])
    assert states == [Presence.CANCELED]


def send_button(client, page, path):
    return client.post(path, data={"csrf_token": csrf(client.get(page).get_data(as_text=True))})


def attended(client, root, **fields):
    return send(client, f"/sessions/{root}", **fields)


def test_attendance_is_taken_on_the_page_and_makes_training(sponsor, hospital, world):
    root, ada, bea = plan(hospital), nurse(hospital, "Ada"), nurse(hospital, "Bea")
    one, other = seat(hospital, root, ada, bea)
    page = text(sponsor.get(f"/sessions/{root}"))
    assert "Say of each person whether they came." in page and "0 of 2 people came" in page
    answer = attended(sponsor, root, **{f"p:{one}": "attended", f"p:{other}": "absent"})
    assert answer.status_code == 302
    page = text(sponsor.get(answer.location))
    assert "Attendance is kept. 1 new training is on record." in page and "1 of 2 people came" in page
    day = look(hospital.manager, lambda: queries.session(root)).holds_on
    assert [e.subject_id for e in proofs(hospital, day)] == [ada]


def test_a_page_that_was_opened_before_keeps_what_others_said_of_people_it_leaves_alone(sponsor, hospital, world):
    root, ada, bea = plan(hospital), nurse(hospital, "Ada"), nurse(hospital, "Bea")
    one, other = seat(hospital, root, ada, bea)
    attendance.attend(root, {one: Presence.ATTENDED}, by=hospital.manager, now=world.now)
    late = nurse(hospital, "Late")
    seat(hospital, root, late)
    answer = attended(sponsor, root, **{f"p:{one}": "registered", f"p:{other}": "attended"})
    assert answer.status_code == 302
    states = look(hospital.manager, lambda: {p.staff_member_id: p.presence for p in queries.places(root)})
    assert states == {ada: Presence.ATTENDED, bea: Presence.ATTENDED, late: Presence.REGISTERED}
    clash = attended(sponsor, root, **{f"p:{one}": "absent"})
    assert clash.status_code == 409 and "Somebody else changed this since you opened it" in text(clash)


def test_what_is_wrong_with_the_attendance_is_said_and_what_was_chosen_stays(sponsor, hospital):
    root, ada, bea = plan(hospital), nurse(hospital, "Ada"), nurse(hospital, "Bea")
    one, other = seat(hospital, root, ada, bea)
    unknown = attended(sponsor, root, **{f"p:{one}": "asleep", f"p:{other}": "attended"})
    assert unknown.status_code == 422 and "Ada: &#34;asleep&#34; is not in the list; choose one of it" in text(unknown)
    assert '<option value="attended" selected>' in text(unknown)
    alien = attended(sponsor, root, **{f"p:{uuid7()}": "attended"})
    assert alien.status_code == 404
    assert attended(sponsor, root, **{"p:nonsense": "attended"}).status_code == 302
    keeping.take_back_person(bea, reason="Never", version=1, by=hospital.coordinator, now=hospital.world.now)
    page = text(sponsor.get(f"/sessions/{root}"))
    assert "Not on the staff list" in page
    gone = attended(sponsor, root, **{f"p:{other}": "attended"})
    assert gone.status_code == 422 and "not on the staff list any more cannot have come" in text(gone)
    assert '<option value="attended" selected>' in text(gone)


def test_before_it_begins_and_after_it_is_canceled_no_attendance_is_asked(sponsor, hospital, now):
    root = plan(hospital, begins_at=now + HOUR)
    [one] = seat(hospital, root, nurse(hospital))
    assert "Keep the attendance" not in text(sponsor.get(f"/sessions/{root}"))
    path = f"/sessions/{root}/cancel"
    seen = str(look(hospital.manager, lambda: queries.session(root)).id)
    wordless = send(sponsor, path, seen=seen, reason=" ")
    assert wordless.status_code == 422 and "Reason is missing" in text(wordless)
    answer = send(sponsor, path, seen=seen, reason="Ill <b>")
    page = text(sponsor.get(answer.location))
    assert "The session is canceled." in page and "Canceled on" in page and "Ill &lt;b&gt;" in page
    assert "Register people" not in page and "/cancel" not in page
    assert sponsor.get(path).status_code == 409
    assert "Canceled" in text(sponsor.get(f"/programs/{EUROPE}/courses"))


def test_the_table_holds_every_person_site_by_site(sponsor, hospital, world):
    other = world.hospital(EUROPE, name="Aachen")
    root = plan(hospital)
    seat(hospital, root, nurse(hospital, "=Formula"))
    seat(other, root, nurse(other, "Ж"))
    answer = sponsor.get(f"/sessions/{root}/people.csv")
    assert answer.mimetype == "text/csv" and "session-" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0] == ["Person", "Role", "Site", "State"]
    assert [row[2] for row in rows[1:]] == ["Aachen", "Universitätsklinik Łódź"]
    assert rows[1] == ["Ж", "Nurse", "Aachen", "Registered"] and rows[2][0] != "=Formula"


def test_another_site_sees_none_of_the_people_and_not_what_a_site_holds(world, client, hospital):
    root, own = plan(hospital), plan(hospital, own=True)
    [place] = seat(hospital, root, nurse(hospital, "Ada Secret"))
    neighbor = world.hospital(EUROPE)
    world.sign_in(client, neighbor.coordinator)
    page = text(client.get(f"/sessions/{root}"))
    assert "Nobody is registered" in page and "Ada Secret" not in page
    assert "Ada Secret" not in client.get(f"/sessions/{root}/people.csv").get_data(as_text=True)
    for path in ("", "/people.csv", "/cancel"):
        assert client.get(f"/sessions/{own}{path}").status_code == 404
    assert client.get(f"/sites/{neighbor.site_id}/sessions/{own}/register").status_code == 404
    assert "held by a site" not in text(client.get(f"/sites/{neighbor.site_id}/programs/{EUROPE}/sessions"))
    assert (
        send_button(
            client, f"/sites/{neighbor.site_id}/sessions/{root}/register", f"/sessions/{root}/places/{place}/cancel"
        ).status_code
        == 404
    )
    world.sign_in(client, world.hospital(KYMRIAH).manager)
    assert client.get(f"/sessions/{root}").status_code == 404


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.AUDITOR])
def test_others_look_and_are_refused(world, client, hospital, role):
    root, own = plan(hospital), plan(hospital, own=True)
    [place] = seat(hospital, root, nurse(hospital))
    world.sign_in(client, world.account(role, site_id=hospital.site_id))
    page = text(client.get(f"/sessions/{root}"))
    assert "Registered" in page
    for words in ("Register people", "Keep the attendance", "/cancel"):
        assert words not in page
    here = f"/sites/{hospital.site_id}"
    assert "Plan one for this site" not in text(client.get(f"{here}/programs/{EUROPE}/sessions"))
    for path in (
        f"/programs/{EUROPE}/sessions/new",
        f"{here}/programs/{EUROPE}/sessions/new",
        f"{here}/sessions/{root}/register",
        f"/sessions/{root}/cancel",
        f"/sessions/{own}/cancel",
    ):
        assert client.get(path).status_code == 403, path
    assert send(client, f"/sessions/{root}", **{f"p:{place}": "attended"}).status_code == 403
    assert shown(hospital, root)


def test_a_site_takes_the_attendance_of_its_own_session(coordinator, hospital):
    root = plan(hospital, own=True)
    [place] = seat(hospital, root, nurse(hospital))
    assert attended(coordinator, root, **{f"p:{place}": "attended"}).status_code == 302
    page = text(coordinator.get(f"/sites/{hospital.site_id}/programs/{EUROPE}/sessions"))
    assert "1 of 1 came" in page and "Held" in page
    sponsors = plan(hospital)
    [theirs] = seat(hospital, sponsors, nurse(hospital, "Bea"))
    refused = attended(coordinator, sponsors, **{f"p:{theirs}": "attended"})
    assert refused.status_code == 403 and "Whoever holds the session says who was there" in text(refused)
