"""The program's own PostgreSQL: started when no address is given, shared by all processes, stopped by the last.

Two lock files in its home folder say who is there. Through `gate.lock` one process at a time starts or stops it;
`in-use.lock` is held shared by every user, and the kernel drops that lock when a process dies, however it dies.
"""

import atexit
import fcntl
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from rems.core.errors import SetupError
from rems.core.server_root import Runner, initialize, make_home, make_socket_folder, prepare, reason, socket_folder

SETTINGS = {"listen_addresses": "", "max_wal_size": "256MB", "max_connections": "60"}
START_SECONDS = 300  # recovery after a crash takes some seconds per 100 MB of its log
TRIES = 3  # of a start that fails for no passing reason
PASSING = ("lock file", "still in use", "starting up", "shutting down", "in recovery mode")
READY, STARTING = 0, 1  # answers of pg_isready
LONGEST_LOG = 10_000_000  # bytes


@dataclass(frozen=True)
class Cluster:
    """A running server and the folder it lives in."""

    home: Path

    def dsn(self, role: str, database: str = "rems") -> str:
        """The address for a role, for psycopg. It holds the password: never print it."""
        password = (self.home / "passwords" / role).read_text(encoding="ascii")
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(socket_folder(self.home)), safe='')}"


@dataclass(frozen=True)
class Held:
    """This process's part in one server."""

    mark: TextIOWrapper
    pid: int
    settings: Mapping[str, str]


_held: dict[Path, Held] = {}


def hold(home: Path, *, settings: Mapping[str, str] | None = None) -> Cluster:
    """Use the server of that folder until this process ends; make it and start it if need be.

    Settings count for whoever starts it. Call it in the process that starts others, or in those, never before a fork.
    Raises SetupError with one sentence when the server can't be made, started or reached.
    """
    home = home.resolve()
    with _in_plain_words(home):
        make_home(home)
        known = _held.get(home)
        if known is None or known.pid != os.getpid():
            if known:
                known.mark.close()  # a forked child's copy; the parent's stays
            mark = _lock_file(home / "in-use.lock")
            _held[home] = Held(mark, os.getpid(), {**SETTINGS, **(settings or {})})
        try:
            with _gate(home):
                fcntl.flock(_held[home].mark, fcntl.LOCK_SH)
                runner = prepare(home)
                initialize(runner)
                _start(runner, _held[home].settings)
                _make_roles(Cluster(home))
        except BaseException:
            with suppress(OSError, SetupError):
                release(home)
            raise
    return Cluster(home)


def keep_alive(cluster: Cluster) -> bool:
    """Start the server again if it died; whether it had to. For a parent that looks every second: no waiting."""
    if _listens(cluster.home):
        return False
    with _in_plain_words(cluster.home), suppress(BlockingIOError), _gate(cluster.home, wait=False):
        if _listens(cluster.home):
            return False
        _launch(prepare(cluster.home), _held[cluster.home].settings, "-W")
        return True
    return False  # somebody else is starting or stopping it


def release(home: Path | None = None) -> None:
    """Stop using that server (without a folder: all); the last one out stops it. A forked child leaves it alone."""
    for place, held in list(_held.items()):
        if held.pid != os.getpid() or (home is not None and place != home.resolve()):
            continue
        del _held[place]
        # OSError: others are still in (BlockingIOError), or the folder is gone.
        with held.mark, suppress(OSError), _gate(place):
            fcntl.flock(held.mark, fcntl.LOCK_UN)
            fcntl.flock(held.mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _listens(place):
                prepare(place).run("pg_ctl", "stop", "-m", "fast", "-w", "-D", str(place / "data"))
                socket_folder(place).rmdir()  # it may stand in the machine's temporary folder


atexit.register(release)


@contextmanager
def _in_plain_words(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        named = f": {error.filename}" if error.filename else ""
        why = f"{error.strerror or error}{named}"
    except psycopg.Error as error:
        why = str(error).strip().splitlines()[-1] or type(error).__name__
    else:
        return
    raise SetupError(f"The database in {home} can't be used: {why}. Another folder can be chosen with REMS_DATA_DIR.")


@contextmanager
def _gate(home: Path, *, wait: bool = True) -> Iterator[None]:
    with _lock_file(home / "gate.lock") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def _lock_file(file: Path) -> TextIOWrapper:
    return open(file, "a", encoding="ascii", opener=lambda path, flags: os.open(path, flags, 0o600))


def _listens(home: Path) -> bool:
    """Whether a server is there, ready or not: a cheap look that starts no program."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(socket_folder(home) / ".s.PGSQL.5432"))
        except (TimeoutError, BlockingIOError):  # there, but busy
            return True
        except OSError:
            return False
    return True


def _start(runner: Runner, settings: Mapping[str, str]) -> None:
    """Start until it answers. A backend of a killed server that still computes blocks it for a while: try again."""
    until, failures, why = time.monotonic() + START_SECONDS, 0, "it does not answer"
    while True:
        state, _ = runner.run("pg_isready", "-q", "-h", str(socket_folder(runner.home)), "-d", "postgres")
        if state == READY:
            return
        if time.monotonic() > until or failures == TRIES:
            raise SetupError(
                f"The database in {runner.home} does not start: {why}. Its log is in {runner.home / 'log'}."
            )
        if state != STARTING:
            failed = _launch(runner, settings, "-w")
            why = failed or why
            failures += bool(failed) and not any(words in failed for words in PASSING)
        time.sleep(0.1)


def _launch(runner: Runner, settings: Mapping[str, str], wait: str) -> str:
    """One try to start, waiting (`-w`) or not (`-W`); empty, or why it failed."""
    home, log = runner.home, runner.home / "log" / "postgres.log"
    folder = make_socket_folder(runner)
    _forget_dead(home / "data", folder)
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    read = log.stat().st_size if log.exists() else 0
    given = {**settings, "unix_socket_directories": '"' + str(folder) + '"'}
    options = " ".join(f"-c {name}={_quoted(value)}" for name, value in given.items())
    code, output = runner.run(
        "pg_ctl", "start", "-s", wait, "-t", "60", "-D", str(home / "data"), "-l", str(log), "-o", options
    )
    if code == 0:
        return ""
    return reason(output + (log.read_bytes()[read:].decode(errors="replace") if log.exists() else ""))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"  # pg_ctl hands the options to a shell


def _forget_dead(data: Path, sockets: Path) -> None:
    """Remove a `postmaster.pid` that PostgreSQL would take for a running server's: a zombie's, another program's.

    Where the process is gone PostgreSQL sees it itself, and it knows backends that still run by their shared memory.
    """
    with suppress(OSError, ValueError):  # no such file, no such process, no /proc
        process = Path("/proc", str(abs(int((data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0]))))
        zombie = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] in "ZX"
        if zombie or (process / "cwd").readlink() != data:
            (data / "postmaster.pid").unlink()
            (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _make_roles(cluster: Cluster) -> None:
    """The owner, the application's role and the database, unless they are there."""
    with psycopg.connect(cluster.dsn("rems_super", "postgres"), autocommit=True) as server:
        names = server.execute("select rolname from pg_roles union all select datname from pg_database")
        there = {name for (name,) in names}
        for role in {"rems_owner", "rems_app"} - there:
            password = (cluster.home / "passwords" / role).read_bytes()
            hidden = server.pgconn.encrypt_password(password, role.encode(), b"scram-sha-256").decode()
            create = sql.SQL("create role {} login password {}")
            server.execute(create.format(sql.Identifier(role), sql.Literal(hidden)))
        if "rems" not in there:
            server.execute("create database rems owner rems_owner")
