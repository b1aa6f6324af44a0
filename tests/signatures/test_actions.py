"""Who verifies a signer, takes it back, unlocks; each refused to the wrong role, and on the trail."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from rems.access import actions as access
from rems.access.rules import Role
from rems.core.actor import Actor
from rems.core.db import reading, transaction
from rems.core.errors import BadInput, NotAllowed, NotFound
from rems.core.ids import uuid7
from rems.signatures import actions, overview, standing
from rems.signatures.models import SigningLock
from rems.signatures.rules import Way
from tests.factories import ADMIN, PASSWORD, World


@pytest.fixture
def eve(world: World) -> UUID:
    """An account whose identity nobody has verified."""
    return access.create_account("eve@test.example", "Eve Holm", PASSWORD, by=ADMIN, now=world.now)


def verify(account_id: UUID, world: World, *, by: Actor = ADMIN, **given: Any) -> UUID:
    known = {"way": Way.BY_VIDEO, "document": "Passport", "verified_by": "Ida Lund, human resources"}
    values = {**known, "verified_on": world.today, **given}
    return actions.verify_identity(account_id, **values, by=by, now=world.now)


def test_an_identity_is_verified_with_who_looked_how_at_what_and_when(eve: UUID, world: World) -> None:
    verify(eve, world)
    with reading(ADMIN):
        [found] = standing.identities(eve)
        assert standing.holds(found, "Eve Holm")
        assert not standing.holds(found, "Eve Berg")
    [entry] = world.trail("signatures.verify_identity")
    kept = {name: entry["after"][name] for name in ("name", "way", "document", "verified_by", "verified_on")}
    assert kept == {
        "name": "Eve Holm",
        "way": "by_video",
        "document": "Passport",
        "verified_by": "Ida Lund, human resources",
        "verified_on": world.today.isoformat(),
    }
    assert entry["actor"] == "Test Administrator"


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"document": "  "}, "document", "What was seen is missing"),
        ({"verified_by": ""}, "verified_by", "Who verified it is missing"),
        ({"verified_by": "eve holm, nurse"}, "verified_by", "Eve Holm cannot verify their own identity"),
        ({"verified_on": date(2030, 1, 1)}, "verified_on", "this day is still to come"),
    ],
)
def test_a_check_of_identity_that_cannot_be_is_refused_at_its_field(given, field, words, eve: UUID, world: World):
    with pytest.raises(BadInput, match=words) as refused:
        verify(eve, world, **given)
    assert refused.value.field == field
    assert world.trail("signatures.verify_identity") == []


def test_nobody_verifies_or_unlocks_themselves(world: World, superuser: psycopg.Connection) -> None:
    admin = world.account(Role.ADMINISTRATOR)
    assert admin.id
    for act in (
        lambda: verify(admin.id, world, by=admin),
        lambda: actions.withdraw_identity(admin.id, reason="x", by=admin, now=world.now),
        lambda: actions.unlock(admin.id, reason="x", by=admin, now=world.now),
    ):
        with pytest.raises(BadInput, match="another administrator"):
            act()
    with pytest.raises(psycopg.errors.CheckViolation, match="not_by_oneself"), superuser.transaction():
        superuser.execute("set local session_replication_role = replica")
        superuser.execute("update identity_check set recorder_id = account_id where account_id = %s", [admin.id])


def test_a_mistaken_check_is_taken_back_with_a_reason(eve: UUID, world: World) -> None:
    verify(eve, world)
    with pytest.raises(BadInput, match="The reason is missing"):
        actions.withdraw_identity(eve, reason=" ", by=ADMIN, now=world.now)
    actions.withdraw_identity(eve, reason="It was another Eve.", by=ADMIN, now=world.now)
    with reading(ADMIN):
        newest, oldest = standing.identities(eve)
        assert (newest.void, oldest.void) == (True, False)
        assert not standing.holds(newest, "Eve Holm")
    [entry] = world.trail("signatures.withdraw_identity")
    assert entry["reason"] == "It was another Eve."
    with pytest.raises(BadInput, match="Eve Holm's identity is not verified"):
        actions.withdraw_identity(eve, reason="Again", by=ADMIN, now=world.now)


def lock(account_id: UUID, world: World) -> None:
    with transaction(Actor.system("test"), "test.lock", at=world.now) as session:
        session.add(SigningLock(id=uuid7(), account_id=account_id, locked=True, reason="Too many"))


def test_a_lock_is_opened_with_a_reason_and_only_where_there_is_one(eve: UUID, world: World) -> None:
    with pytest.raises(BadInput, match="Eve Holm's signing is not locked"):
        actions.unlock(eve, reason="x", by=ADMIN, now=world.now)
    lock(eve, world)
    with reading(ADMIN):
        assert [a.id for a in overview.locked()] == [eve]
    with pytest.raises(BadInput, match="The reason is missing"):
        actions.unlock(eve, reason="", by=ADMIN, now=world.now)
    actions.unlock(eve, reason="She asked for it herself.", by=ADMIN, now=world.now)
    with reading(ADMIN):
        assert overview.locked() == []
        assert standing.lock(eve) is None
    [entry] = world.trail("signatures.unlock")
    assert (entry["after"]["locked"], entry["reason"]) == (False, "She asked for it herself.")


def test_only_an_administrator_does_any_of_it(eve: UUID, world: World) -> None:
    nurse = world.hospital().coordinator
    for act in (
        lambda: verify(eve, world, by=nurse),
        lambda: actions.withdraw_identity(eve, reason="x", by=nurse, now=world.now),
        lambda: actions.unlock(eve, reason="x", by=nurse, now=world.now),
        lambda: access.rename(eve, "Eve", reason="x", version=1, by=nurse, now=world.now),
        lambda: access.recall_password(eve, reason="x", by=nurse, now=world.now),
    ):
        with pytest.raises(NotAllowed, match="may not manage accounts and roles"):
            act()


def test_an_account_that_is_not_there_is_not_found(world: World) -> None:
    for act in (
        lambda: verify(uuid7(), world),
        lambda: actions.withdraw_identity(uuid7(), reason="x", by=ADMIN, now=world.now),
        lambda: actions.unlock(uuid7(), reason="x", by=ADMIN, now=world.now),
    ):
        with pytest.raises(NotFound, match="There is no such account"):
            act()


def test_who_holds_a_role_that_signs_and_is_not_verified_is_told(eve: UUID, world: World) -> None:
    hospital = world.hospital()
    nobody = access.create_account("no@test.example", "No Role", PASSWORD, by=ADMIN, now=world.now)
    access.grant(eve, Role.TREATING_PHYSICIAN, site_id=hospital.site_id, from_on=world.today, by=ADMIN, now=world.now)
    with reading(ADMIN):
        assert [a.id for a in overview.unverified(on=world.today)] == [eve]
        assert overview.unverified(on=world.today - timedelta(days=1)) == []
        rows = [access.queries.account(key) for key in (eve, nobody, hospital.representative.id)]
        assert list(overview.verified(rows).values()) == [False, False, True]
    verify(eve, world)
    with reading(ADMIN):
        assert overview.unverified(on=world.today) == []
