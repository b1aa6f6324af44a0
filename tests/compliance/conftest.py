"""The programs as config/programs has them."""

from pathlib import Path

import pytest

from rems.programs import files
from rems.programs.rules import Catalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return files.load(Path(__file__).parents[2] / "config" / "programs")
