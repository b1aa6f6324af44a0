"""Keep a site up to date: details, numbers, contacts, the tree of places, and people's names and roles."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rems.access.rules import Role
from rems.core.db import reading
from rems.core.errors import BadInput, NotAllowed, NotFound, StaleRecord
from rems.core.lens import Lens
from rems.evidence import queries as evidence
from rems.programs.rules import EvidenceKind
from rems.sites import actions, details, keeping, queries
from rems.sites.rules import ContactRole, IdentifierKind, Reach, StaffRole
from rems.trail.knowing import settled
from tests.factories import EUROPE, KYMRIAH, PASSWORD, Hospital, World

DAY = date(2021, 3, 3)
DETAILS: dict[str, Any] = {
    "name": "Klinikum Süd",
    "city": "Nürnberg",
    "region": "",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "phone": "+49 911 0",
    "email": "",
}


@pytest.fixture
def hospital(world: World) -> Hospital:
    return world.hospital(EUROPE)


@pytest.fixture
def said(world: World, hospital: Hospital) -> dict[str, Any]:
    return {"by": hospital.coordinator, "now": world.now}


def now_known(hospital: Hospital) -> datetime:
    with reading(hospital.coordinator):
        return settled()[0]


class TestDetails:
    def test_a_change_keeps_what_was_known_before(self, world: World, hospital: Hospital, said) -> None:
        before = now_known(hospital)
        keeping.edit_site(hospital.site_id, **DETAILS, version=1, **said)
        with reading(hospital.coordinator):
            site = queries.site(hospital.coordinator, hospital.site_id)
            assert (site.name, site.folded, site.timezone) == ("Klinikum Süd", "klinikum sud", "Europe/Berlin")
            assert details.about(site, Lens(DAY))["name"] == "Klinikum Süd"
            assert details.about(site, Lens(DAY, before))["name"].startswith("Hospital")
        [entry] = world.trail("sites.edit_site")
        assert entry["table_name"] == "site"

    def test_the_second_of_two_who_change_it_is_told(self, hospital: Hospital, said) -> None:
        keeping.edit_site(hospital.site_id, **DETAILS, version=1, **said)
        with pytest.raises(StaleRecord, match="Klinikum Süd's record was changed by somebody else"):
            keeping.edit_site(hospital.site_id, **{**DETAILS, "city": "Fürth"}, version=1, **said)

    def test_a_manager_of_a_program_may_not(self, world: World, hospital: Hospital) -> None:
        with pytest.raises(NotAllowed):
            keeping.edit_site(hospital.site_id, **DETAILS, version=1, by=hospital.manager, now=world.now)
        assert world.trail("sites.edit_site") == []

    @pytest.mark.parametrize(("name", "value"), [("country", "XX"), ("timezone", "Mars/Base"), ("name", " ")])
    def test_what_is_none_is_refused_at_its_field(self, hospital: Hospital, said, name: str, value: str) -> None:
        with pytest.raises(BadInput) as refused:
            keeping.edit_site(hospital.site_id, **{**DETAILS, name: value}, version=1, **said)
        assert refused.value.field == name


class TestNumbers:
    def test_a_number_holds_from_its_day_and_can_be_taken_back(self, world: World, hospital: Hospital, said) -> None:
        key = keeping.add_identifier(hospital.site_id, IdentifierKind.EBMT, "CIC 512", holds_on=DAY, **said)
        known = now_known(hospital)
        keeping.end_identifier(hospital.site_id, key, reason="Of another center", **said)
        with reading(hospital.coordinator):
            assert details.identifiers(hospital.site_id, Lens(DAY)) == []
            [then] = details.identifiers(hospital.site_id, Lens(DAY, known))
            assert (then.value, details.identifiers(hospital.site_id, Lens(DAY - timedelta(1), known))) == (
                "CIC 512",
                [],
            )
        assert world.trail("sites.end_identifier")[0]["reason"] == "Of another center"
        with pytest.raises(NotFound, match="taken back already"):
            keeping.end_identifier(hospital.site_id, key, reason="Again", **said)

    def test_a_number_of_another_site_is_refused_also_when_that_site_is_hidden(self, world: World, said) -> None:
        other = world.hospital(KYMRIAH, country="US")
        hospital = world.hospital(EUROPE)
        given = {"holds_on": DAY, "now": world.now}
        keeping.add_identifier(other.site_id, IdentifierKind.FACT, "F-77", by=other.coordinator, **given)
        with pytest.raises(BadInput) as refused:
            keeping.add_identifier(hospital.site_id, IdentifierKind.FACT, "f 77", by=hospital.coordinator, **given)
        assert refused.value.sentence == (
            "FACT accreditation number: f 77 is the number of another site already; each site has its own."
        )

    def test_one_of_a_kind_and_never_the_same_twice(self, hospital: Hospital, said) -> None:
        keeping.add_identifier(hospital.site_id, IdentifierKind.NPI, "1234567893", holds_on=DAY, **said)
        with pytest.raises(BadInput, match="this site has 1234567893; take that one back first"):
            keeping.add_identifier(hospital.site_id, IdentifierKind.NPI, "1245319599", holds_on=DAY, **said)
        keeping.add_identifier(hospital.site_id, IdentifierKind.OTHER, "A1", holds_on=DAY, **said)
        with pytest.raises(BadInput, match="this site has the number A1 already"):
            keeping.add_identifier(hospital.site_id, IdentifierKind.OTHER, "a-1", holds_on=DAY, **said)

    def test_a_sponsors_number_belongs_to_its_program(self, hospital: Hospital, said) -> None:
        for kind, code in ((IdentifierKind.SPONSOR, ""), (IdentifierKind.CIBMTR, EUROPE)):
            with pytest.raises(BadInput, match="name it for the sponsor's site number, and for no other"):
                keeping.add_identifier(hospital.site_id, kind, "7", code=code, holds_on=DAY, **said)
        keeping.add_identifier(hospital.site_id, IdentifierKind.SPONSOR, "7", code=EUROPE, holds_on=DAY, **said)
        with reading(hospital.manager):
            assert [i.value for i in details.identifiers(hospital.site_id, Lens(DAY))] == ["7"]


class TestContacts:
    def test_a_contact_is_changed_by_another_in_its_place(self, hospital: Hospital, said) -> None:
        given: dict[str, Any] = {"role": ContactRole.AROUND_THE_CLOCK, "email": "", "preferred": Reach.PHONE, **said}
        first = keeping.save_contact(hospital.site_id, name="On duty", phone="1", holds_on=DAY, **given)
        keeping.save_contact(hospital.site_id, name="On duty", phone="2", holds_on=DAY, replaces=first, **given)
        with reading(hospital.coordinator):
            assert [c.phone for c in details.contacts(hospital.site_id, Lens(DAY))] == ["2"]
        with pytest.raises(StaleRecord, match="changed by somebody else"):
            keeping.save_contact(hospital.site_id, name="X", phone="3", holds_on=DAY, replaces=first, **given)
        with pytest.raises(StaleRecord):
            keeping.end_contact(hospital.site_id, first, reason="No longer", **said)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"phone": "", "email": ""}, "phone"),
            ({"phone": "", "email": "a@b.example"}, "preferred"),
            ({"name": " "}, "name"),
        ],
    )
    def test_whom_nobody_could_reach_is_refused(self, hospital: Hospital, said, given, field: str) -> None:
        values: dict[str, Any] = {"name": "A", "phone": "1", "email": "", "preferred": Reach.PHONE, **given}
        with pytest.raises(BadInput) as refused:
            keeping.save_contact(hospital.site_id, role=ContactRole.SAFETY, holds_on=DAY, **values, **said)
        assert refused.value.field == field

    def test_taking_one_off_needs_a_reason(self, hospital: Hospital, said) -> None:
        with pytest.raises(BadInput, match="Reason is missing"):
            keeping.end_contact(hospital.site_id, hospital.site_id, reason=" ", **said)


class TestPeople:
    def test_who_signs_is_told_in_the_role_of_the_day(self, hospital: Hospital, said) -> None:
        keeping.change_role(hospital.staff_id, StaffRole.PHARMACIST, holds_on=DAY, **said)
        for day, word in ((DAY - timedelta(1), "physician"), (DAY, "pharmacist")):
            actions.designate(hospital.site_id, EUROPE, hospital.staff_id, holds_on=day, **said)
            with reading(hospital.coordinator):
                entry = queries.entry(hospital.coordinator, hospital.site_id, EUROPE)
                shown = evidence.in_force(hospital.site_id, entry.program_id, Lens(day))
                named = [e for e in shown if e.kind is EvidenceKind.REPRESENTATIVE_DESIGNATED]
                words = max(named, key=lambda e: e.holds_on).summary
            assert f", {word}, since " in words
            other = hospital.world.account(Role.AUTHORIZED_REPRESENTATIVE, site_id=hospital.site_id)
            with pytest.raises(NotAllowed, match=rf"Only the authorized representative signs: .*, {word}\."):
                actions.sign_enrollment(
                    hospital.site_id, EUROPE, attested=(), holds_on=day, password=PASSWORD, by=other,
                    now=hospital.world.now,
                )  # fmt: skip

    def test_a_role_has_its_days(self, hospital: Hospital, said) -> None:
        staff = hospital.staff_id
        keeping.change_role(staff, StaffRole.COORDINATOR, holds_on=DAY, **said)
        with reading(hospital.coordinator):
            roles = [
                next(p.role for p in details.people(hospital.site_id, Lens(day)) if p.id == staff)
                for day in (DAY - timedelta(1), DAY)
            ]
        assert roles == [StaffRole.PHYSICIAN, StaffRole.COORDINATOR]
        with pytest.raises(BadInput, match="is coordinator on 3 Mar 2021 already"):
            keeping.change_role(staff, StaffRole.COORDINATOR, holds_on=DAY, **said)
        with pytest.raises(BadInput, match="was not on the staff on 1 Jan 2017"):
            keeping.change_role(staff, StaffRole.NURSE, holds_on=date(2017, 1, 1), **said)

    def test_who_was_entered_by_mistake_is_gone_and_still_known_before(self, hospital: Hospital, said) -> None:
        key = actions.add_staff(hospital.site_id, "Wrong Name", StaffRole.NURSE, from_on=DAY, **said)
        before = now_known(hospital)
        keeping.take_back_person(key, reason="Works at another site", version=1, **said)
        with reading(hospital.coordinator):
            assert key not in {p.id for p in details.people(hospital.site_id, Lens(DAY))}
            assert key in {p.id for p in details.people(hospital.site_id, Lens(DAY, before))}
            assert key not in {p.id for p in queries.staff(hospital.site_id)}

    def test_who_signed_for_the_site_was_no_mistake(self, hospital: Hospital, said) -> None:
        actions.designate(hospital.site_id, EUROPE, hospital.staff_id, holds_on=DAY, **said)
        with pytest.raises(BadInput, match="was designated as an authorized representative, so was here"):
            keeping.take_back_person(hospital.staff_id, reason="Oops", version=1, **said)

    def test_every_representative_is_listed_with_days(self, hospital: Hospital, said) -> None:
        second = actions.add_staff(hospital.site_id, "Second", StaffRole.NURSE, from_on=DAY, **said)
        for staff, day in ((hospital.staff_id, DAY), (second, DAY + timedelta(30))):
            actions.designate(hospital.site_id, EUROPE, staff, holds_on=day, **said)
        with reading(hospital.manager):
            found = details.representatives(hospital.scope_id, hospital.site_id, Lens(date(2026, 1, 1)))
            early = details.representatives(hospital.scope_id, hospital.site_id, Lens(DAY))
        assert [(d.person.id, d.from_on, d.until_on) for d in found] == [
            (second, DAY + timedelta(30), None),
            (hospital.staff_id, DAY, DAY + timedelta(30)),
        ]
        assert [(d.person.id, d.until_on) for d in early] == [(hospital.staff_id, None)]

    def test_a_name_is_written_anew(self, hospital: Hospital, said) -> None:
        keeping.edit_person(hospital.staff_id, name="Dr. 王小明", email="W@X.example", version=1, **said)
        with reading(hospital.coordinator):
            row = queries.staff_member(hospital.coordinator, hospital.staff_id)
            assert (row.name, row.email) == ("Dr. 王小明", "w@x.example")
        with pytest.raises(StaleRecord):
            keeping.edit_person(hospital.staff_id, name="X", email="", version=1, **said)


def test_the_moment_of_these_tests_is_not_ahead(world: World) -> None:
    assert world.now < datetime.now(UTC)
