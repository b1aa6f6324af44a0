"""Who changed the role is told in that of the day: in an application, at the gate, and in the list to train."""

from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from rems.access.rules import Role
from rems.certification import actions
from rems.certification.acts import act_row, acts_of
from rems.core.db import reading
from rems.core.errors import NotAllowed
from rems.sites import keeping
from rems.sites.rules import StaffRole
from tests.factories import EUROPE, KYMRIAH, Hospital, World

CHANGED = date(2019, 3, 3)


@pytest.fixture
def hospital(world: World) -> Hospital:
    """The representative was a physician, and is a pharmacist since then."""
    return changed(world.hospital(KYMRIAH, country="US"))


def changed(hospital: Hospital) -> Hospital:
    said = {"by": hospital.coordinator, "now": hospital.world.now}
    keeping.change_role(hospital.staff_id, StaffRole.PHARMACIST, holds_on=CHANGED, **said)
    return hospital


@pytest.mark.parametrize(
    ("day", "role"), [(CHANGED - timedelta(days=1), "Physician"), (CHANGED, "Pharmacist")], ids=["before", "since"]
)
def test_an_application_names_each_in_the_role_of_its_day(hospital: Hospital, day: date, role: str) -> None:
    hospital.applied(day)
    with reading(hospital.manager):
        [act] = acts_of([hospital.scope_id], None)[hospital.scope_id]
        assert act.id is not None
        row = act_row(hospital.scope_id, act.id)
        assert row is not None
        assert [p["role"] for p in row.content["people"]] == [role]
        assert row.content["representative"]["role"] == role


@pytest.mark.parametrize(
    ("day", "role"), [(CHANGED - timedelta(days=1), "physician"), (CHANGED, "pharmacist")], ids=["before", "since"]
)
def test_whoever_may_not_submit_is_told_who_may_in_the_role_of_the_day(
    world: World, hospital: Hospital, day: date, role: str
) -> None:
    hospital.ready(day)
    other = world.account(Role.AUTHORIZED_REPRESENTATIVE, site_id=hospital.site_id)
    with pytest.raises(NotAllowed, match=rf"submits the application: Dr\. Rep \d+, {role}\."):
        actions.submit(hospital.site_id, KYMRIAH, **hospital.signed(day), by=other)


def test_the_gate_and_the_list_to_train_name_them_in_the_role_of_today(client: FlaskClient, world: World) -> None:
    hospital = changed(world.hospital(EUROPE))
    patient_id = hospital.enrolled(date(2026, 11, 2))
    world.sign_in(client, hospital.coordinator)
    page = " ".join(unescape(client.get(f"/patients/{patient_id}/gate").text).split())
    assert f"<b>{hospital.representative.name}, pharmacist</b>" in page
    assert f"<b>{hospital.representative.name}, physician</b>" not in page
    page = unescape(client.get(f"/sites/{hospital.site_id}/programs/{EUROPE}/training/new").text)
    assert f"{hospital.representative.name}, pharmacist</option>" in page
