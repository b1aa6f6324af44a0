"""What the reader of config/questionnaires says of each mistake, and what a version keeps of itself."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from rems.core.errors import SetupError
from rems.followup.questionnaires import reading, terms
from rems.followup.questionnaires.terms import Condition, Kind, Library
from rems.programs import files
from rems.programs.rules import Catalogue

CONFIG = Path(__file__).parents[2] / "config"
WHOLE = """\
code: infection
version: 1
title: Infection
from_on: 2020-01-01
answers_to: [INFECTION]
confidence: general_high
sources: [S67]
opens:
  kind: infection
  when: {question: new, is: ["yes"]}
  term: what
  began: began-on
questions:
  - code: new
    text: Was there an infection?
    plain: Did you have an infection?
    kind: choice
    choices: yes-no
    required: true
  - code: what
    text: Which one?
    kind: text
    if: {question: new, is: ["yes"]}
  - code: began-on
    text: Since when?
    plain: Since when?
    kind: partial_date
    if: {question: new, is: ["yes"]}
  - code: fever
    text: Highest temperature
    kind: number
    unit: "1"
    least: 30
    most: 45
    places: 1
  - code: long
    text: How did it go on?
    kind: several
    choices: {well: Well, badly: Badly}
    if: {question: fever, at_least: 38.5}
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return files.load(CONFIG / "programs")


def load(folder: Path, catalogue: Catalogue, *texts: str) -> Library:
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text, "utf-8")
    return reading.load(folder, catalogue)


def test_a_whole_file_is_read_as_it_stands(tmp_path: Path, catalogue: Catalogue) -> None:
    [one] = load(tmp_path, catalogue, WHOLE).versions["infection"]
    assert (one.label, one.from_on, one.answers_to) == ("Infection, version 1", date(2020, 1, 1), ("INFECTION",))
    assert [q.code for q in one.for_patient] == ["new", "began-on"]
    fever, long = one.questions[3:]
    assert (fever.unit, fever.least, fever.most, fever.places) == ("1", Decimal(30), Decimal(45), 1)
    assert long.only_if == Condition("fever", (), Decimal("38.5"))
    assert one.opens
    assert (one.opens.kind, one.opens.term, one.opens.began) == ("infection", "what", "began-on")


MISTAKES = [
    ("code: infection", "code: in fection", 1, 'code is "in fection"; expected a code of letters, digits and - + . _'),
    ("version: 1", "version: first", 2, 'version is "first"; expected a whole number of at least 1'),
    ("version: 1", "version: 0", 2, 'version is "0"; expected a whole number of at least 1'),
    ("title: Infection", "title: 7", 3, 'title is "7"; expected text (in quotes, if it looks like a number'),
    ("2020-01-01", "2020-02-30", 4, 'from_on is "2020-02-30"; expected a day of the calendar'),
    ("[INFECTION]", "[INFEKTION]", 5, 'answers_to[0] is "INFEKTION"; expected a code of a question of schedules.yaml'),
    ("general_high", "sure", 6, 'confidence is "sure"; expected one of found,'),
    ("[S67]", "[S0]", 7, 'sources[0] is "S0"; expected a code of sources.yaml'),
    ("kind: infection", "kind: infektion", 9, 'opens.kind is "infektion"; expected one of crs,'),
    ('when: {question: new, is: ["yes"]}', "when: null", 10, "opens.when is"),
    ("term: what", "term: fever", 11, 'opens.term is "fever"; expected a question of this file of kind choice or text'),
    ("began: began-on", "began: began", 12, "expected a question of this file of kind day or partial_date, perhaps"),
    ("    kind: choice", "    kind: chioce", 17, 'questions[0].kind is "chioce"; expected one of choice, several,'),
    ("choices: yes-no", "choices: maybe", 18, "expected yes-no, or a table of two or more codes with their words"),
    ("choices: yes-no", "choices: {one: One}", 18, "choices is a table; expected yes-no, or a table of two or more"),
    ("choices: yes-no", "choices: {a: Yes, b: B}", 18, 'questions[0].choices.a is "Yes"; expected text (in quotes'),
    ("choices: yes-no", "choices: yes-no\n    plain_choices: {a: A}", 19, "words for each choice in its order"),
    ("required: true", "required: perhaps", 19, 'questions[0].required is "perhaps"; expected true or false'),
    ("text: Which one?", "text: ''", 21, "questions[1].text is empty; expected text"),
    ("kind: text", "kind: text\n    unit: d", 23, "questions[1].unit is \"d\"; expected no unit; only a number has it"),
    ("kind: text", "kind: text\n    choices: yes-no", 23, "expected no choices; only choice and several have them"),
    ("kind: text", "kind: text\n    before_infusion: true", 23, "only a day and a partial date have it"),
    ('unit: "1"', "unit: grad", 32, 'questions[3].unit is "grad"; expected a UCUM unit that is known here'),
    ("least: 30", "least: cold", 33, 'questions[3].least is "cold"; expected a number, such as 0.5'),
    ("least: 30", "least: .nan", 33, "expected a number, such as 0.5"),
    ("most: 45", "most: 30", 34, 'questions[3].most is "30"; expected more than least, 30'),
    ("places: 1", "places: 9", 35, 'questions[3].places is "9"; expected a whole number from 0 to 6'),
    ("{well: Well, badly: Badly}", "[well, badly]", 39, "choices is a list; expected yes-no, or a table"),
    ("at_least: 38.5", 'is: ["yes"]', 40, "questions[4].if.at_least is missing; expected a number, since fever"),
    ("code: long", "code: new", 36, 'questions[4].code is "new"; expected each question once'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "said"), MISTAKES, ids=[said for *_, said in MISTAKES])
def test_each_mistake_is_named_with_file_line_and_mend(
    tmp_path: Path, catalogue: Catalogue, old: str, new: str, line: int, said: str
) -> None:
    assert WHOLE.count(old) >= 1
    with pytest.raises(SetupError) as refused:
        load(tmp_path, catalogue, WHOLE.replace(old, new, 1))
    lines = [one for one in refused.value.sentence.splitlines() if said in one]
    assert lines, refused.value.sentence
    assert f"0.yaml, line {line}: " in lines[0]


HANGS = '{question: new, is: ["yes"]}'
CONDITIONS = [
    (HANGS, '{question: nww, is: ["yes"]}', "expected a question that stands above, one of new"),
    (HANGS, '{question: new, is: ["oui"]}', 'is[0] is "oui"; expected a code of the choices of new'),
    (HANGS, "{question: new}", 'is is missing; expected a list of choices of new, such as ["yes"]'),
    (HANGS, '{question: fever, is: ["yes"]}', "expected a question that stands above"),
    (HANGS, '{question: new, is: ["yes"], not: 1}', 'has the key "not"; expected one of'),
]


@pytest.mark.parametrize(("old", "new", "said"), CONDITIONS, ids=[said for *_, said in CONDITIONS])
def test_a_condition_hangs_on_an_answer_that_is_given_above_it(
    tmp_path: Path, catalogue: Catalogue, old: str, new: str, said: str
) -> None:
    head, tail = WHOLE.split("questions:\n", 1)
    with pytest.raises(SetupError) as refused:
        load(tmp_path, catalogue, f"{head}questions:\n{tail.replace(old, new, 1)}")
    assert said in refused.value.sentence


def test_what_a_patient_is_asked_hangs_on_nothing_that_the_patient_is_not_asked(tmp_path, catalogue) -> None:
    with pytest.raises(SetupError) as refused:
        load(tmp_path, catalogue, WHOLE.replace("    plain: Did you have an infection?\n", ""))
    assert 'questions[2].if.question is "new"; expected a question with plain words' in refused.value.sentence


def test_a_condition_on_words_or_a_day_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(SetupError) as refused:
        load(tmp_path, catalogue, WHOLE.replace("{question: fever, at_least: 38.5}", "{question: what, at_least: 1}"))
    assert 'if.question is "what"; expected a question answered by a choice or a number' in refused.value.sentence


def test_a_file_without_questions_and_one_that_is_no_yaml_are_both_told_at_once(tmp_path, catalogue) -> None:
    bare = WHOLE.split("questions:")[0].split("opens:")[0]
    with pytest.raises(SetupError) as refused:
        load(tmp_path, catalogue, bare, "code: [", "- a list")
    said = refused.value.sentence
    assert "0.yaml, line 1: questions is missing; expected at least one question" in said
    assert "1.yaml, line 2: this is not YAML" in said
    assert "2.yaml, line 1: the file is no table; expected keys and values" in said


def test_two_versions_need_two_numbers_and_two_days(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(SetupError) as refused:
        load(tmp_path, catalogue, WHOLE, WHOLE.replace("2020-01-01", "2027-01-01"))
    assert '1.yaml, line 2: version is "1"; expected a version of infection that no other file has' in str(
        refused.value
    )
    with pytest.raises(SetupError) as refused:
        load(tmp_path, catalogue, WHOLE, WHOLE.replace("version: 1", "version: 2"))
    assert "expected another day than version 1, which is asked from that day on" in str(refused.value)


def test_a_newer_version_is_asked_from_its_day_on(tmp_path: Path, catalogue: Catalogue) -> None:
    newer = WHOLE.replace("version: 1", "version: 2").replace("2020-01-01", "2027-01-01")
    library = load(tmp_path, catalogue, WHOLE, newer)
    asked = {day: library.on("infection", day) for day in (date(2019, 12, 31), date(2026, 12, 31), date(2027, 1, 1))}
    assert [one.version if one else None for one in asked.values()] == [None, 1, 2]


def test_a_visit_asks_what_its_schedule_asks_in_that_order(catalogue: Catalogue) -> None:
    library = reading.load(CONFIG / "questionnaires", catalogue)
    asks = catalogue.schedules["CIBMTR-15Y-CRF"].visits[0].asks
    assert [one.code for one in library.asked_by(asks, date(2026, 1, 1))] == [
        *("survival", "relapse", "new-malignancy", "persistence", "neurologic", "infection", "pregnancy")
    ]
    fda = catalogue.schedules["FDA-LTFU-2020-INTEGRATING"].visits[0].asks
    assert [one.code for one in library.asked_by(fda, date(2026, 1, 1))] == [
        *("new-malignancy", "neurologic", "autoimmune", "hematologic", "infection")
    ]
    assert library.asked_by((), date(2026, 1, 1)) == ()


def test_the_nine_questionnaires_are_there_and_come_back_from_what_is_kept(catalogue: Catalogue) -> None:
    library = reading.load(CONFIG / "questionnaires", catalogue)
    assert set(library.versions) == {
        *("survival", "relapse", "new-malignancy", "neurologic", "autoimmune", "hematologic", "infection", "pregnancy"),
        "persistence",
    }
    for versions in library.versions.values():
        for one in versions:
            assert terms.of_kept(terms.kept(one)) == one
            assert {q.kind for q in one.questions} <= set(Kind)


def test_the_rule_of_integration_sites_finds_the_questions_that_it_reads(catalogue: Catalogue) -> None:
    one = reading.load(CONFIG / "questionnaires", catalogue).of_laboratory(date(2026, 1, 1))
    assert one
    for code in ("sampled-on", "carrying-percent", "integration-done", "integration-pattern"):
        assert one.question(code), code
    pattern = one.question("integration-pattern")
    assert pattern
    assert {"oligoclonal", "expanding"} <= set(pattern.offered)
