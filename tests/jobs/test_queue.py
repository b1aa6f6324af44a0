"""Jobs: asked for in the caller's transaction, done by a worker, never lost with one."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask, current_app
from sqlalchemy import text

from rems.core.actor import Actor
from rems.core.db import db, reading, transaction
from rems.core.ids import uuid7
from rems.core.place import Place
from rems.core.settings import ROOT
from rems.jobs import clock
from rems.jobs.worker import TASKS
from rems.work.engine import defer, defer_many, engine
from tests.factories import ADMIN, World
from tests.working import work

SYSTEM = Actor.system("test")
done: list[tuple[str, str, str]] = []


@engine.task(name="test.note")
def note(word: str) -> None:
    """Notes that it ran, in which application, and as whom it reads."""
    actor = db.session.execute(text("select coalesce(rems_actor(), 'nobody')")).scalar_one()
    done.append((word, current_app.name, actor))


@engine.task(name="test.fail")
def fail() -> None:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    done.clear()
    yield


def jobs() -> list[tuple[str, str, int]]:
    """Every job there is: task, status, attempts."""
    with reading(SYSTEM):
        rows = db.session.execute(text("select task_name, status::text, attempts from procrastinate_jobs order by id"))
        return [tuple(row) for row in rows]


def test_a_job_is_asked_for_when_its_transaction_commits(world: World) -> None:
    with transaction(ADMIN, "test.defer", at=world.now):
        number = defer("test.note", word="one")
    assert number > 0
    assert jobs() == [("test.note", "todo", 0)]


def test_a_job_goes_with_the_transaction_that_fails(world: World) -> None:
    with pytest.raises(ZeroDivisionError), transaction(ADMIN, "test.defer", at=world.now):
        defer("test.note", word="one")
        defer_many("test.note", "word", ["two", "three"])
        raise ZeroDivisionError
    assert jobs() == []


def test_outside_a_transaction_no_job_is_asked_for(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="deferring test.note must be called inside a transaction"):
        defer("test.note", word="one")


@pytest.mark.parametrize("count", [0, 1, 500])
def test_many_jobs_are_asked_for_at_once(count: int, world: World) -> None:
    keys: list[UUID] = [uuid7() for _ in range(count)]
    with transaction(ADMIN, "test.defer", at=world.now):
        assert defer_many("test.note", "word", keys) == count
    with reading(SYSTEM):
        asked = db.session.scalars(text("select args ->> 'word' from procrastinate_jobs order by id")).all()
    assert asked == [str(key) for key in keys]


def test_a_worker_runs_jobs_inside_the_application_and_in_nobodys_name(app: Flask, where: Place, world: World) -> None:
    with transaction(ADMIN, "test.defer", at=world.now):
        defer_many("test.note", "word", ["Ødegård", "二"])
    work(app, where.app)
    assert sorted(done) == [("Ødegård", "rems", "nobody"), ("二", "rems", "nobody")]
    assert jobs() == []


def test_a_job_that_fails_stays_where_it_can_be_seen(app: Flask, where: Place, world: World) -> None:
    with transaction(ADMIN, "test.defer", at=world.now):
        defer("test.fail")
        defer("test.unknown")
    work(app, where.app)
    assert [(name, status) for name, status, _ in jobs()] == [("test.fail", "failed"), ("test.unknown", "failed")]


def test_every_task_that_is_deferred_by_the_program_is_known_to_the_worker() -> None:
    asked = {
        name
        for file in (ROOT / "rems").rglob("*.py")
        for name in re.findall(r'defer(?:_many)?\(\s*"([^"]+)"', file.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= set(engine.tasks)
    assert TASKS


def lost(world: World, *, attempts: int, silent: str = "1 minute") -> None:
    """A job under way on a worker that gave no sign for so long."""
    with transaction(SYSTEM, "test.lose", at=world.now) as session:
        number = defer("test.note", word="one")
        worker = session.execute(
            text(
                "insert into procrastinate_workers (last_heartbeat) "
                "values (now() - cast(:silent as interval)) returning id"
            ),
            {"silent": silent},
        ).scalar_one()
        doing = (
            "update procrastinate_jobs set status = 'doing', attempts = :attempts, worker_id = :worker where id = :id"
        )
        session.execute(text(doing), {"id": number, "attempts": attempts, "worker": worker})


def test_a_job_of_a_dead_worker_is_given_back_and_done(app: Flask, where: Place, world: World) -> None:
    lost(world, attempts=0)
    assert clock.take_up_lost_jobs(now=world.now) == 1
    assert jobs() == [("test.note", "todo", 1)]
    assert clock.take_up_lost_jobs(now=world.now) == 0
    work(app, where.app)
    assert [word for word, *_ in done] == ["one"]


def test_a_job_whose_worker_was_forgotten_is_given_back_too(world: World) -> None:
    lost(world, attempts=0)
    with transaction(SYSTEM, "test.forget", at=world.now) as session:
        session.execute(text("delete from procrastinate_workers"))
    assert clock.take_up_lost_jobs(now=world.now) == 1


def test_a_job_of_a_worker_that_lives_is_left_alone(world: World) -> None:
    lost(world, attempts=0, silent="5 seconds")
    assert clock.take_up_lost_jobs(now=world.now) == 0
    assert jobs() == [("test.note", "doing", 0)]


@pytest.mark.parametrize(("attempts", "status"), [(3, "todo"), (4, "failed"), (9, "failed")])
def test_the_fifth_worker_that_dies_of_a_job_is_the_last(attempts: int, status: str, world: World) -> None:
    lost(world, attempts=attempts)
    assert clock.take_up_lost_jobs(now=world.now) == 1
    assert jobs() == [("test.note", status, attempts + 1)]


def beats() -> int:
    with reading(SYSTEM):
        found: int = db.session.execute(
            text("select count(*) from clock_beat where ticked_at > clock_timestamp() - interval '1 minute'")
        ).scalar_one()
        return found


def test_a_tick_runs_every_plan_and_beats(world: World) -> None:
    lost(world, attempts=0)
    assert clock.tick(now=world.now) == {"jobs_taken_up": 1, "reminders": 0}
    assert clock.tick(now=world.now) == {"jobs_taken_up": 0, "reminders": 0}
    assert beats() == 1


def test_a_plan_that_fails_keeps_no_other_from_running_but_the_clock_does_not_beat(app: Flask, world: World) -> None:
    lost(world, attempts=0)
    settings = app.extensions.pop("rems_settings")  # what the reminders' ladder stands in
    try:
        with pytest.raises(ExceptionGroup, match="a plan of the clock failed"):
            clock.tick(now=world.now)
    finally:
        app.extensions["rems_settings"] = settings
    assert jobs() == [("test.note", "todo", 1)]
    assert beats() == 0
