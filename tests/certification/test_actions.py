"""Certify a site: what is needed, what is refused, and what is kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from rems.access.rules import ROLES, HeldFor, Role
from rems.certification import actions, queries
from rems.certification.models import Certification
from rems.certification.rules import FindingState
from rems.core.actor import Actor
from rems.core.db import db, reading
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.sites import actions as sites
from rems.sites import queries as site_queries
from rems.sites.rules import StaffRole
from rems.training import actions as training
from rems.training.rules import TrainingKind
from tests.factories import EUROPE, KYMRIAH, LABEL, PASSWORD, Hospital, World

ON = date(2018, 6, 4)


def certify(hospital: Hospital, *, on: date = ON, by: Actor | None = None, password: str = PASSWORD) -> object:
    said = {**hospital.signed(on), "password": password}
    return actions.certify(hospital.site_id, hospital.code, **said, by=by or hospital.manager)


def standing(hospital: Hospital, on: date, *, known_at: datetime | None = None) -> queries.Standing:
    with reading(hospital.manager):
        entry = site_queries.entry(hospital.manager, hospital.site_id, hospital.code)
        return queries.standing(hospital.manager, entry, Lens(on, known_at))


def certificates() -> list[Certification]:
    with reading(Actor.system("test")):
        found = list(db.session.scalars(db.select(Certification)))
        db.session.expunge_all()
    return found


def test_a_ready_site_is_certified_with_a_number_its_findings_and_a_signature(world: World) -> None:
    hospital = world.hospital(KYMRIAH).applied(ON)
    certify(hospital)
    (row,) = certificates()
    assert row.number.startswith("KYMRIAH-") and len(row.number) >= len("KYMRIAH-0001")
    assert (row.holds_on, row.program_version) == (ON, "2017")
    assert {f["state"] for code, f in row.findings.items() if code.startswith(("AR", "STAFF"))} == {"met"}
    with reading(hospital.manager):
        entry = site_queries.entry(hospital.manager, hospital.site_id, KYMRIAH)
        (signed,) = queries.signed_by(entry, row)
        assert signed.valid
        assert signed.signature.meaning == "approval"
        assert signed.signature.printed_name == hospital.manager.name
    found = standing(hospital, ON)
    assert found.certified
    assert [f.requirement.code for f in found.gaps] == ["SITE-RECORDS"]  # asked at all times, not to become certified
    assert found.sentence.startswith(f"Certificate {row.number}, since 4 June 2018. Of 19 requirements ")


def test_the_trail_shows_the_certificate_and_its_signature(world: World) -> None:
    world.hospital(KYMRIAH).certified(ON)
    entries = world.trail("certification.certify")
    assert {e["table_name"] for e in entries} == {"certification", "certification_act", "signature"}


def test_a_signature_no_longer_fits_a_certificate_with_other_findings(world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    (row,) = certificates()
    with reading(hospital.manager):
        entry = site_queries.entry(hospital.manager, hospital.site_id, KYMRIAH)
        changed = Certification(
            id=row.id,
            number=row.number,
            program_version=row.program_version,
            rules_digest=row.rules_digest,
            holds_on=row.holds_on,
            known_at=row.known_at,
            findings={**row.findings, "STAFF-TRAIN": {"state": "met", "why": "invented"}},
        )
        assert [one.valid for one in queries.signed_by(entry, changed)] == [False]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("SITE-AR-DESIGNATE", "Nobody is designated on this day."),
        ("AR-LIVE-TRAINING", "No record for Dr. Rep"),
        ("AR-ENROLLMENT-FORM", "No enrollment form for Dr. Rep"),
        ("STAFF-TRAIN", "0 of 1 trained. No record for Dr. Rep"),
        ("SITE-PROC-VERIFY-TOCI", "No record is in force on this day."),
        ("SITE-TOCI-ON-SITE", "0 doses on hand for 75 kg; 2 are asked for."),
    ],
)
def test_each_gap_stops_the_application_and_leaves_no_trace(world: World, missing: str, sentence: str) -> None:
    designated = {"SITE-AR-DESIGNATE", "AR-ENROLLMENT-FORM"} if missing == "SITE-AR-DESIGNATE" else {missing}
    hospital = world.hospital(KYMRIAH).ready(ON, but=designated)
    with pytest.raises(Incomplete) as refused:
        hospital.submitted(ON)
    assert any(sentence in gap for gap in refused.value.gaps)
    assert "cannot submit its application for 4 Jun 2018" in refused.value.sentence
    assert world.trail("certification.submit") == []


def test_what_the_program_itself_records_stops_the_certificate_and_not_the_application(world: World) -> None:
    on = date(2020, 5, 1)
    hospital = world.hospital(EUROPE).ready(on, but=["EU-SITE-QUALIFICATION"]).submitted(on)
    before = world.trail("certification.certify")
    with pytest.raises(Incomplete) as refused:
        certify(hospital, on=on)
    assert "cannot be certified from 1 May 2020: 1 requirement is not met" in refused.value.sentence
    assert certificates() == []
    assert world.trail("certification.certify") == before


def test_a_requirement_must_be_met_on_the_day_itself_not_today(world: World) -> None:
    hospital = world.hospital(EUROPE).ready(date(2020, 5, 1))
    with pytest.raises(Incomplete):
        hospital.submitted(date(2020, 4, 30))
    hospital.submitted(date(2020, 5, 1))
    with pytest.raises(BadInput, match="30 Apr 2020 is before the last act"):
        certify(hospital, on=date(2020, 4, 30))
    certify(hospital, on=date(2020, 5, 1))


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (date(2017, 8, 29), "KYMRIAH REMS is not open on 29 Aug 2017. It is open from 30 Aug 2017 to 25 Jun 2025."),
        (date(2025, 6, 26), "KYMRIAH REMS is not open on 26 Jun 2025. It is open from 30 Aug 2017 to 25 Jun 2025."),
        (date(2026, 11, 25), "Certified from: 25 Nov 2026 lies ahead; today is 24 Nov 2026."),
    ],
)
def test_a_day_on_which_the_program_is_not_open_is_refused(world: World, on: date, sentence: str) -> None:
    hospital = world.hospital(KYMRIAH)
    with pytest.raises(BadInput) as refused:
        certify(hospital, on=on)
    assert (refused.value.sentence, refused.value.field) == (sentence, "holds_on")


def test_a_site_is_certified_once(world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    with pytest.raises(IllegalMove, match=r"certified the site from 4 Jun 2018, certificate KYMRIAH-\d+"):
        certify(hospital, on=date(2019, 1, 1))
    assert len(certificates()) == 1


def test_a_program_without_requirements_to_become_certified_gives_no_certificate(world: World) -> None:
    hospital = world.hospital(LABEL)
    with pytest.raises(BadInput, match="asks for no certification"):
        certify(hospital, on=date(2025, 7, 1))


def test_another_password_signs_nothing(world: World) -> None:
    hospital = world.hospital(EUROPE).ready(ON.replace(year=2020))
    with pytest.raises(BadInput) as refused:
        certify(hospital, on=ON.replace(year=2020), password="somebody else's")
    assert refused.value.field == "password"
    assert certificates() == []


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)])
def test_only_a_program_manager_certifies(world: World, role: Role) -> None:
    hospital = world.hospital(EUROPE)
    with reading(hospital.manager):
        held = {"program_id": programs.key(EUROPE)} if ROLES[role].held_for is HeldFor.PROGRAM else {}
    by = world.account(role, **(held or {"site_id": hospital.site_id}))
    with pytest.raises(NotAllowed):
        certify(hospital, on=ON.replace(year=2020), by=by)


def test_a_manager_of_another_program_does_not_find_the_site(world: World) -> None:
    hospital = world.hospital(EUROPE)
    with pytest.raises(NotFound):
        certify(hospital, on=ON.replace(year=2020), by=world.manager(KYMRIAH))
    with pytest.raises(NotFound):
        actions.certify(uuid4(), EUROPE, **hospital.signed(ON), by=hospital.manager)


def test_a_certificate_goes_on_while_a_new_nurse_is_not_trained(world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    sites.add_staff(
        hospital.site_id,
        "Tobias Renquist",
        StaffRole.NURSE,
        from_on=date(2021, 12, 6),
        by=hospital.coordinator,
        now=world.now,
    )
    found = standing(hospital, date(2021, 12, 15))
    assert found.certified
    state = {f.requirement.code: f for f in found.findings}
    assert state["STAFF-TRAIN"].why == "1 of 2 trained. No record for Tobias Renquist, nurse since 6 December 2021."
    assert state["STAFF-TRAIN"].state is FindingState.NOT_MET
    (before,) = [f for f in standing(hospital, date(2021, 12, 5)).findings if f.requirement.code == "STAFF-TRAIN"]
    assert before.why == "1 of 1 trained."


def test_the_standing_of_another_day_uses_the_version_of_that_day(world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    versions = [standing(hospital, day).version for day in (ON, date(2024, 6, 25), date(2024, 6, 26))]
    assert [v.version if v else None for v in versions] == ["2017", "2017", "2024-reduced"]
    closed = standing(hospital, date(2025, 6, 26))
    assert (closed.version, closed.certified, closed.findings) == (None, False, ())
    assert closed.sentence == (
        "KYMRIAH REMS closed on 26 June 2025. No longer necessary; section 505-1(g)(4)(B) of the FD&C Act. "
        "It asks nothing on this day."
    )
    assert standing(hospital, date(2017, 8, 29)).sentence == (
        "KYMRIAH REMS begins on 30 August 2017. It asks nothing on this day."
    )
    assert not standing(hospital, date(2018, 6, 3)).certified


def test_a_site_that_is_not_ready_is_told_how_many_requirements_are_left(world: World) -> None:
    hospital = world.hospital(EUROPE)
    on = date(2020, 5, 1)
    assert standing(hospital, on).sentence == "3 of 3 requirements to become certified are not met."
    hospital.ready(on)
    assert standing(hospital, on).sentence.startswith("Every requirement to become certified is met")


def moment(superuser: object) -> datetime:
    return superuser.execute("select clock_timestamp()").fetchone()[0].astimezone(UTC)  # type: ignore[attr-defined]


def test_what_was_recorded_later_is_not_known_before(world: World, superuser: object) -> None:
    on = date(2020, 5, 1)
    hospital = world.hospital(EUROPE).ready(on, but=["EU-HCP-EDUCATION"])
    before = moment(superuser)
    hospital.ready(on, but=["EU-SITE-QUALIFICATION", "SITE-TOCI-ON-SITE"])
    then = {f.requirement.code: f.state for f in standing(hospital, on, known_at=before).findings}
    now = {f.requirement.code: f.state for f in standing(hospital, on).findings}
    assert (then["EU-HCP-EDUCATION"], now["EU-HCP-EDUCATION"]) == (FindingState.NOT_MET, FindingState.MET)
    assert {**then, "EU-HCP-EDUCATION": None} == {**now, "EU-HCP-EDUCATION": None}


def test_a_person_added_or_ended_later_does_not_change_what_was_known(world: World, superuser: object) -> None:
    on = date(2020, 5, 1)
    hospital = world.hospital(EUROPE).ready(on)
    known = moment(superuser)
    answer = standing(hospital, on, known_at=known)
    late = {"by": hospital.coordinator, "now": world.now}
    sites.add_staff(hospital.site_id, "Late Entry", StaffRole.NURSE, from_on=on, **late)
    sites.end_staff(hospital.staff_id, until_on=on - timedelta(1), version=1, **late)
    assert standing(hospital, on, known_at=known).findings == answer.findings
    assert standing(hospital, on).findings != answer.findings


def test_a_representative_who_left_signs_no_more_and_the_one_who_follows_is_asked_anew(world: World) -> None:
    hospital = world.hospital(KYMRIAH).certified(ON)
    late = {"by": hospital.coordinator, "now": world.now}
    new = sites.add_staff(hospital.site_id, "Dr. New", StaffRole.PHYSICIAN, email="", from_on=date(2019, 1, 1), **late)
    sites.end_staff(hospital.staff_id, until_on=date(2019, 3, 31), version=1, **late)
    by_code = {f.requirement.code: f for f in standing(hospital, date(2019, 4, 1)).findings}
    assert "works at the site no more" in by_code["SITE-AR-DESIGNATE"].why
    sites.designate(hospital.site_id, KYMRIAH, new, holds_on=date(2019, 4, 2), **late)
    training.record_training(
        hospital.site_id, KYMRIAH, new, TrainingKind.LIVE_TRAINING, holds_on=date(2019, 4, 2), material="2019", **late
    )
    by_code = {f.requirement.code: f for f in standing(hospital, date(2019, 4, 2)).findings}
    assert by_code["SITE-AR-DESIGNATE"].why == "Dr. New, since 2 April 2019."
    assert by_code["AR-LIVE-TRAINING"].state is FindingState.MET
    assert by_code["SITE-AR-CHANGE"].why.endswith("on 2 April 2019; the new enrollment form is missing.")


def test_two_certificates_have_two_numbers(world: World) -> None:
    world.hospital(KYMRIAH).certified(ON)
    world.hospital(KYMRIAH).certified(ON)
    assert len({row.number for row in certificates()}) == 2


def test_the_gap_of_another_site_is_not_looked_at(world: World) -> None:
    mine, other = world.hospital(EUROPE), world.hospital(EUROPE)
    other.ready(date(2020, 5, 1))
    assert len(standing(mine, date(2020, 5, 1)).gaps) == 3
    assert replace(standing(other, date(2020, 5, 1)), gaps=()).gaps == ()
