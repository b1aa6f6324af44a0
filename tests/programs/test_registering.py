"""What the database keeps of programs: rules that never change, and days that may, each with its moment."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from rems.core import place
from rems.core.errors import SetupError
from rems.programs import digests, files
from rems.programs.registering import register
from rems.programs.rules import Catalogue

ADD = "a new version with its own days."


@pytest.fixture
def owner(where: place.Place) -> Iterator[Connection]:
    """A connection of the owner whose changes are taken back at the end."""
    engine = create_engine(place.for_sqlalchemy(where.owner), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def change(folder: Path, file: str, old: str, new: str) -> Catalogue:
    """The catalogue after a change of the first such text, with the settings that the database was born with."""
    path = folder / file
    whole = path.read_text("utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new, 1), "utf-8")
    return load(folder)


def load(folder: Path) -> Catalogue:
    return files.load(folder, local=Path(__file__).parents[2] / "config" / "demo" / "local.yaml")


def line_of(folder: Path, file: str, words: str) -> int:
    lines = (folder / file).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def count(owner: Connection, table: str) -> int:
    return int(owner.execute(text(f"select count(*) from {table}")).scalar_one())


def test_what_is_registered_already_is_not_registered_again(folder: Path, owner: Connection) -> None:
    before = [count(owner, t) for t in ("program", "program_version", "rule_exception", "program_state")]
    assert register(load(folder), owner) == 0
    assert [count(owner, t) for t in ("program", "program_version", "rule_exception", "program_state")] == before
    assert before == [12, 18, 6, 12]


@pytest.mark.parametrize(
    ("file", "old", "new", "words", "said"),
    [
        (
            "requirements.yaml",
            "inactivity_limit: 12 months",
            "inactivity_limit: 6 months",
            "inactivity_limit",
            "requirements.SITE-RETRAIN-INACTIVE.parameters.inactivity_limit was 12 months, and is now 6 months.",
        ),
        ("tocilizumab.yaml", "doses: 2", "doses: 3", "doses: 3", "tocilizumab.doses was 2, and is now 3."),
        (
            "kymriah-rems.yaml",
            "effect: lapsed",
            "effect: open_finding",
            "new_representative, ",
            "triggers.new_representative.effect was lapsed, and is now open_finding.",
        ),
        (
            "kymriah-rems.yaml",
            "      - {code: STAFF-TRAIN, confidence: found, sources: [S09]}\n",
            "",
            "    requirements:",
            "requirements.STAFF-TRAIN was asked, and is now nothing.",
        ),
        (
            "exceptions.yaml",
            "rule: FDA-SHORTAGE-1DOSE-8H",
            "rule: NONE",
            "rule: NONE",
            "rule.doses was 1, and is now 0.",
        ),
    ],
)
def test_a_changed_rule_stops_the_start_with_file_line_and_both_values(
    folder: Path, owner: Connection, file: str, old: str, new: str, words: str, said: str
) -> None:
    if "STAFF-TRAIN," in old:  # a trigger that nothing cures any more would be refused before
        change_all(folder / file, "cured_by: STAFF-TRAIN", "cured_by: null")
    catalogue = change(folder, file, old, new)
    with pytest.raises(SetupError) as caught:
        register(catalogue, owner)
    assert said in caught.value.sentence
    line = next(one for one in caught.value.sentence.splitlines() if said in one and "KYMRIAH" in one)
    if "STAFF-TRAIN," not in old and file != "kymriah-rems.yaml":
        assert line.startswith(f"config/programs/{file}, line {line_of(folder, file, words)}: KYMRIAH REMS, ")
    assert caught.value.sentence.endswith(ADD)


def change_all(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_a_version_an_exception_or_a_program_that_is_gone_stops_the_start(folder: Path, owner: Connection) -> None:
    (folder / "lynozyfic-rems.yaml").unlink()
    with pytest.raises(SetupError, match=r'LYNOZYFIC: version "2025" was loaded and is now in no file of config/prog'):
        register(load(folder), owner)
    owner.rollback()
    catalogue = load(folder)
    europe = replace(catalogue.programs["EU-RMP-CART"], exceptions=())
    catalogue = replace(catalogue, programs={**catalogue.programs, europe.code: europe})
    with pytest.raises(SetupError, match=r'EU-RMP-CART: exception "EU-TOCI-SHORTAGE-CLAUSE" was loaded and is now'):
        register(catalogue, owner)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("eu-rmp-cart.yaml", "effective_to: null", "effective_to: 2030-12-31"),
        ("exceptions.yaml", "effective_to: null  # for", "effective_to: 2022-06-30  # for"),
    ],
)
def test_a_new_end_is_no_change_of_the_rules_and_is_kept_with_its_moment(
    folder: Path, owner: Connection, file: str, old: str, new: str
) -> None:
    before = count(owner, "program_state")
    catalogue = change(folder, file, old, new)
    assert register(catalogue, owner) == 0
    added = count(owner, "program_state") - before
    assert added == (1 if file == "eu-rmp-cart.yaml" else 5)
    assert register(catalogue, owner) == 0
    assert count(owner, "program_state") - before == added


def test_a_local_setting_is_kept_with_its_moment(folder: Path, owner: Connection) -> None:
    before = count(owner, "program_state")
    register(files.load(folder), owner)  # the shipped settings are empty
    assert count(owner, "program_state") - before == 6


def test_a_row_from_before_rules_were_kept_is_taken_over_if_its_digest_is_right(
    folder: Path, owner: Connection
) -> None:
    catalogue = load(folder)
    europe = catalogue.programs["EU-RMP-CART"]
    old = digests.first_of_version(europe.code, europe.versions[0])
    blank(owner, old)
    assert register(catalogue, owner) == 0
    row = owner.execute(text("select digest, rules from program_version where version = 'annex-II-D'")).one()
    assert row == (europe.versions[0].digest, digests.rules_of_version(europe.code, europe.versions[0]))
    blank(owner, "0" * 64)
    with pytest.raises(SetupError, match=r"loaded with 0000000000000000, now [0-9a-f]{16}; which lines differ was not"):
        register(catalogue, owner)


def blank(owner: Connection, digest: str) -> None:
    owner.execute(text("select set_config('rems.actor', 'system: test', true)"))
    owner.execute(text("select rems_begin('system', 'programs.register', '')"))
    statement = "update program_version set digest = :digest, rules = null where version = 'annex-II-D'"
    owner.execute(text(statement), {"digest": digest})
