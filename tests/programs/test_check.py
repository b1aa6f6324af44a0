"""`program check`, `list`, `show` and `diff`: what they print, and what they say of two dozen broken files."""

import json
from pathlib import Path

import pytest

from rems.cli.main import main

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
KYMRIAH = "US-FDA-REMS-KYMRIAH"


def test_there_are_at_least_twenty_broken_files() -> None:
    assert len(BROKEN) >= 20


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_broken_file_is_named_with_its_line_and_what_would_be_right(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each file begins with the sentences that are expected of it."""
    expected = [line[2:] for line in file.read_text("utf-8").splitlines() if line.startswith("# line ")]
    assert expected
    assert main(["program", "check", str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [f"programs/broken/{file.name}, {line}" for line in expected]


def test_a_file_without_a_mistake_is_said_to_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(__file__).parents[2] / "config" / "programs" / "kymriah-rems.yaml"
    assert main(["program", "check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: no error. With it there are 12 programs, 18 versions.\n"


def test_a_shared_file_is_checked_in_the_place_of_its_namesake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tocilizumab.yaml").write_text("rules: []\n", "utf-8")
    assert main(["program", "check", str(tmp_path / "tocilizumab.yaml")]) == 1
    assert 'tocilizumab is "FDA-2DOSES-2H"; expected a code of tocilizumab.yaml' in capsys.readouterr().err


def test_a_path_that_is_no_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "check", str(tmp_path)]) == 1
    assert "is no file; expected the path of a YAML file." in capsys.readouterr().err


def test_the_list_names_each_program_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "list"]) == 0
    said = capsys.readouterr().out
    assert f"{KYMRIAH}  KYMRIAH REMS  [closed]" in said
    assert "    2024-reduced: 2024-06-26 to 2025-06-25, 12 requirements" in said
    assert "US-FDA-REMS-LYNOZYFIC  LYNOZYFIC REMS  [status unverified]" in said
    assert said.count(" requirements") == 18


def test_a_program_is_shown_on_a_day_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "show", KYMRIAH, "--as-of", "2021-12-15"]) == 0
    said = capsys.readouterr().out
    assert "on 2021-12-15: open. Version 2017 is in force since 30 Aug 2017." in said
    assert "SITE-TOCI-ON-SITE: Keep the minimum tocilizumab stock" in said
    assert "[legal stop]" in said
    assert "Exception where invoked, FDA-TOCI-SHORTAGE-2021" in said
    assert main(["program", "show", KYMRIAH, "--as-of", "2025-06-25", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], len(found["requirements"]), found["tocilizumab"]["doses"]) == ("2024-reduced", 12, 2)
    assert main(["program", "show", KYMRIAH, "--as-of", "2025-06-26", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["version"], found["requirements"]) == ("Closed", None, {})


def test_two_versions_are_compared_value_by_value_with_the_line_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "diff", KYMRIAH, "2017", "2024-reduced"]) == 0
    said = capsys.readouterr().out
    assert "requirements.STAFF-TRAIN: asked -> nothing  (config/programs/kymriah-rems.yaml, line " in said
    assert main(["program", "diff", KYMRIAH, "2017", "2017"]) == 0
    assert capsys.readouterr().out == '"2017" and "2017" are the same.\n'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "NO-SUCH"], 'There is no program "NO-SUCH". Known are: '),
        (
            ["diff", KYMRIAH, "2017", "2019"],
            'KYMRIAH REMS has no version "2019". Its versions are: 2017, 2024-reduced.',
        ),
    ],
)
def test_an_unknown_program_or_version_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", *words]) == 1
    assert said in capsys.readouterr().err


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["program", "show", KYMRIAH, "--as-of", "26 June"])
    assert '"26 June" is no day; expected one such as 2024-06-26' in capsys.readouterr().err
