"""Live sessions: who plans one, who sees it, who registers whom, and how it is canceled."""

import threading
from datetime import UTC, date, datetime

import pytest

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.sites import actions as sites
from rems.training.courses import attendance, queries, sessions
from rems.training.courses.models import LiveSession, SessionPlace
from rems.training.courses.rules import Presence
from tests.factories import ADMIN, EUROPE, KYMRIAH, Hospital
from tests.training.teaching import look, nothing_new, nurse, plan, seat, shown

NEXT_WEEK = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def neighbor(world) -> Hospital:
    return world.hospital(EUROPE)


def found(actor, hospital: Hospital, root) -> LiveSession:
    return look(actor, lambda: queries.session(root))


def seen_by(hospital: Hospital) -> set:
    program_id = found(hospital.coordinator, hospital, plan(hospital, title="Any")).program_id
    rows = look(hospital.coordinator, lambda: queries.sessions(program_id, scope_id=hospital.scope_id))
    return {row.root_id for row in rows}


def places(hospital: Hospital, root) -> list[SessionPlace]:
    return look(hospital.coordinator, lambda: queries.places(root))


def cancel(hospital: Hospital, root, **change):
    seen = change.pop("seen", None) or found(hospital.manager, hospital, root).id
    given = {"reason": " The trainer is ill ", "by": hospital.manager, "now": hospital.world.now}
    return sessions.cancel(seen, **{**given, **change})


def test_a_sponsor_plans_for_all_sites(world, hospital, neighbor):
    root = plan(hospital, title=" CAR-T in practice ")
    for actor in (hospital.coordinator, neighbor.coordinator, hospital.manager):
        row = found(actor, hospital, root)
        assert (row.title, row.scope_id, row.holds_on) == ("CAR-T in practice", None, date(2026, 11, 24))
    assert [e["table_name"] for e in world.trail("courses.plan_session")] == ["live_session"]


def test_the_day_of_a_session_is_that_of_its_place(hospital):
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    days = {"Europe/Berlin": date(2026, 11, 25), "UTC": date(2026, 11, 24), "Asia/Tokyo": date(2026, 11, 25)}
    for zone, day in days.items():
        assert found(hospital.manager, hospital, plan(hospital, begins_at=late, timezone=zone)).holds_on == day
    early = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    root = plan(hospital, begins_at=early, timezone="America/Los_Angeles")
    assert found(hospital.manager, hospital, root).holds_on == date(2026, 11, 23)


def test_a_site_plans_for_its_own_staff_and_no_other_site_sees_it(hospital, neighbor):
    root = plan(hospital, own=True)
    for actor in (hospital.coordinator, hospital.manager):
        assert found(actor, hospital, root).scope_id == hospital.scope_id
    with pytest.raises(NotFound):
        found(neighbor.coordinator, neighbor, root)
    assert root in seen_by(hospital) and root not in seen_by(neighbor)
    person = nurse(neighbor)
    with nothing_new(), pytest.raises(NotFound):
        seat(neighbor, root, person)


def test_somebody_of_two_sites_registers_nobody_of_one_for_the_session_of_the_other(world, hospital, neighbor):
    said = {"program_id": None, "from_on": date(2015, 1, 1), "by": ADMIN, "now": world.now}
    access.grant(hospital.coordinator.id, Role.SITE_COORDINATOR, site_id=neighbor.site_id, **said)
    both = world.actor(hospital.coordinator.id)
    root, person = plan(hospital, own=True), nurse(neighbor)
    with nothing_new(), pytest.raises(NotFound, match="no such session"):
        sessions.register(root, neighbor.site_id, [person], by=both, now=world.now)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": " "}, "title", "Title is missing: say what is taught."),
        ({"trainer": ""}, "trainer", "Trainer is missing: say who teaches."),
        ({"place": "\t"}, "place", "Place is missing: name the room"),
        ({"minutes": 0}, "minutes", "A session lasts 1 to 1,440 minutes, not 0."),
    ],
)
def test_a_bad_session_is_refused_at_its_field_and_leaves_nothing(hospital, change, field, words):
    for own in (False, True):
        with nothing_new(), pytest.raises(BadInput, match=words) as refused:
            plan(hospital, own=own, **change)
        assert refused.value.field == field


def test_only_the_sponsor_plans_for_all_and_only_the_site_for_its_own(world, hospital):
    with nothing_new(), pytest.raises(NotAllowed):
        plan(hospital, by=hospital.coordinator)
    for by in (hospital.manager, world.account(Role.PHARMACIST, site_id=hospital.site_id)):
        with nothing_new(), pytest.raises(NotAllowed):
            plan(hospital, own=True, by=by)
    stranger, sponsor = world.hospital(EUROPE).coordinator, world.manager(KYMRIAH)
    with nothing_new(), pytest.raises(NotFound):
        plan(hospital, own=True, by=stranger)
    with nothing_new(), pytest.raises(NotAllowed):
        plan(hospital, by=sponsor)


def test_people_are_registered_once(world, hospital):
    root, ada, bea = plan(hospital), nurse(hospital, "Ada"), nurse(hospital, "Бея")
    said = {"by": hospital.coordinator, "now": world.now}
    assert sessions.register(root, hospital.site_id, [ada, ada], **said) == 1
    assert sessions.register(root, hospital.site_id, [ada, bea], **said) == 1
    assert {p.staff_member_id for p in places(hospital, root)} == {ada, bea}
    assert all(p.presence is Presence.REGISTERED for p in places(hospital, root))
    assert [e["table_name"] for e in world.trail("courses.register")] == ["session_place"] * 2


def test_of_two_who_register_the_same_person_at_once_one_adds_nobody(app, world, hospital):
    root, ada, added = plan(hospital), nurse(hospital), []

    def go() -> None:
        with app.app_context():
            said = {"by": hospital.coordinator, "now": world.now}
            added.append(sessions.register(root, hospital.site_id, [ada], **said))

    both = [threading.Thread(target=go) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(added) == [0, 1]


def test_nobody_is_registered_who_is_not_on_the_staff_of_that_day(world, hospital, neighbor):
    root, ada = plan(hospital), nurse(hospital)
    left = nurse(hospital, "Left Early")
    sites.end_staff(left, until_on=date(2026, 11, 23), version=1, by=hospital.coordinator, now=world.now)
    nobody = "nobody of the site's staff; choose one of its list"
    gone = "Left Early worked at the site from 1 Mar 2018 to 23 Nov 2026, not on 24 Nov 2026."
    for people, words in (
        ([], "Nobody is chosen: tick at least one person."),
        ([ada, nurse(neighbor)], nobody),
        ([uuid7()], nobody),
        ([ada, left], gone),
    ):
        with nothing_new(), pytest.raises(BadInput, match=words) as refused:
            sessions.register(root, hospital.site_id, people, by=hospital.coordinator, now=world.now)
        assert refused.value.field == "people"


def test_for_a_session_that_comes_the_staff_of_today_is_asked(world, hospital):
    root = plan(hospital, begins_at=NEXT_WEEK)
    leaves = nurse(hospital)
    sites.end_staff(leaves, until_on=date(2026, 11, 24), version=1, by=hospital.coordinator, now=world.now)
    assert seat(hospital, root, leaves)


@pytest.mark.parametrize("role", [Role.PHARMACIST, Role.AUDITOR])
def test_others_register_nobody(world, hospital, role):
    root, ada = plan(hospital), nurse(hospital)
    by = world.account(role, site_id=hospital.site_id)
    with nothing_new(), pytest.raises(NotAllowed):
        sessions.register(root, hospital.site_id, [ada], by=by, now=world.now)
    with nothing_new(), pytest.raises(NotAllowed):
        sessions.register(root, hospital.site_id, [ada], by=hospital.manager, now=world.now)


def test_a_site_sees_its_own_people_alone_and_the_sponsor_all(hospital, neighbor):
    root = plan(hospital)
    seat(hospital, root, nurse(hospital))
    seat(neighbor, root, nurse(neighbor), nurse(neighbor, "Ada"))
    for actor, number in ((hospital.coordinator, 1), (neighbor.coordinator, 2), (hospital.manager, 3)):
        assert len(look(actor, lambda: queries.places(root))) == number
        assert look(actor, lambda: queries.counted([root])) == {root: {"registered": number}}


def test_a_session_is_canceled_with_a_reason_and_then_nobody_is_registered(world, hospital):
    root, ada = plan(hospital, begins_at=NEXT_WEEK), nurse(hospital)
    [place] = seat(hospital, root, ada)
    assert cancel(hospital, root) == root
    row = found(hospital.coordinator, hospital, root)
    assert (row.canceled_on, row.note) == (date(2026, 11, 24), "The trainer is ill")
    said = {"now": world.now}
    told = "This session was canceled on 24 Nov 2026: The trainer is ill"
    with nothing_new(), pytest.raises(IllegalMove, match=told):
        sessions.register(root, hospital.site_id, [hospital.staff_id], by=hospital.coordinator, **said)
    with nothing_new(), pytest.raises(IllegalMove, match=told):
        attendance.attend(root, {place: Presence.CANCELED}, by=hospital.manager, **said)
    with nothing_new(), pytest.raises(IllegalMove, match=told):
        cancel(hospital, root)
    assert [e["table_name"] for e in world.trail("courses.cancel_session")] == ["live_session"]


def test_canceling_is_refused_without_a_reason_from_a_stale_page_and_to_others(world, hospital, neighbor):
    root, own = plan(hospital), plan(hospital, own=True)
    with nothing_new(), pytest.raises(BadInput, match="Reason is missing") as refused:
        cancel(hospital, root, reason=" ")
    assert refused.value.field == "reason"
    for by in (hospital.coordinator, world.account(Role.AUDITOR, site_id=hospital.site_id)):
        with nothing_new(), pytest.raises(NotAllowed):
            cancel(hospital, root, by=by)
    with nothing_new(), pytest.raises(NotAllowed):
        cancel(hospital, own)  # the sponsor, of a session that the site holds
    with nothing_new(), pytest.raises(NotFound):
        cancel(hospital, own, by=neighbor.coordinator)
    stale = found(hospital.coordinator, hospital, own).id
    assert cancel(hospital, own, by=hospital.coordinator) == own
    with nothing_new(), pytest.raises(StaleRecord):
        cancel(hospital, own, by=hospital.coordinator, seen=stale)


def test_a_session_that_somebody_attended_was_held(world, hospital):
    root, ada = plan(hospital), nurse(hospital)
    [place] = seat(hospital, root, ada)
    attendance.attend(root, {place: Presence.ATTENDED}, by=hospital.manager, now=world.now)
    with nothing_new(), pytest.raises(IllegalMove, match="Somebody attended this session, so it was held."):
        cancel(hospital, root)


def test_whoever_registers_while_the_session_is_canceled_is_told(app, world, hospital):
    """Both at once: either the person is registered and then it is canceled, or the registration is refused."""
    root, ada = plan(hospital, begins_at=NEXT_WEEK), nurse(hospital)
    seen, told = found(hospital.manager, hospital, root).id, []

    def register() -> None:
        with app.app_context():
            try:
                sessions.register(root, hospital.site_id, [ada], by=hospital.coordinator, now=world.now)
                told.append("registered")
            except IllegalMove as refused:
                told.append(refused.sentence)

    def stop() -> None:
        with app.app_context():
            sessions.cancel(seen, reason="Ill", by=hospital.manager, now=world.now)

    both = [threading.Thread(target=one) for one in (stop, register)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert told in (["registered"], ["This session was canceled on 24 Nov 2026: Ill"])
    assert bool(shown(hospital, root)) is (told == ["registered"])
