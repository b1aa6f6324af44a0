"""`serve`: web and worker under one parent, with the program's own database; `web` and `worker` alone."""

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from rems.access.shown import SHOWN
from rems.app import create_app
from rems.cli import demo
from rems.cli.migrate import migrate
from rems.cli.supervise import Child, Stop, check_port, supervise
from rems.core import place, server, settings
from rems.core.errors import SetupError
from rems.jobs import worker as jobs

HOST = "127.0.0.1"
START_SECONDS = 60
WEB_PROCESSES, WEB_THREADS = "2", "4"


def serve(chosen: settings.Settings) -> int:
    """Everything for the main job, until Ctrl-C. Raises SetupError when it can't start."""
    port = check_port(HOST, os.environ.get("PORT", "8000"))
    where = place.find(chosen)
    if where.owner:
        migrate(where, demo=chosen.demo)
    if chosen.demo and where.owner and demo.is_empty(where):
        demo.fill(chosen, where, seed=demo.SEED)
    stop = Stop()
    children = [
        Child("web", [sys.executable, "-m", "rems", "web"]),
        Child("worker", [sys.executable, "-m", "rems", "worker"]),
    ]
    try:
        for child in children:
            child.start()
        if _web_answers(children[0], port, stop):
            _greet(chosen, port)
        supervise(children, stop, tend=_tend(chosen), say=_say)
    finally:
        for child in children:
            child.stop()
    return 0


def web(chosen: settings.Settings) -> int:
    """The web under gunicorn, in this process. SIGTERM lets requests finish."""
    meters = chosen.data_dir / "meters"
    shutil.rmtree(meters, ignore_errors=True)  # counts of processes that are gone
    meters.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(meters)
    address = f"{HOST}:{os.environ.get('PORT', '8000')}"
    # A worker's heartbeat file must not block on a slow disk.
    beat = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", address, "--graceful-timeout", "20", *beat]
    command += ["--workers", WEB_PROCESSES, "--worker-class", "gthread", "--threads", WEB_THREADS]
    command += ["--log-level", "warning", "--chdir", str(settings.ROOT)]
    command += ["--logger-class", "rems.web.discreet.DiscreetLogger"]
    os.execv(sys.executable, command)  # noqa: S606  our own program, no shell


def worker(chosen: settings.Settings, where: place.Place) -> int:
    """The clock and the jobs, until SIGTERM."""
    jobs.run(create_app(chosen, where), where.app)
    return 0


def _web_answers(child: Child, port: int, stop: Stop) -> bool:
    """Wait until the pages answer; False when a stop was asked before. Raises SetupError when they do not."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and child.lives and not stop.asked:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5) as answer:
                if json.load(answer).get("up"):
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    if stop.asked:
        return False
    raise SetupError("The web did not start; its reason stands above.")


def _greet(chosen: settings.Settings, port: int) -> None:
    _say(f"\nrems is ready: http://{HOST}:{port}\n")
    if chosen.demo:
        _say(f'Demonstration sign-ins (password for all: "{SHOWN[0].password}"):')
        for one in SHOWN:
            _say(f"  {one.email:<32} {one.title}")
        _say("")
    _say("Ctrl-C stops it.")


def _tend(chosen: settings.Settings) -> Callable[[], None]:
    """What the parent looks after beside its children: the embedded database."""
    if not chosen.embedded:
        return lambda: None
    cluster = server.Cluster((chosen.data_dir / "postgres").resolve())

    def look() -> None:
        try:
            if server.keep_alive(cluster):
                _say("The database had ended; it is started again.")
        except SetupError as problem:  # the next look tries again
            _say(problem.sentence)

    return look


def _say(text: str) -> None:
    print(text, flush=True)
