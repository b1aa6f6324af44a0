"""The parent of a running program: starts its children, starts them again when they die, stops them all cleanly."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from rems.core.errors import SetupError

LOOK_SECONDS = 0.5
GRACE_SECONDS = 30  # for what is under way: a request, a job
LONGEST_PAUSE = 30  # seconds between two starts of a child that dies at once
WELL_AFTER = 30  # seconds after which a child that dies is started again at once
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process of ours, with how often it died soon after its start."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    early_deaths: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own program, no shell
            list(self.command),
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which stops the children in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self, say: Callable[[str], None]) -> None:
        """Start it again if it died: at once, or after a pause that grows while it dies at its start."""
        if self.lives:
            return
        lived = time.monotonic() - self.started
        if lived >= WELL_AFTER:
            self.early_deaths = 0
        pause = min(LONGEST_PAUSE, 2**self.early_deaths - 1)
        if lived < pause:
            return
        code = self.process.returncode if self.process else None
        say(f"The {self.name} ended with code {code}; it is started again.")
        self.early_deaths += 1
        self.start()

    def stop(self) -> None:
        """Let it finish what is under way, then end it."""
        if self.process is None or not self.lives:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def check_port(host: str, port: str) -> int:
    """The port as a number, if it is free. Raises SetupError that says what to do."""
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise SetupError(f'PORT must be a number from 1 to 65535, not "{port}".')
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise SetupError(
                f"Port {port} of {host} can't be used ({error.strerror}). "
                "Choose another, for example: PORT=9000 make run"
            ) from error
    return int(port)


class Stop:
    """Whether SIGINT, SIGTERM or SIGHUP has asked this process to end. Made before the first child is started."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def supervise(children: Sequence[Child], stop: Stop, *, tend: Callable[[], None], say: Callable[[str], None]) -> None:
    """Keep the children running until a stop is asked. `tend` is called at each look, for what else must live."""
    while not stop.asked:
        tend()
        for child in children:
            child.tend(say)
        time.sleep(LOOK_SECONDS)


def _die_with_parent() -> None:
    """In the child, before its program: the kernel sends SIGTERM when the parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
