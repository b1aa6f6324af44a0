"""Publish courses in editions and withdraw them: what is kept, what it renews, what is refused."""

import hashlib
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, NotAllowed, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.trail.knowing import settled
from rems.training.courses import publishing, queries
from rems.training.courses.models import CourseEdition
from rems.training.courses.rules import MaterialForm
from rems.training.rules import TrainingKind
from tests.factories import ADMIN, EUROPE, KYMRIAH, Hospital
from tests.training.teaching import PAGE, PDF, look, nothing_new, publish

TODAY = date(2026, 11, 24)


@pytest.fixture
def hospital(world) -> Hospital:
    return world.hospital(EUROPE)


def edition(hospital: Hospital, root) -> CourseEdition:
    def found() -> CourseEdition:
        row = queries.edition(root)
        assert row.page is not None  # loaded here, for it is deferred
        return row

    return look(hospital.coordinator, found)


def withdraw(hospital: Hospital, root, on: date, **change: Any):
    seen = change.pop("seen", None) or edition(hospital, root).id
    given = {"by": hospital.manager, "now": hospital.world.now}
    return publishing.withdraw(seen, on=on, **{**given, **change})


def renewals(hospital: Hospital, on: date, known_at: datetime | None = None):
    [program_id] = hospital.manager.programs
    return look(hospital.manager, lambda: queries.renewals({program_id}, Lens(on, known_at)).get(program_id, ()))


def in_use(hospital: Hospital, on: date) -> list[str]:
    [program_id] = hospital.manager.programs
    return [row.label for row in look(hospital.coordinator, lambda: queries.in_use(program_id, on))]


def test_a_page_is_kept_as_it_was_written_and_read_by_the_sites(world, hospital):
    root = publish(hospital, title="  Handling CAR-T cells ", edition=" 1.0 ", page=f"\n{PAGE}\n")
    row = edition(hospital, root)
    assert (row.title, row.edition, row.page, row.form) == ("Handling CAR-T cells", "1.0", PAGE, MaterialForm.PAGE)
    assert (row.id, row.root_id, row.series_id, row.file_id) == (root, root, root, None)
    assert row.label == "Handling CAR-T cells, edition 1.0"
    assert [e["table_name"] for e in world.trail("courses.publish")] == ["course_edition"]


def test_a_pdf_is_kept_with_its_digest_and_the_trail_keeps_no_content(world, hospital):
    root = publish(hospital, file=("Übersicht 臨床.pdf", PDF))
    row = edition(hospital, root)
    assert (row.form, row.page) == (MaterialForm.FILE, "")
    with reading(hospital.coordinator):
        kept = queries.file(row.file_id)
        assert (kept.name, kept.size, kept.content) == ("Übersicht 臨床.pdf", len(PDF), PDF)
        assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
        db.session.expunge_all()
    entries = world.trail("courses.publish")
    assert [e["table_name"] for e in entries] == ["course_file", "course_edition"]
    assert str(PDF.hex()) not in str(entries[0]["after"])


def test_the_next_edition_stands_in_the_same_course_and_takes_the_place_of_the_one_before(hospital):
    first = publish(hospital)
    second = publish(hospital, after=first, edition="2.0", from_on=date(2026, 12, 1))
    assert edition(hospital, second).series_id == first
    assert in_use(hospital, date(2026, 11, 30)) == ["Handling CAR-T cells, edition 1.0"]
    assert in_use(hospital, date(2026, 12, 1)) == ["Handling CAR-T cells, edition 2.0"]
    third = publish(hospital, after=second, edition="3.0", from_on=date(2026, 12, 1))
    assert edition(hospital, third).series_id == first
    assert in_use(hospital, date(2026, 12, 1)) == ["Handling CAR-T cells, edition 3.0"]


def test_only_an_edition_that_renews_asks_for_what_was_taken_before(hospital):
    first = publish(hospital)
    second = publish(hospital, after=first, edition="2.0", from_on=date(2026, 12, 1), renews=True)
    publish(hospital, after=second, edition="3.0", from_on=date(2027, 1, 1))
    assert renewals(hospital, date(2026, 11, 30)) == ()
    [one] = renewals(hospital, date(2027, 2, 1))
    assert (one.kind, one.title, one.edition, one.from_on, one.until_on) == (
        "staff-training",
        "Handling CAR-T cells",
        "edition 2.0",
        date(2026, 12, 1),
        None,
    )


def test_an_edition_published_later_does_not_change_what_was_known_before(hospital):
    with reading(hospital.manager):
        before, sure = settled()
    assert sure
    publish(hospital, from_on=TODAY, renews=True)
    assert renewals(hospital, TODAY, before) == ()
    assert len(renewals(hospital, TODAY)) == 1


def test_a_withdrawn_edition_asks_no_more_unless_a_newer_one_had_taken_its_place(hospital):
    root = publish(hospital, from_on=TODAY, renews=True)
    withdraw(hospital, root, date(2027, 1, 1))
    assert [r.until_on for r in renewals(hospital, TODAY)] == [date(2027, 1, 1)]
    publish(hospital, after=root, edition="2.0", from_on=date(2026, 12, 1))
    assert [r.until_on for r in renewals(hospital, date(2027, 2, 1))] == [None]


def test_a_newer_edition_that_was_never_used_takes_nothing_s_place(hospital):
    root = publish(hospital, from_on=TODAY, renews=True)
    never = publish(hospital, after=root, edition="2.0", from_on=date(2026, 12, 1))
    withdraw(hospital, never, date(2026, 11, 30))
    withdraw(hospital, root, date(2027, 1, 1))
    assert [r.until_on for r in renewals(hospital, date(2027, 2, 1))] == [date(2027, 1, 1)]
    publish(hospital, after=root, edition="2.1", from_on=date(2026, 11, 28))  # nor does it stand in the way of one


BAD = [
    ({"title": " "}, "title", "Title is missing: name the course."),
    ({"edition": ""}, "edition", "Edition is missing: for example 1.0"),
    ({"page": " \n"}, "page", "Material is missing: write the page, or choose a PDF."),
    ({"file": ("a.pdf", PDF), "page": "too"}, "page", "A course is a page or a PDF, not both; take one away."),
    ({"renews": True, "from_on": date(2026, 11, 23)}, "from_on", "begins today or later: nobody could have known"),
]


@pytest.mark.parametrize(("change", "field", "words"), BAD)
def test_a_bad_edition_is_refused_at_its_field_and_leaves_nothing(hospital, change, field, words):
    with nothing_new(), pytest.raises(BadInput, match=words) as refused:
        publish(hospital, **change)
    assert refused.value.field == field


def test_what_stands_already_is_not_published_again(hospital):
    first = publish(hospital)
    second = publish(hospital, after=first, edition="2.0", from_on=date(2026, 12, 1))
    for change, field, words in (
        ({}, "title", 'has a course "Handling CAR-T cells" already; publish its next edition'),
        ({"title": "handling car-t CELLS"}, "title", "publish its next edition"),
        ({"after": first, "edition": "1.0"}, "edition", "There is an edition 1.0 of Handling CAR-T cells already."),
        (
            {"after": second, "edition": "1.1", "from_on": date(2026, 11, 30)},
            "from_on",
            "Edition 2.0 begins on 1 Dec 2026; the next one begins then or later.",
        ),
    ):
        with nothing_new(), pytest.raises(BadInput, match=words) as refused:
            publish(hospital, **change)
        assert refused.value.field == field


def test_two_programs_may_have_a_course_of_one_name(world, hospital):
    other = world.hospital(KYMRIAH)
    assert publish(hospital) and publish(other)
    with nothing_new(), pytest.raises(NotFound):
        publish(other, after=uuid7())
    theirs = publish(other, title="Another")
    with nothing_new(), pytest.raises(NotFound):
        publish(hospital, after=theirs, edition="2.0")


def test_a_sponsor_of_two_programs_sets_no_edition_of_one_behind_a_course_of_the_other(world, hospital):
    other = world.hospital(KYMRIAH)
    first = publish(hospital)
    both = world.account(Role.PROGRAM_MANAGER, program_id=next(iter(hospital.manager.programs)))
    said = {"site_id": None, "from_on": date(2015, 1, 1), "by": ADMIN, "now": world.now}
    access.grant(both.id, Role.PROGRAM_MANAGER, program_id=next(iter(other.manager.programs)), **said)
    with nothing_new(), pytest.raises(NotFound, match="There is no such course"):
        publish(other, after=first, edition="2.0", by=world.actor(both.id))


@pytest.mark.parametrize("role", [Role.SITE_COORDINATOR, Role.AUTHORIZED_REPRESENTATIVE, Role.AUDITOR])
def test_sites_and_auditors_publish_nothing(world, hospital, role):
    root = publish(hospital)
    by = world.account(role, site_id=hospital.site_id)
    with nothing_new(), pytest.raises(NotAllowed, match="publish courses and assessments of a program here"):
        publish(hospital, title="Another", by=by)
    with nothing_new(), pytest.raises(NotAllowed):
        withdraw(hospital, root, TODAY, by=by)


def test_the_sponsor_of_another_program_neither_publishes_nor_sees(world, hospital):
    root = publish(hospital)
    stranger = world.hospital(KYMRIAH)
    with nothing_new(), pytest.raises(NotAllowed):
        publish(hospital, title="Another", by=stranger.manager)
    with nothing_new(), pytest.raises(NotFound):
        withdraw(hospital, root, TODAY, by=stranger.manager)
    for actor in (stranger.manager, stranger.coordinator):
        with pytest.raises(NotFound):
            look(actor, lambda: queries.edition(root))


def test_an_edition_is_withdrawn_from_a_day_on_and_the_one_before_is_taken_again(world, hospital):
    first = publish(hospital)
    second = publish(hospital, after=first, edition="2.0", from_on=TODAY)
    assert withdraw(hospital, second, TODAY + timedelta(days=7)) == second
    assert in_use(hospital, date(2026, 11, 30)) == ["Handling CAR-T cells, edition 2.0"]
    assert in_use(hospital, date(2026, 12, 1)) == ["Handling CAR-T cells, edition 1.0"]
    [entry] = world.trail("courses.withdraw")
    assert entry["after"]["withdrawn_on"] == "2026-12-01"


def test_withdrawing_is_refused_for_a_day_that_is_over_twice_and_from_a_stale_page(hospital):
    root = publish(hospital)
    stale = edition(hospital, root).id
    with nothing_new(), pytest.raises(BadInput, match="cannot be withdrawn for a day that is over") as refused:
        withdraw(hospital, root, TODAY - timedelta(days=1))
    assert refused.value.field == "on"
    withdraw(hospital, root, TODAY)
    with nothing_new(), pytest.raises(IllegalMove, match="was withdrawn already, from 24 Nov 2026 on"):
        withdraw(hospital, root, TODAY)
    with nothing_new(), pytest.raises(StaleRecord, match="Somebody else changed this"):
        withdraw(hospital, root, TODAY, seen=stale)
    with nothing_new(), pytest.raises(NotFound):
        withdraw(hospital, root, TODAY, seen=uuid7())


def test_of_two_who_publish_the_same_edition_at_once_one_is_told(app, hospital):
    first = publish(hospital)
    told: list[str] = []

    def go() -> None:
        with app.app_context():
            try:
                publish(hospital, after=first, edition="2.0", from_on=TODAY)
                told.append("published")
            except BadInput as refused:
                told.append(refused.sentence)

    both = [threading.Thread(target=go) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) == ["There is an edition 2.0 of Handling CAR-T cells already.", "published"]


@pytest.mark.parametrize("kind", TrainingKind)
def test_a_course_is_recorded_as_the_kind_it_says(hospital, kind):
    assert edition(hospital, publish(hospital, kind=kind)).kind is kind
