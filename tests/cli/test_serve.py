"""The whole program as a user starts it: one parent, web, worker and database; killed here and there; stopped."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rems.core.settings import ROOT

PATIENCE = 60  # seconds; nothing here waits for a fixed time


@dataclass(frozen=True)
class Running:
    process: "subprocess.Popen[str]"
    port: int
    home: Path

    def ask(self, path: str) -> tuple[int, dict[str, object]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except (urllib.error.URLError, OSError):
            return 0, {}

    def children(self) -> dict[str, int]:
        """Process ids of the parent's own children, by what they run."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        named = {}
        for pid in found:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            named["worker" if b"worker" in words else "web"] = int(pid)
        return named

    def postgres(self) -> int:
        """The server's process; 0 while there is none."""
        file = self.home / "postgres" / "data" / "postmaster.pid"
        return int(file.read_text().split()[0]) if file.exists() else 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited {PATIENCE} seconds: {what}"
        time.sleep(0.05)


def start(home: Path, port: int, **env: str) -> "subprocess.Popen[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith("REMS_")}
    return subprocess.Popen(
        [sys.executable, "-m", "rems", "serve"],
        cwd=ROOT,
        env={**clean, "REMS_DEMO": "0", "PORT": str(port), "REMS_DATA_DIR": str(home), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rems-serve-")).resolve()
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    port = free_port()
    found = Running(start(home, port), port, home)
    try:
        until(lambda: found.ask("/readyz")[0] == 200 or found.process.poll() is not None, "ready")
        assert found.process.poll() is None, found.process.stderr and found.process.stderr.read()
        yield found
    finally:
        found.process.send_signal(signal.SIGTERM)
        found.process.communicate(timeout=PATIENCE)


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which only Linux has")


@linux
def test_it_starts_and_says_that_all_is_in_order(running: Running) -> None:
    assert running.ask("/healthz") == (200, {"up": True})
    status, found = running.ask("/readyz")
    assert status == 200
    assert found["checks"] == {"database": "in order", "migrations": "in order", "worker": "in order"}


@linux
@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_child_is_started_again(running: Running, name: str) -> None:
    before = running.children()[name]
    os.kill(before, signal.SIGKILL)
    until(lambda: running.children().get(name) not in (None, before), f"a new {name}")
    until(lambda: running.ask("/healthz")[0] == 200, "the pages answer again")


@linux
def test_a_killed_database_comes_back_and_the_pages_answer_again(running: Running) -> None:
    before = running.postgres()
    os.kill(before, signal.SIGKILL)
    until(lambda: running.postgres() not in (0, before), "a new database")
    until(lambda: running.ask("/readyz")[0] == 200, "all in order again")


@linux
def test_a_second_start_on_the_same_port_is_refused_in_one_sentence(running: Running) -> None:
    second = start(running.home, running.port)
    _, said = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert said == (
        f"Port {running.port} of 127.0.0.1 can't be used (Address already in use). "
        "Choose another, for example: PORT=9000 make run\n"
    )


@linux
def test_it_stops_cleanly_and_leaves_nothing_behind(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path(tempfile.mkdtemp(prefix="rems-stop-")).resolve()
    folder.chmod(0o755)
    try:
        port = free_port()
        found = Running(start(folder, port), port, folder)
        until(lambda: found.ask("/healthz")[0] == 200 or found.process.poll() is not None, "the pages")
        pids = [*found.children().values(), found.postgres()]
        found.process.send_signal(signal.SIGINT)
        found.process.communicate(timeout=PATIENCE)
        assert found.process.returncode == 0
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "no process left")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
