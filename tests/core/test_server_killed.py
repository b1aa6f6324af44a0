"""The program's own PostgreSQL comes back after it was killed, whoever is connected."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from rems.core.place import for_sqlalchemy
from rems.core.server import hold, keep_alive
from tests.core.postmaster import QUICK, USER, answer, killed, postmaster, runs, until


def test_what_was_committed_is_there_after_a_kill_and_the_next_hold(home: Path) -> None:
    cluster = hold(home, settings={"max_connections": "20"})
    with psycopg.connect(cluster.dsn("rems_owner")) as connection:
        connection.execute("create table if not exists kept (moment int)")
        connection.execute("insert into kept values (1)")
    before = killed(home)
    hold(home)
    assert postmaster(home) != before
    assert answer(cluster, "select count(*) from kept", "rems_owner") == (1,)


def test_the_parent_that_looks_every_second_starts_a_killed_server_again(home: Path) -> None:
    cluster = hold(home, settings=QUICK)
    assert not keep_alive(cluster)
    killed(home)
    until(lambda: keep_alive(cluster))  # its children hold the door for a moment longer
    until(lambda: not keep_alive(cluster))
    hold(home)
    assert answer(cluster, "select current_setting('fsync')") == ("off",)


def test_a_backend_that_still_computes_only_delays_the_restart(home: Path) -> None:
    cluster = hold(home, settings=QUICK)
    with closing(psycopg.connect(cluster.dsn("rems_app"), autocommit=True)) as busy:  # its end comes before ours
        backend = busy.info.backend_pid
        busy.execute("set max_parallel_workers_per_gather = 0")
        busy.pgconn.send_query(b"select sum(i) from generate_series(1, 8000000) i")
        killed(home)
        assert runs(backend)
        hold(home)
        assert not runs(backend)
    assert answer(cluster, "select 1") == (1,)


@pytest.mark.parametrize("seconds", ["0", "60"], ids=["a zombie", "another program"])
def test_a_pid_file_that_names_something_else_does_not_stop_the_start(home: Path, seconds: str) -> None:
    cluster = hold(home, settings=QUICK)
    killed(home)
    other = subprocess.Popen(["sleep", seconds], user=USER)
    if seconds == "0":
        until(lambda: not runs(other.pid))
    file = home / "data" / "postmaster.pid"
    file.write_text("\n".join([str(other.pid), *file.read_text().split("\n")[1:]]))
    try:
        hold(home)
        assert answer(cluster, "select 1") == (1,)
        assert postmaster(home) != other.pid
    finally:
        other.kill()
        other.wait()


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    """A pool as the application has one."""
    made = create_engine(for_sqlalchemy(hold(home, settings=QUICK).dsn("rems_owner")), pool_pre_ping=True)
    yield made
    made.dispose()


def test_clients_that_are_connected_lose_what_was_open_and_go_on_once_it_is_back(home: Path, engine: Engine) -> None:
    cluster = hold(home, settings=QUICK)
    with engine.begin() as connection:
        connection.execute(text("create table if not exists counted (number int)"))
    idle = [engine.connect() for _ in range(3)]
    for connection in idle:
        connection.close()  # back in the pool, still connected
    with engine.connect() as working:
        working.execute(text("insert into counted values (1)"))
        killed(home)
        with pytest.raises(OperationalError):
            working.execute(text("select 1"))
        working.invalidate()
    until(lambda: keep_alive(cluster))
    hold(home)  # waits until it answers; before that, whoever comes is told that it is starting up
    for number in (2, 3):
        with engine.begin() as connection:
            connection.execute(text("insert into counted values (:number)"), {"number": number})
    with engine.connect() as connection:
        assert connection.scalars(text("select number from counted order by number")).all() == [2, 3]


def test_a_server_is_killed_again_and_again_and_each_time_it_comes_back(home: Path, engine: Engine) -> None:
    cluster = hold(home, settings=QUICK)
    seen = {postmaster(home)}
    for _ in range(3):
        killed(home)
        until(lambda: keep_alive(cluster))
        until(lambda: not keep_alive(cluster))
        hold(home)
        with engine.connect() as connection:
            assert connection.scalar(text("select 1")) == 1
        seen.add(postmaster(home))
    assert len(seen) == 4


def test_a_server_that_lost_its_shared_memory_to_one_killed_backend_recovers_by_itself(
    home: Path, engine: Engine
) -> None:
    """PostgreSQL ends every other backend and starts over; the postmaster stays."""
    hold(home, settings=QUICK)
    pid = postmaster(home)
    with engine.connect() as connection:
        backend = connection.scalar(text("select pg_backend_pid()"))
        os.kill(backend, 9)
        with pytest.raises(OperationalError):
            connection.execute(text("select 1"))
        connection.invalidate()
    hold(home)
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
    assert postmaster(home) == pid
