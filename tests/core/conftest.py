"""Homes for the program's own PostgreSQL, of the tests' own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rems.core.server import hold, release
from tests.core.postmaster import QUICK


@pytest.fixture(scope="module")
def ground() -> Iterator[Path]:
    """An empty folder that the server's user may enter (pytest's own is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="rems-server-")).resolve()
    folder.chmod(0o755)
    yield folder
    for gate in folder.rglob("gate.lock"):  # not the one that the other tests stand on
        release(gate.parent)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made(ground: Path) -> Path:
    """A home that was used before; its name has a space and a quotation mark."""
    home = ground / "it's data" / "postgres"
    hold(home, settings=QUICK)
    release(home)
    return home


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    yield made
    release(made)
