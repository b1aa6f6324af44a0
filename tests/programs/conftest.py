"""A copy of config/programs that a test may break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rems.core.errors import SetupError
from rems.programs import files

CONFIG = Path(__file__).parents[2] / "config" / "programs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of config/programs that a test may break."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config" / "programs"))


@pytest.fixture
def broken(folder: Path) -> Callable[[str, str, str], str]:
    """Replace the first such text of a file; what the reader says of it."""

    def change(file: str, old: str, new: str) -> str:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(SetupError) as caught:
            files.load(folder)
        return caught.value.sentence

    return change
