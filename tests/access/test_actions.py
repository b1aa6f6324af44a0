"""Accounts and what they hold, against the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from rems.access import actions, queries
from rems.access.models import SignIn
from rems.access.rules import Role
from rems.access.steps import DOOR, TooSoon
from rems.core.actor import Actor
from rems.core.db import db, reading, transaction
from rems.core.errors import BadInput, NotAllowed, NotFound, StaleRecord
from rems.core.ids import uuid7
from rems.patients import queries as patients
from rems.sites import queries as sites
from tests.factories import ADMIN, EUROPE, PASSWORD, World

HOSPITAL, HOME = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def ada(world: World) -> UUID:
    return actions.create_account("ada@test.example", "Ada Lovelace", PASSWORD, by=ADMIN, now=world.now)


def wait_of(email: str, *, address: str) -> int:
    """How many seconds the next attempt has to wait, counted from the last failure (0: it is heard)."""
    with reading(Actor.system("test")):
        last = db.session.scalars(select(SignIn.recorded_at).order_by(SignIn.recorded_at.desc()).limit(1)).one()
    try:
        actions.sign_in(email, PASSWORD, address=address, now=last)
    except TooSoon as early:
        return early.seconds
    return 0


def test_the_right_password_signs_in_and_is_noted(world: World, ada: UUID) -> None:
    known = actions.sign_in(" Ada@Test.Example ", PASSWORD, address=HOSPITAL, now=world.now)
    assert (known.id, known.name) == (ada, "Ada Lovelace")
    [entry] = world.trail("access.sign_in")
    assert {k: entry["after"][k] for k in ("email", "account_id", "address", "succeeded")} == {
        "email": "ada@test.example",
        "account_id": str(ada),
        "address": HOSPITAL,
        "succeeded": True,
    }
    assert entry["actor"] == "system: sign-in"


@pytest.mark.parametrize(("email", "known"), [("ada@test.example", True), ("nobody@test.example", False)])
def test_a_refusal_says_the_same_for_a_wrong_password_and_an_unknown_address_and_is_noted(
    email: str, known: bool, world: World, ada: UUID
) -> None:
    with pytest.raises(NotAllowed) as refused:
        actions.sign_in(email, "wrong", address=HOSPITAL, now=world.now)
    assert refused.value.sentence == "This e-mail address and password do not fit together."
    [entry] = world.trail("access.sign_in")
    assert (entry["after"]["succeeded"], entry["after"]["account_id"]) == (False, str(ada) if known else None)


def test_a_closed_account_is_refused_in_the_same_words(world: World, ada: UUID) -> None:
    actions.close_account(ada, by=ADMIN, now=world.now)
    with pytest.raises(NotAllowed, match="do not fit together"):
        actions.sign_in("ada@test.example", PASSWORD, address=HOSPITAL, now=world.now)
    known = queries.account_by_id(ada)
    assert known and (known.active, known.session_stamp) == (False, 2)
    [entry] = world.trail("access.close_account")
    assert (entry["before"]["active"], entry["after"]["active"]) == (True, False)


@pytest.mark.parametrize("email", ["ada@test.example", "nobody@test.example"])
@pytest.mark.parametrize(("failures", "seconds"), [(1, 0), (2, 2), (3, 5), (4, 15), (5, 60), (6, 300), (7, 900)])
def test_each_failure_makes_an_account_wait_longer_known_or_not(
    email: str, failures: int, seconds: int, app: Flask, world: World, ada: UUID
) -> None:
    put_failures(failures, email, HOME, world)
    try:
        assert wait_of(email, address=HOSPITAL) == seconds
    except NotAllowed:
        assert (email, seconds) == ("nobody@test.example", 0)


def test_each_failure_makes_the_address_wait_whatever_the_accounts_are(world: World, ada: UUID) -> None:
    for n in range(12):
        put_failures(1, f"guess.{n}@test.example", HOME, world)
    assert wait_of("ada@test.example", address=HOME) == 2
    assert wait_of("ada@test.example", address=HOSPITAL) == 0


def put_failures(times: int, email: str, address: str, world: World) -> None:
    with transaction(DOOR, "test.fail", at=world.now) as session:
        session.add_all(SignIn(id=uuid7(), email=email, address=address, succeeded=False) for _ in range(times))


def test_an_attempt_before_its_time_is_neither_heard_nor_noted(world: World, ada: UUID) -> None:
    put_failures(7, "ada@test.example", HOSPITAL, world)
    assert wait_of("ada@test.example", address=HOSPITAL) == 900
    assert world.trail("access.sign_in") == []


def test_a_success_forgets_the_failures_before_it(world: World, ada: UUID) -> None:
    put_failures(1, "ada@test.example", HOSPITAL, world)
    actions.sign_in("ada@test.example", PASSWORD, address=HOSPITAL, now=world.now + timedelta(days=300))
    put_failures(1, "ada@test.example", HOSPITAL, world)
    assert wait_of("ada@test.example", address=HOSPITAL) == 0


def test_many_wrong_passwords_at_once_are_not_heard_more_often_than_one_by_one(
    app: Flask, world: World, ada: UUID
) -> None:
    with reading(Actor.system("test")):
        now = db.session.scalar(select(db.func.clock_timestamp()))
    assert now

    def guess(n: int) -> type[Exception]:
        with app.app_context():
            try:
                actions.sign_in("ada@test.example", f"wrong {n}", address=HOSPITAL, now=now)
            except NotAllowed as refused:
                return type(refused)
        raise AssertionError("a wrong password was taken")

    with ThreadPoolExecutor(5) as pool:
        said = list(pool.map(guess, range(5)))
    assert sorted(kind.__name__ for kind in said) == ["NotAllowed"] * 2 + ["TooSoon"] * 3


def test_an_account_is_made_and_may_do_nothing_yet(world: World, ada: UUID) -> None:
    known = queries.account_by_email("ADA@test.example")
    assert known and known.id == ada
    assert queries.actor_of(known, at=world.now).holdings == ()
    entry = world.trail("access.create_account")[-1]
    assert (entry["actor"], entry["row_key"]) == ("Test Administrator", str(ada))


@pytest.mark.parametrize(
    ("email", "name", "password", "words"),
    [
        ("ada@test.example", "Ada", PASSWORD, "There is an account for ada@test.example already"),
        ("ada", "Ada", PASSWORD, '"ada" is no e-mail address'),
        ("eve@test.example", "  ", PASSWORD, "The name is missing"),
        ("eve@test.example", "Eve", "short", "A password needs 12 characters or more"),
        ("eve@test.example", "Eve", "aaaaaaaaaaaaaaaa", "of at least 5 different ones"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_a_sentence(
    email: str, name: str, password: str, words: str, world: World, ada: UUID
) -> None:
    with pytest.raises(BadInput, match=words):
        actions.create_account(email, name, password, by=ADMIN, now=world.now)
    assert len(world.trail("access.create_account")) == 1


def test_an_address_is_never_given_to_another_person(world: World, ada: UUID, superuser: psycopg.Connection) -> None:
    actions.close_account(ada, by=ADMIN, now=world.now)
    with pytest.raises(BadInput, match="was Ada Lovelace's, whose account is closed. An address is never given"):
        actions.create_account("ada@test.example", "Ada Other", PASSWORD, by=ADMIN, now=world.now)
    with pytest.raises(psycopg.DatabaseError, match="update of account is refused"):
        superuser.execute("update account set email = 'other@test.example' where id = %s", [ada])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " ", "reason": "x"}, "The name is missing"),
        ({"name": "Ada Berg", "reason": " "}, "The reason is missing"),
        ({"name": "Ada Lovelace", "reason": "x"}, "Ada Lovelace is the name already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_a_sentence(given, words: str, world: World, ada: UUID) -> None:
    with pytest.raises(BadInput, match=words):
        actions.rename(ada, **given, version=1, by=ADMIN, now=world.now)
    assert world.trail("access.rename") == []


def test_who_renames_an_account_that_changed_since_looks_again(world: World, ada: UUID) -> None:
    actions.rename(ada, "Ada Berg", reason="Marriage", version=1, by=ADMIN, now=world.now)
    with pytest.raises(StaleRecord, match="changed by somebody else"):
        actions.rename(ada, "Ada Holm", reason="Marriage", version=1, by=ADMIN, now=world.now)


def test_a_recalled_password_signs_in_no_more_and_ends_every_session(world: World, ada: UUID) -> None:
    with pytest.raises(BadInput, match="The reason is missing"):
        actions.recall_password(ada, reason=" ", by=ADMIN, now=world.now)
    before = queries.account_by_id(ada)
    actions.recall_password(ada, reason="Lost", by=ADMIN, now=world.now)
    after = queries.account_by_id(ada)
    assert before and after and after.session_stamp == before.session_stamp + 1
    with pytest.raises(NotAllowed):
        actions.sign_in("ada@test.example", PASSWORD, address=HOSPITAL, now=world.now)


def test_only_an_administrator_manages_accounts(world: World, ada: UUID) -> None:
    coordinator = world.hospital().coordinator
    for act in (
        lambda: actions.create_account("eve@test.example", "Eve", PASSWORD, by=coordinator, now=world.now),
        lambda: actions.grant(ada, Role.ADMINISTRATOR, from_on=world.today, by=coordinator, now=world.now),
        lambda: actions.close_account(ada, by=coordinator, now=world.now),
        lambda: actions.end_sessions(ada, by=coordinator, now=world.now),
    ):
        with pytest.raises(NotAllowed, match="may not manage accounts and roles"):
            act()
    assert world.trail("access.close_account") == []


def test_an_account_that_is_not_there_is_not_found(world: World) -> None:
    for act in (actions.close_account, actions.end_sessions):
        with pytest.raises(NotFound, match="There is no such account"):
            act(uuid7(), by=ADMIN, now=world.now)
    with pytest.raises(NotFound, match="There is no such account"):
        actions.grant(uuid7(), Role.ADMINISTRATOR, from_on=world.today, by=ADMIN, now=world.now)


@pytest.mark.parametrize(
    ("role", "held", "words"),
    [
        (Role.PHARMACIST, (False, False), "Pharmacist is held for a site; name exactly that"),
        (Role.PHARMACIST, (True, True), "Pharmacist is held for a site"),
        (Role.CASE_PROCESSOR, (True, False), "Case processor is held for a program"),
        (Role.AUDITOR, (False, False), "Auditor is held for a site or a program, not both"),
        (Role.AUDITOR, (True, True), "Auditor is held for a site or a program, not both"),
        (Role.ADMINISTRATOR, (False, True), "Administrator is held for the whole system"),
    ],
)
def test_a_role_is_held_for_what_it_is_made_for(role, held, words, world: World, ada: UUID) -> None:
    site, program = (uuid7() if named else None for named in held)
    with pytest.raises(BadInput, match=words):
        actions.grant(ada, role, site_id=site, program_id=program, from_on=world.today, by=ADMIN, now=world.now)
    assert world.trail("access.grant") == []


def test_a_grant_does_not_end_before_it_begins(world: World, ada: UUID) -> None:
    with pytest.raises(BadInput, match="The last day is before the first"):
        actions.grant(
            ada,
            Role.ADMINISTRATOR,
            from_on=world.today,
            until_on=world.today - timedelta(days=1),
            by=ADMIN,
            now=world.now,
        )


def test_an_auditor_limited_in_time_sees_nothing_the_day_before_and_the_day_after(world: World, ada: UUID) -> None:
    hospital = world.hospital(EUROPE, timezone="Pacific/Auckland")
    first, last = date(2026, 11, 10), date(2026, 11, 12)
    actions.grant(ada, Role.AUDITOR, site_id=hospital.site_id, from_on=first, until_on=last, by=ADMIN, now=world.now)
    known = queries.account_by_id(ada)
    assert known
    # In Auckland 10 November begins at 11:00 UTC on the 9th (daylight saving time), and the 12th ends at 11:00 UTC.
    moments = {
        "2026-11-09T10:59:59Z": 0,
        "2026-11-09T11:00:00Z": 1,
        "2026-11-12T10:59:59Z": 1,
        "2026-11-12T11:00:00Z": 0,
    }
    for moment, seen in moments.items():
        auditor = queries.actor_of(known, at=datetime.fromisoformat(moment))
        assert len(auditor.holdings) == seen, moment
        with reading(auditor):
            assert sites.page(auditor)[1] == seen, moment
            assert patients.page(auditor) == []


def test_a_role_for_a_program_counts_by_the_day_of_utc(world: World, ada: UUID) -> None:
    manager = world.manager()
    [program] = manager.programs
    day = date(2026, 11, 12)
    actions.grant(ada, Role.AUDITOR, program_id=program, from_on=day, until_on=day, by=ADMIN, now=world.now)
    known = queries.account_by_id(ada)
    assert known
    for moment, held in (("2026-11-11T23:59:59Z", 0), ("2026-11-12T00:00:00Z", 1), ("2026-11-13T00:00:00Z", 0)):
        assert len(queries.actor_of(known, at=datetime.fromisoformat(moment)).holdings) == held
    with reading(ADMIN):
        [grant] = queries.grants([ada])[ada]
        assert (grant.role, grant.until_on) == (Role.AUDITOR, day)
