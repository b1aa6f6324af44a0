"""What the reader of config/programs says of each mistake."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rems.core.errors import SetupError
from rems.programs import files
from rems.programs.around import ASIDE
from rems.programs.shelf import SHARED

CONFIG = Path(__file__).parents[2] / "config" / "programs"
LINES = [
    (path.name, number) for path in sorted(CONFIG.glob("*.yaml")) for number in range(path.read_text().count("\n"))
]


def line_of(file: str, text: str) -> int:
    lines = (CONFIG / file).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "kymriah-rems.yaml",
            "code: SITE-AR-DESIGNATE, confidence: found,",
            "code: SITE-AR-DESIGNATE, confidence: fond,",
            'versions[0].requirements[1].confidence is "fond"; expected one of found, found_inferred, '
            "general_high, general_medium, uncertain",
        ),
        (
            "kymriah-rems.yaml",
            "code: AR-LIVE-TRAINING, confidence",
            "code: AR-LIFE-TRAINING, confidence",
            'versions[0].requirements[2].code is "AR-LIFE-TRAINING"; expected a code of requirements.yaml',
        ),
        (
            "kymriah-rems.yaml",
            "effective_from: 2017-08-30",
            "effective_from: 2017-02-30",
            'versions[0].effective_from is "2017-02-30"; expected a day of the calendar, such as 2024-06-26',
        ),
        (
            "kymriah-rems.yaml",
            "effective_to: 2024-06-25",
            "effective_to: 2024-06-26",
            'versions[0].effective_to is "2024-06-26"; expected a day before 2024-06-26, when version '
            '"2024-reduced" begins',
        ),
        (
            "kymriah-rems.yaml",
            "effective_to: 2025-06-25",
            "effective_to: null",
            'versions[1].effective_to is "null"; expected a day before 2025-06-26, when the program closed',
        ),
        (
            "kymriah-rems.yaml",
            'version: "2017"',
            "version: 2017",
            'versions[0].version is "2017"; expected text (in quotes, if it looks like a number, a day or a yes)',
        ),
        ("kymriah-rems.yaml", "kind: rems", "kind:", "kind is empty; expected one of rems, rmp_arm,"),
        (
            "kymriah-rems.yaml",
            "sponsor: Novartis",
            "sponser: Novartis",
            'the file has the key "sponser"; expected one of',
        ),
        ("kymriah-rems.yaml", "status: closed", "status: active", 'status is "active"; expected closed exactly where'),
        (
            "kymriah-rems.yaml",
            "tocilizumab: FDA-2DOSES-2H",
            "tocilizumab: FDA-3DOSES",
            'versions[0].tocilizumab is "FDA-3DOSES"; expected a code of tocilizumab.yaml',
        ),
        (
            "kymriah-rems.yaml",
            "sources: [S01, S02]",
            "sources: [S01, S99]",
            'closure.sources[1] is "S99"; expected a code',
        ),
        (
            "kymriah-rems.yaml",
            "tracks: [CIBMTR-15Y-CRF",
            "tracks: [CIBMTR-16Y",
            'tracks[0] is "CIBMTR-16Y"; expected a code',
        ),
        (
            "kymriah-rems.yaml",
            "serious: true, crs",
            'serious: "yes", crs',
            'clocks[0].when.serious is "yes"; expected true',
        ),
        (
            "kymriah-rems.yaml",
            "serious: true, crs",
            "grave: true, crs",
            'clocks[0].when has the key "grave"; expected one of',
        ),
        (
            "kymriah-rems.yaml",
            "limit: 15 calendar days",
            "limit: 15",
            'clocks[1].limit is "15"; expected a number and a unit',
        ),
        (
            "kymriah-rems.yaml",
            "limit: 15 calendar days",
            "limit: 15 hours",
            'clocks[1].limit is "15 hours"; expected a limit in',
        ),
        ("kymriah-rems.yaml", "    limit: null\n", "", "clocks[0].limit is missing; expected a number and a unit"),
        (
            "us-label-cart-2025.yaml",
            "start: period_end",
            "start: day_zero",
            "clocks[1].when is missing; expected conditions",
        ),
        (
            "eu-rmp-cart.yaml",
            "products:\n  -",
            "products: none\nthings:\n  -",
            'products is "none"; expected a list, each',
        ),
        (
            "eu-rmp-cart.yaml",
            "code: EU-RMP-CART",
            "code: US-FDA-REMS-KYMRIAH",
            "expected a code that no other program has",
        ),
        ("eu-rmp-cart.yaml", "- {code: EU-TRACEABILITY", "- {code: INF-VERIFY-TOCI", "expected each code once"),
        (
            "requirements.yaml",
            "ask: each_staff_has",
            "ask: each_nurse_has",
            'requirements[5].ask is "each_nurse_has"; expected',
        ),
        (
            "requirements.yaml",
            "evidence: live-training",
            "evidence: dead-training",
            'requirements[2].evidence is "dead-training"',
        ),
        (
            "requirements.yaml",
            "    evidence: live-training\n",
            "",
            "requirements[2].evidence is missing; expected a kind of",
        ),
        (
            "requirements.yaml",
            "ncit_code: C128495",
            "ncit_code: 128495",
            'requirements[0].ncit_code is "128495"; expected text',
        ),
        (
            "tocilizumab.yaml",
            "doses: 2",
            "doses: two",
            'rules[0].doses is "two"; expected a whole number of at least 0',
        ),
        ("tocilizumab.yaml", "doses: 2", "doses: -2", 'rules[0].doses is "-2"; expected a whole number of at least 0'),
        (
            "schedules.yaml",
            "opens: 85, closes: 115",
            "opens: 115, closes: 85",
            "expected a day that is not before opens",
        ),
        (
            "schedules.yaml",
            "{years: Y02-Y15",
            "{years: Y02-15",
            'schedules[0].visits[3].years is "Y02-15"; expected a run of years',
        ),
        ("schedules.yaml", "offset: 6 months", "offset: 16 months", "expected each once, earliest first"),
        (
            "schedules.yaml",
            "offset: 6 months",
            "offset: 6 hours",
            'visits[1].offset is "6 hours"; expected calendar days,',
        ),
    ],
)
def test_a_mistake_is_named_with_file_and_line_and_what_is_expected(
    broken: Callable[[str, str, str], str], file: str, old: str, new: str, said: str
) -> None:
    sentence = broken(file, old, new)
    assert said in sentence
    assert all(line.startswith("config/programs/") and ", line " in line for line in sentence.splitlines())


def test_one_mistake_gives_one_line_that_names_its_own_line(broken: Callable[[str, str, str], str]) -> None:
    line = line_of("kymriah-rems.yaml", "code: STAFF-TRAIN, ")
    said = broken("kymriah-rems.yaml", "code: STAFF-TRAIN, confidence: found", "code: STAFF-TRAIN, confidence: fond")
    assert said.startswith(
        f'config/programs/kymriah-rems.yaml, line {line}: versions[0].requirements[5].confidence is "fond"; expected'
    )
    assert len(said.splitlines()) == 1


def test_all_mistakes_of_all_files_are_named_at_once(folder: Path, broken: Callable[[str, str, str], str]) -> None:
    (folder / "us-label-cart-2025.yaml").write_text("code: X\nkind: [1]\n", "utf-8")
    said = broken("kymriah-rems.yaml", "kind: rems", "kind: rem").splitlines()
    assert any('kymriah-rems.yaml, line 6: kind is "rem"; expected' in line for line in said)
    assert any("us-label-cart-2025.yaml, line 2: kind is a list; expected" in line for line in said)
    assert any("us-label-cart-2025.yaml, line 1: title is missing; expected" in line for line in said)
    assert len(said) == len(set(said))


def test_a_key_given_twice_is_refused(broken: Callable[[str, str, str], str]) -> None:
    said = broken("kymriah-rems.yaml", "sponsor: Novartis", "sponsor: Novartis\nsponsor: Another")
    first = line_of("kymriah-rems.yaml", "sponsor: Novartis")
    assert said.startswith(
        f"config/programs/kymriah-rems.yaml, line {first + 1}: sponsor is given twice; expected once"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code: [\n", "this is not YAML"),
        ("code: a\n\tkind: b\n", "this is not YAML"),
        ("code: a\x00b\n", "this is not YAML"),
        ("- a\n", "the file is no table; expected keys and values"),
        ("", "the file is no table; expected keys and values"),
        ("a: *nowhere\n", "this is not YAML"),
        ("versions: &all [*all]\n", "versions[0] is no table; expected keys and values"),
        ("a: 1\n---\nb: 2\n", "this is not YAML"),
    ],
)
def test_a_file_that_is_no_yaml_table_is_named_with_its_line(folder: Path, text: str, said: str) -> None:
    (folder / "new.yaml").write_text(text, "utf-8")
    with pytest.raises(SetupError) as caught:
        files.load(folder)
    assert any(
        line.startswith("config/programs/new.yaml, line ") and said in line
        for line in caught.value.sentence.splitlines()
    )


def test_text_that_is_not_utf_8_is_refused(folder: Path) -> None:
    (folder / "new.yaml").write_bytes("title: Größe".encode("latin-1"))
    with pytest.raises(SetupError, match=r"new\.yaml, line 1: the file is not in UTF-8"):
        files.load(folder)


def test_a_shared_file_that_is_missing_is_said_alone(folder: Path) -> None:
    (folder / "requirements.yaml").unlink()
    with pytest.raises(SetupError) as caught:
        files.load(folder)
    assert caught.value.sentence == (
        "config/programs/requirements.yaml, line 1: the file cannot be read (No such file or directory); "
        "expected a YAML file"
    )


def test_a_folder_without_programs_and_a_wrong_ending_are_refused(folder: Path) -> None:
    for path in folder.glob("*.yaml"):
        if path.name not in (*SHARED, *ASIDE):
            path.rename(path.with_suffix(".yml"))
    with pytest.raises(SetupError) as caught:
        files.load(folder)
    assert 'the name ends in ".yml"; expected ".yaml"' in caught.value.sentence
    assert "the folder has no program" in caught.value.sentence


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(LINES),
    st.sampled_from(["", "  x: 1", "- [", "  - a", "code:", "limit: {a: b}", "versions: 5", "- {}"]),
)
def test_a_broken_line_is_refused_or_harmless_and_never_a_crash(
    folder: Path, place: tuple[str, int], text: str
) -> None:
    name, number = place
    whole = (CONFIG / name).read_text("utf-8")
    lines = whole.splitlines()
    lines[number] = text
    (folder / name).write_text("\n".join(lines), "utf-8")
    try:
        files.load(folder)
    except SetupError as error:
        assert all(", line " in said and "; expected" in said for said in error.sentence.splitlines())
    finally:
        (folder / name).write_text(whole, "utf-8")
