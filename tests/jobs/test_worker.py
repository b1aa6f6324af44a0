"""The worker as a process of its own: it ticks, it works, and it stops when it is told to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from rems.core.clock import utcnow
from rems.core.place import Place
from rems.core.settings import ROOT
from tests.factories import World
from tests.reminders.due import visit


@pytest.fixture
def worker(app: Flask, where: Place, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    env = {"REMS_DATABASE_URL": where.app, "REMS_DEMO": "1", "REMS_DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "rems", "worker"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def until(true: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_a_worker_plans_and_sends_by_itself_beats_and_stops_on_sigterm(
    world: World, tmp_path: Path, superuser: psycopg.Connection, request: pytest.FixtureRequest
) -> None:
    visit(world.hospital(), utcnow().date() + timedelta(days=5))
    process: subprocess.Popen[str] = request.getfixturevalue("worker")
    until(lambda: process.poll() is not None or list(tmp_path.glob("mail/*.eml")))
    until(lambda: superuser.execute("select state = 'sent' from public.reminder").fetchone() == (True,))
    assert superuser.execute("select count(*) from queue.clock_beat").fetchone() == (1,)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "Traceback" not in output
