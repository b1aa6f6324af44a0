"""What is done to a site, against a real database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import ProgrammingError

from rems.access.rules import Role
from rems.core.db import entering_history, reading
from rems.core.errors import BadInput, Incomplete, NotAllowed, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.programs import queries as programs
from rems.programs.rules import EvidenceKind
from rems.sites import actions, listing, queries
from rems.sites.rules import PROCESSES, LocationKind, StaffRole
from tests.factories import EUROPE, KYMRIAH, LABEL, PASSWORD, Hospital, World

pytestmark = pytest.mark.usefixtures("app")
PLACE = {"city": "Lund", "region": "", "country": "SE", "timezone": "Europe/Stockholm", "code": EUROPE}


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital()


@contextmanager
def refused(world: World, action: str, error: type[Exception], match: str, field: str = "") -> Iterator[Any]:
    """The block is refused with that sentence at that field, and leaves nothing in the trail."""
    before = len(world.trail(action))
    with pytest.raises(error, match=match) as caught:
        yield caught
    assert len(world.trail(action)) == before
    if field:
        assert isinstance(caught.value, BadInput)
        assert caught.value.field == field


def everything(code: str, on: date) -> list[str]:
    return [a.code for a in programs.program(code).attestations_on(on)]


def designate(h: Hospital, on: date = date(2020, 1, 1)) -> UUID:
    return actions.designate(h.site_id, h.code, h.staff_id, holds_on=on, by=h.coordinator, now=h.world.now)


def sign(h: Hospital, **changed: Any) -> UUID:
    on = changed.get("holds_on", date(2021, 3, 3))
    said = {"attested": everything(h.code, on), "holds_on": on, "password": PASSWORD, "by": h.representative}
    return actions.sign_enrollment(h.site_id, h.code, **{**said, **changed}, now=h.world.now)


# -- register


def test_a_manager_registers_a_site_with_its_hospital_and_its_entry(world: World) -> None:
    manager = world.manager()
    site_id = actions.register("  Skånes   universitetssjukhus 日本 ", **PLACE, by=manager, now=world.now)
    with reading(manager):
        site = queries.site(manager, site_id)
        assert (site.name, site.folded) == ("Skånes universitetssjukhus 日本", "skanes universitetssjukhus 日本")
        assert [(p.name, p.kind, p.parent_id) for p in queries.locations(site_id)] == [
            (site.name, LocationKind.HOSPITAL, None)
        ]
        assert queries.entry(manager, site_id, EUROPE).program.code == EUROPE
    tables = {row["table_name"] for row in world.trail("sites.register") if row["scope_id"] is not None}
    assert {"scope", "site", "location"} <= tables


def test_registering_is_for_the_manager_of_that_program(world: World, hospital: Hospital) -> None:
    for by in (hospital.coordinator, world.manager(KYMRIAH)):
        with refused(world, "sites.register", NotAllowed, "program manager"):
            actions.register("A", **PLACE, by=by, now=world.now)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": "  "}, "name", "Name of the site is missing"),
        ({"timezone": "Europe/Bielefeld"}, "timezone", '"Europe/Bielefeld" is no time zone'),
        ({"country": "XX"}, "country", '"XX" is no country code'),
        ({"code": "NO-SUCH"}, "code", '"NO-SUCH" is no program; known are: '),
    ],
)
def test_a_bad_value_is_refused_at_its_field(world: World, changed: dict[str, str], field: str, sentence: str) -> None:
    manager = world.manager()
    with refused(world, "sites.register", BadInput, sentence, field):
        actions.register(**{"name": "Lund", **PLACE, **changed}, by=manager, now=world.now)


# -- enter


def test_a_site_enters_a_second_program_once(world: World, hospital: Hospital) -> None:
    scope_id = actions.enter(hospital.site_id, LABEL, by=hospital.coordinator, now=world.now)
    assert hospital.coordinator.id
    again = world.actor(hospital.coordinator.id)
    assert scope_id in again.scopes
    with reading(again):
        assert {e.program.code for e in queries.entries(again, hospital.site_id)} == {EUROPE, LABEL}
    assert world.trail("sites.enter")[-1]["row_key"] == str(scope_id)
    for by in (again, hospital.coordinator):  # who opened the page before does not see the new scope yet
        with refused(world, "sites.enter", BadInput, "has entered .* already; a site enters a program once", "code"):
            actions.enter(hospital.site_id, LABEL, by=by, now=world.now)


def test_entering_an_unknown_program_is_refused(world: World, hospital: Hospital) -> None:
    with refused(world, "sites.enter", BadInput, "is no program", "code"):
        actions.enter(hospital.site_id, "NO-SUCH", by=hospital.coordinator, now=world.now)


def test_the_manager_does_not_enter_a_program_for_a_site(world: World, hospital: Hospital) -> None:
    with refused(world, "sites.enter", NotAllowed, "site coordinator"):
        actions.enter(hospital.site_id, LABEL, by=hospital.manager, now=world.now)


def test_the_manager_of_another_program_does_not_see_the_site(world: World, hospital: Hospital) -> None:
    other = world.manager(KYMRIAH)
    with reading(other):
        with pytest.raises(NotFound, match="or it is not yours to see"):
            queries.site(other, hospital.site_id)
        assert queries.page(other) == ([], 0)


# -- locations


def test_a_location_hangs_under_the_hospital_or_under_another(world: World, hospital: Hospital) -> None:
    clinic = actions.add_location(
        hospital.site_id, "Klinik Süd", LocationKind.CLINIC, by=hospital.coordinator, now=world.now
    )
    unit = actions.add_location(
        hospital.site_id, "Ward 3", LocationKind.UNIT, parent_id=clinic, by=hospital.coordinator, now=world.now
    )
    with reading(hospital.coordinator):
        parents = {p.id: p.parent_id for p in queries.locations(hospital.site_id)}
    assert parents == {hospital.location_id: None, clinic: hospital.location_id, unit: clinic}
    assert len(world.trail("sites.add_location")) >= 2


def test_a_location_is_refused_with_its_sentence(world: World, hospital: Hospital) -> None:
    def add(name: str, by: Any = hospital.coordinator, **more: Any) -> None:
        actions.add_location(hospital.site_id, name, LocationKind.CLINIC, **more, by=by, now=world.now)

    add("Clinic")
    with refused(world, "sites.add_location", BadInput, 'has a location "CLINIC" already', "name"):
        add("CLINIC")
    with refused(world, "sites.add_location", BadInput, "Name of the location is missing", "name"):
        add(" ")
    with refused(world, "sites.add_location", BadInput, "no location of the site", "parent_id"):
        add("Ward", parent_id=world.hospital().location_id)
    with refused(world, "sites.add_location", NotAllowed, "site coordinator"):
        add("Ward", by=hospital.manager)


# -- staff


def test_a_person_joins_and_leaves(world: World, hospital: Hospital) -> None:
    key = actions.add_staff(
        hospital.site_id,
        "Søren Ågård",
        StaffRole.NURSE,
        email=" Soren@Test.Example ",
        from_on=date(2021, 1, 1),
        by=hospital.coordinator,
        now=world.now,
    )
    with reading(hospital.coordinator):
        found = queries.staff_member(hospital.coordinator, key)
        assert (found.email, found.version) == ("soren@test.example", 1)
    leave = {"until_on": date(2022, 1, 1), "by": hospital.coordinator, "now": world.now}
    actions.end_staff(key, version=1, **leave)
    with reading(hospital.coordinator):
        assert key in {p.id for p in queries.staff(hospital.site_id, on=date(2022, 1, 1))}
        assert key not in {p.id for p in queries.staff(hospital.site_id, on=date(2022, 1, 2))}
    assert world.trail("sites.add_staff")[-1]["row_key"] == str(key)
    assert world.trail("sites.end_staff")[-1]["operation"] == "update"
    with refused(world, "sites.end_staff", StaleRecord, "changed by somebody else"):
        actions.end_staff(key, version=1, **leave)


def test_staff_is_refused_with_its_sentence(world: World, hospital: Hospital) -> None:
    def add(name: str = "A", from_on: date = date(2020, 1, 1), by: Any = hospital.coordinator) -> None:
        actions.add_staff(hospital.site_id, name, StaffRole.NURSE, from_on=from_on, by=by, now=world.now)

    def end(until_on: date, by: Any = hospital.coordinator, key: UUID = hospital.staff_id) -> None:
        actions.end_staff(key, until_on=until_on, version=1, by=by, now=world.now)

    tomorrow = world.today + timedelta(days=1)
    with refused(world, "sites.add_staff", BadInput, "Name is missing", "name"):
        add(" ")
    with refused(world, "sites.add_staff", BadInput, "Joined on: 25 Nov 2026 lies ahead", "from_on"):
        add(from_on=tomorrow)
    with refused(world, "sites.add_staff", NotAllowed, "site coordinator"):
        add(by=hospital.manager)
    with refused(world, "sites.end_staff", BadInput, "is before .* joined, 1 Jan 2018", "until_on"):
        end(date(2017, 12, 31))
    with refused(world, "sites.end_staff", BadInput, "Last day: 25 Nov 2026 lies ahead", "until_on"):
        end(tomorrow)
    with refused(world, "sites.end_staff", NotAllowed, "site coordinator"):
        end(world.today, by=hospital.manager)
    with refused(world, "sites.end_staff", NotFound, "no such person"):
        end(world.today, key=uuid7())


def test_another_site_does_not_touch_the_staff(world: World, hospital: Hospital) -> None:
    with refused(world, "sites.end_staff", NotFound, "no such person"):
        actions.end_staff(
            hospital.staff_id, until_on=world.today, version=1, by=world.hospital().coordinator, now=world.now
        )


# -- representative


def test_a_representative_holds_until_the_next_and_is_evidence(world: World, hospital: Hospital) -> None:
    designate(hospital)
    second = actions.add_staff(
        hospital.site_id,
        "Second",
        StaffRole.PHYSICIAN,
        from_on=date(2020, 1, 1),
        by=hospital.coordinator,
        now=world.now,
    )
    actions.designate(
        hospital.site_id, EUROPE, second, holds_on=date(2021, 1, 1), by=hospital.coordinator, now=world.now
    )

    def on(day: date) -> UUID | None:
        found = queries.representative(hospital.scope_id, Lens(day))
        return found[1].id if found else None

    with reading(hospital.coordinator):
        entry = queries.entry(hospital.coordinator, hospital.site_id, EUROPE)
        assert [on(date(2019, 12, 31)), on(date(2020, 12, 31)), on(date(2021, 1, 1))] == [
            None,
            hospital.staff_id,
            second,
        ]
        shown = evidence.in_force(hospital.site_id, entry.program_id, Lens(date(2022, 1, 1)))
        assert [e.kind for e in shown] == [EvidenceKind.REPRESENTATIVE_DESIGNATED] * 2
        assert shown[-1].detail == {"staff_member_id": str(second), "name": "Second"}
    assert {r["table_name"] for r in world.trail("sites.designate")} == {"authorized_representative", "evidence"}


def test_nobody_signs_any_more_when_the_representative_has_left(world: World, hospital: Hospital) -> None:
    designate(hospital)
    actions.end_staff(hospital.staff_id, until_on=date(2022, 1, 1), version=1, by=hospital.coordinator, now=world.now)
    with reading(hospital.coordinator):
        assert queries.representative(hospital.scope_id, Lens(date(2022, 1, 1)))
        assert queries.representative(hospital.scope_id, Lens(date(2022, 1, 2))) is None


def test_a_designation_is_refused_with_its_sentence(world: World, hospital: Hospital) -> None:
    def name(staff: UUID = hospital.staff_id, on: date = date(2020, 1, 1), by: Any = hospital.coordinator) -> None:
        actions.designate(hospital.site_id, EUROPE, staff, holds_on=on, by=by, now=world.now)

    with refused(world, "sites.designate", BadInput, "is not on the staff on 31 Dec 2017", "staff_id"):
        name(on=date(2017, 12, 31))
    with refused(world, "sites.designate", BadInput, "nobody of the site's staff", "staff_id"):
        name(world.hospital().staff_id)
    with refused(world, "sites.designate", BadInput, "lies ahead", "holds_on"):
        name(on=world.today + timedelta(days=1))
    with refused(world, "sites.designate", NotAllowed, "site coordinator"):
        name(by=hospital.manager)


def test_a_program_that_was_not_entered_is_not_found(world: World, hospital: Hospital) -> None:
    with refused(world, "sites.designate", NotFound, "has not entered KYMRIAH REMS"):
        actions.designate(
            hospital.site_id,
            KYMRIAH,
            hospital.staff_id,
            holds_on=date(2020, 1, 1),
            by=hospital.coordinator,
            now=world.now,
        )


# -- enrollment form


def test_the_representative_signs_and_the_signature_fits_the_record(world: World, hospital: Hospital) -> None:
    designate(hospital)
    key = sign(hospital)
    with reading(hospital.representative):
        entry = queries.entry(hospital.representative, hospital.site_id, EUROPE)
        found = queries.signed_form(entry, Lens(date(2021, 3, 3)))
        assert queries.signed_form(entry, Lens(date(2021, 3, 2))) is None
        shown = evidence.in_force(hospital.site_id, entry.program_id, Lens(date(2021, 3, 3)))
        assert found
        assert (found.form.id, found.whole, found.person.id) == (key, True, hospital.staff_id)
        assert set(found.form.attestations) == set(everything(EUROPE, date(2021, 3, 3)))
        assert (found.proved.signature.meaning, found.proved.signature.printed_name) == (
            "attestation",
            hospital.representative.name,
        )
        assert (shown[-1].kind, shown[-1].subject_id) == (EvidenceKind.ENROLLMENT_FORM, hospital.staff_id)
    tables = {r["table_name"] for r in world.trail("sites.sign_enrollment")}
    assert tables == {"site_enrollment", "signature", "evidence"}


def test_each_attestation_left_out_is_listed(world: World, hospital: Hospital) -> None:
    designate(hospital)
    asked = programs.program(EUROPE).attestations_on(date(2021, 3, 3))
    with refused(world, "sites.sign_enrollment", Incomplete, "Each statement is attested") as caught:
        sign(hospital, attested=[asked[0].code])
    assert caught.value.gaps == tuple(a.text for a in asked[1:])


def test_only_the_representative_of_that_day_signs(world: World, hospital: Hospital) -> None:
    with refused(world, "sites.sign_enrollment", Incomplete, "has no authorized representative"):
        sign(hospital)
    designate(hospital)
    other = world.account(Role.AUTHORIZED_REPRESENTATIVE, site_id=hospital.site_id)
    with refused(world, "sites.sign_enrollment", NotAllowed, f"signs: {hospital.representative.name}, physician"):
        sign(hospital, by=other)
    for by in (hospital.coordinator, hospital.manager):
        with refused(world, "sites.sign_enrollment", NotAllowed, "authorized representative"):
            sign(hospital, by=by)


def test_a_form_is_refused_with_its_sentence(world: World, hospital: Hospital) -> None:
    designate(hospital, date(2018, 1, 1))
    with refused(world, "sites.sign_enrollment", BadInput, "not your password", "password"):
        sign(hospital, password="wrong")
    with refused(world, "sites.sign_enrollment", BadInput, "lies ahead", "holds_on"):
        sign(hospital, holds_on=world.today + timedelta(days=1))
    expected = "is not open on 21 Aug 2018. It is open since 22 Aug 2018"
    with refused(world, "sites.sign_enrollment", BadInput, expected, "holds_on"):
        sign(hospital, holds_on=date(2018, 8, 21))


def test_a_closed_program_names_the_days_it_was_open(world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US")
    designate(hospital)
    expected = "is not open on 26 Jun 2025. It is open from 30 Aug 2017 to 25 Jun 2025"
    with refused(world, "sites.sign_enrollment", BadInput, expected, "holds_on"):
        sign(hospital, holds_on=date(2025, 6, 26), attested=())
    assert sign(hospital, holds_on=date(2025, 6, 25))


def test_the_application_may_not_leave_the_password_out_even_as_history(world: World, hospital: Hospital) -> None:
    """Entering history is the owner's: without the owner's connection the database refuses it."""
    designate(hospital)
    with refused(world, "sites.sign_enrollment", ProgrammingError, "permission denied"), entering_history():
        sign(hospital, password=None)


# -- processes


def test_a_process_is_evidence_until_its_last_day(world: World, hospital: Hospital) -> None:
    actions.record_process(
        hospital.site_id,
        EUROPE,
        EvidenceKind.RECORDS_KEPT,
        holds_on=date(2020, 1, 1),
        until_on=date(2021, 1, 1),
        summary=" SOP 12, version 3. ",
        by=hospital.coordinator,
        now=world.now,
    )
    with reading(hospital.coordinator):
        entry = queries.entry(hospital.coordinator, hospital.site_id, EUROPE)
        first, last, after = (
            [p.proof.summary for p in queries.processes(entry, Lens(day)) if p.proof]
            for day in (date(2020, 1, 1), date(2021, 1, 1), date(2021, 1, 2))
        )
    assert (first, last, after) == (["SOP 12, version 3."], ["SOP 12, version 3."], [])
    assert world.trail("sites.record_process")[-1]["table_name"] == "evidence"


@pytest.mark.parametrize("kind", list(PROCESSES))
def test_each_process_is_recorded_by_those_who_may(world: World, hospital: Hospital, kind: EvidenceKind) -> None:
    def record(by: Any) -> UUID:
        said = {"holds_on": date(2020, 1, 1), "summary": "Shown.", "now": world.now}
        return actions.record_process(hospital.site_id, EUROPE, kind, by=by, **said)

    may, may_not = hospital.coordinator, hospital.manager
    if kind is EvidenceKind.SITE_QUALIFICATION:
        may, may_not = may_not, may
    assert record(may)
    with refused(world, "sites.record_process", NotAllowed, "It is for: "):
        record(may_not)


def test_a_process_is_refused_with_its_sentence(world: World, hospital: Hospital) -> None:
    def record(kind: EvidenceKind = EvidenceKind.AUDIT, **changed: Any) -> None:
        said = {"holds_on": date(2020, 1, 1), "summary": "Shown.", **changed}
        actions.record_process(hospital.site_id, EUROPE, kind, by=hospital.coordinator, now=world.now, **said)

    cases: list[tuple[Callable[[], None], str, str]] = [
        (lambda: record(EvidenceKind.INFUSION), '"infusion" is not recorded here; recorded are: ', "kind"),
        (lambda: record(holds_on=world.today + timedelta(days=1)), "lies ahead", "holds_on"),
        (lambda: record(until_on=date(2019, 1, 1)), "is before the first day", "until_on"),
        (lambda: record(summary=" "), "write it in one sentence", "summary"),
    ]
    for act, sentence, field in cases:
        with refused(world, "sites.record_process", BadInput, sentence, field):
            act()


# -- looking


def test_the_list_is_searched_without_accents_and_paged(world: World) -> None:
    manager = world.manager()
    for name in ("Århus", "Aarau", "Bern"):
        actions.register(name, **PLACE, by=manager, now=world.now)
    with reading(manager):
        assert [s.name for s in queries.page(manager, text="arhus")[0]] == ["Århus"]
        assert [s.name for s in queries.page(manager, text="A_%")[0]] == []
        rows, total = queries.page(manager, number=2, size=2)
        assert ([s.name for s in rows], total) == (["Bern"], 3)
        assert {
            p.code for several in listing.entered([s.id for s in rows], Lens(world.today)).values() for p in several
        } == {EUROPE}
