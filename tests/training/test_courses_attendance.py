"""Attendance: who came was trained on the day of the session, and is not any more when that is said otherwise."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from rems.access.rules import Role
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.evidence.rules import EvidenceKind
from rems.sites import actions as sites
from rems.sites import keeping
from rems.training.courses import attendance, queries
from rems.training.courses.rules import Presence
from rems.training.rules import TrainingKind
from tests.counting import counted
from tests.factories import EUROPE, Hospital
from tests.training.teaching import entry_of, look, nothing_new, nurse, plan, proofs, seat, shown, trainings

CAME, STAYED_AWAY, OPEN, GAVE_UP = Presence.ATTENDED, Presence.ABSENT, Presence.REGISTERED, Presence.CANCELED
DAY = date(2026, 11, 24)


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def ada(hospital) -> UUID:
    return nurse(hospital, "Žofia Nowak-Ñandú")


@pytest.fixture
def root(hospital) -> UUID:
    return plan(hospital)


@pytest.fixture
def place(hospital, root, ada) -> UUID:
    """The state that a page shows of Ada's place."""
    [one] = seat(hospital, root, ada)
    return one


def say(hospital: Hospital, root: UUID, said, *, by=None) -> int:
    return attendance.attend(root, said, by=by or hospital.manager, now=hospital.world.now)


def presence(hospital: Hospital, root: UUID) -> list[Presence]:
    return [p.presence for p in look(hospital.coordinator, lambda: queries.places(root))]


@pytest.mark.parametrize("kind", TrainingKind)
def test_who_came_was_trained_on_the_day_of_the_session(world, hospital, ada, kind):
    root = plan(hospital, kind=kind)
    [place] = seat(hospital, root, ada)
    assert say(hospital, root, {place: CAME}) == 1
    [row] = trainings(hospital)
    assert (row.staff_member_id, row.kind, row.holds_on, row.edition_id) == (ada, kind, DAY, None)
    assert row.material == "CAR-T in practice, live session with Dr. Živa Öztürk"
    [one] = proofs(hospital)
    assert (one.kind, one.subject_id, one.holds_on, one.source_id) == (EvidenceKind(kind), ada, DAY, row.id)
    assert one.summary.startswith("Žofia Nowak-Ñandú: ")
    tables = [e["table_name"] for e in world.trail("courses.take_attendance")]
    assert sorted(tables) == ["evidence", "session_place", "training_record"]


@pytest.mark.parametrize(
    ("zone", "day"), [("America/Los_Angeles", date(2026, 11, 23)), ("Europe/Berlin", DAY), ("Asia/Tokyo", DAY)]
)
def test_the_day_is_that_of_the_session_s_own_clock(hospital, ada, zone, day):
    root = plan(hospital, begins_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC), timezone=zone)
    [place] = seat(hospital, root, ada)
    say(hospital, root, {place: CAME})
    assert [row.holds_on for row in trainings(hospital)] == [day]


def test_where_it_is_tomorrow_already_who_came_was_trained_tomorrow(world, ada, hospital):
    """15:42 in UTC is past midnight in Auckland: the session has begun, and its day is the 25th."""
    root = plan(hospital, begins_at=datetime(2026, 11, 24, 15, 0, tzinfo=UTC), timezone="Pacific/Auckland")
    [place] = seat(hospital, root, ada)
    assert say(hospital, root, {place: CAME}) == 1
    assert [one.holds_on for one in proofs(hospital, date(2026, 11, 25))] == [date(2026, 11, 25)]
    assert proofs(hospital, DAY) == []


def test_who_did_not_come_was_not_trained(hospital, root, place):
    assert say(hospital, root, {place: STAYED_AWAY}) == 0
    assert presence(hospital, root) == [STAYED_AWAY]
    assert trainings(hospital) == [] and proofs(hospital) == []


@pytest.mark.parametrize("otherwise", [STAYED_AWAY, OPEN, GAVE_UP])
def test_saying_otherwise_takes_the_training_and_its_evidence_back(hospital, ada, root, place, otherwise):
    say(hospital, root, {place: CAME})
    assert say(hospital, root, {shown(hospital, root)[ada]: otherwise}) == 0
    assert presence(hospital, root) == [otherwise]
    assert trainings(hospital) == [] and proofs(hospital) == []
    assert say(hospital, root, {shown(hospital, root)[ada]: CAME}) == 1
    assert len(trainings(hospital)) == len(proofs(hospital)) == 1


def test_what_was_known_before_it_was_taken_back_stays_known(world, hospital, ada, root, place):
    say(hospital, root, {place: CAME})
    [row] = trainings(hospital)
    say(hospital, root, {shown(hospital, root)[ada]: STAYED_AWAY})
    program_id = entry_of(hospital).program_id
    lens = Lens(DAY, row.recorded_at)
    then = look(hospital.coordinator, lambda: evidence.in_force(hospital.site_id, program_id, lens))
    assert row.id in {one.source_id for one in then}


def test_saying_what_the_page_shows_changes_nothing(hospital, ada, root, place):
    with nothing_new():
        assert say(hospital, root, {place: OPEN}) == 0
        assert say(hospital, root, {}) == 0
    say(hospital, root, {place: CAME})
    with nothing_new():
        assert say(hospital, root, {shown(hospital, root)[ada]: CAME}) == 0
        assert say(hospital, root, {place: OPEN}) == 0  # a page opened before: it says nothing new of her
        assert say(hospital, root, {place: CAME}) == 0  # and here the same as somebody else


def test_what_somebody_else_said_meanwhile_is_not_overwritten(hospital, root, place):
    say(hospital, root, {place: CAME})
    with nothing_new(), pytest.raises(StaleRecord, match="Somebody else changed this since you opened it"):
        say(hospital, root, {place: STAYED_AWAY})


def test_before_a_session_has_begun_nobody_came_to_it(hospital, ada):
    root = plan(hospital, begins_at=datetime(2026, 11, 24, 15, 43, tzinfo=UTC))
    [place] = seat(hospital, root, ada)
    for word in (CAME, STAYED_AWAY):
        with nothing_new(), pytest.raises(IllegalMove, match="The session has not begun"):
            say(hospital, root, {place: word})
    say(hospital, root, {place: GAVE_UP})
    say(hospital, root, {shown(hospital, root)[ada]: OPEN})
    assert presence(hospital, root) == [OPEN]


def test_one_who_did_not_work_there_that_day_cannot_have_come(world, hospital, ada):
    root = plan(hospital)
    sites.end_staff(ada, until_on=DAY, version=1, by=hospital.coordinator, now=world.now)
    [place] = seat(hospital, root, ada)
    early = plan(hospital, begins_at=datetime(2026, 11, 1, 9, 0, tzinfo=UTC))
    late = nurse(hospital, "New Nurse", from_on=date(2026, 11, 2))
    assert say(hospital, root, {place: CAME}) == 1
    with pytest.raises(BadInput, match="not on 1 Nov 2026"):
        seat(hospital, early, late)


def test_all_is_kept_or_nothing(world, hospital, ada, root):
    gone = nurse(hospital, "Entered Wrongly")
    one, other = seat(hospital, root, ada, gone)
    keeping.take_back_person(gone, reason="Never here", version=1, by=hospital.coordinator, now=world.now)
    with nothing_new(), pytest.raises(BadInput, match="not on the staff list any more cannot have come"):
        say(hospital, root, {one: CAME, other: CAME})
    assert say(hospital, root, {one: CAME, other: STAYED_AWAY}) == 1


def test_whoever_holds_the_session_says_who_came(world, hospital, ada):
    theirs, own = plan(hospital), plan(hospital, own=True)
    [at_theirs], [at_own] = seat(hospital, theirs, ada), seat(hospital, own, ada)
    for by in (hospital.coordinator, world.account(Role.AUDITOR, site_id=hospital.site_id)):
        for word in (CAME, STAYED_AWAY):
            with nothing_new(), pytest.raises(NotAllowed, match="Whoever holds the session says who was there"):
                say(hospital, theirs, {at_theirs: word}, by=by)
    with nothing_new(), pytest.raises(NotAllowed):
        say(hospital, own, {at_own: CAME})  # the sponsor, of the site's own
    assert say(hospital, own, {at_own: CAME}, by=hospital.coordinator) == 1


def test_a_site_gives_up_an_open_place_of_its_people_and_takes_no_word_back(world, hospital, ada, root, place):
    pharmacist = world.account(Role.PHARMACIST, site_id=hospital.site_id)
    with nothing_new(), pytest.raises(NotAllowed):
        say(hospital, root, {place: GAVE_UP}, by=pharmacist)
    say(hospital, root, {place: GAVE_UP}, by=hospital.coordinator)
    assert presence(hospital, root) == [GAVE_UP]
    seat(hospital, root, ada)
    say(hospital, root, {shown(hospital, root)[ada]: CAME})
    with nothing_new(), pytest.raises(NotAllowed):
        say(hospital, root, {shown(hospital, root)[ada]: GAVE_UP}, by=hospital.coordinator)


def test_the_place_of_another_session_or_site_is_not_found(world, hospital, ada, root, place):
    other, neighbor = plan(hospital), world.hospital(EUROPE)
    for session, key, by in (
        (other, place, hospital.manager),
        (root, uuid7(), hospital.manager),
        (root, place, neighbor.coordinator),
        (uuid7(), place, hospital.manager),
    ):
        with nothing_new(), pytest.raises(NotFound):
            say(hospital, session, {key: GAVE_UP}, by=by)


def test_each_person_who_came_costs_the_same_few_statements(hospital, root):
    people = [nurse(hospital, f"Nurse {n}") for n in range(8)]
    places = seat(hospital, root, *people)
    with counted() as few:
        say(hospital, root, {places[0]: CAME})
    with counted() as many:
        say(hospital, root, dict.fromkeys(places[1:], CAME))
    assert len(many) - len(few) <= 6 * 4, (len(few), len(many))
