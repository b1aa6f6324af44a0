"""Look at a server of the program's own, kill it, and let other processes use it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from rems.core.server import Cluster
from rems.core.settings import ROOT

QUICK = {"fsync": "off", "max_connections": "20"}
ROOTS = os.geteuid() == 0
USER = "nobody" if ROOTS else None  # whom the server runs as, where that is not ourselves
STAY = """
import sys
from pathlib import Path
from rems.core.server import hold
cluster = hold(Path(sys.argv[1]), settings={"fsync": "off"})
print((cluster.home / "data" / "postmaster.pid").read_text().split()[0], flush=True)
sys.stdin.read()
"""


def postmaster(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def answer(cluster: Cluster, question: str, role: str = "rems_app", database: str = "rems") -> tuple[object, ...]:
    with psycopg.connect(cluster.dsn(role, database)) as connection:
        found = connection.execute(question).fetchone()
    assert found is not None
    return tuple(found)


def runs(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def killed(home: Path) -> int:
    """Kill the server as the machine would when it runs out of memory."""
    pid = postmaster(home)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not runs(pid))
    return pid


def stay(home: Path, **more: str) -> subprocess.Popen[str]:
    """Another process that uses the server until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", STAY, str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **more},
    )


def said(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=20)
    assert process.returncode == 0
