"""What may be kept of a person: a pseudonym, never a name or a full date of birth; and words of the record."""

import string
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.patients import rules
from rems.patients.rules import FactKind

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "number",
    ["HL-0417", "hl-0417", "0417", "US01-0032", "A.1/2_3-4", "EBMT-55/12", "NH-0112-A7", "K1", "7"],
)
def test_a_pseudonym_is_taken_in_capitals(number: str) -> None:
    assert rules.check_number(f"  {number} ") == number.upper()


def test_full_width_digits_and_letters_are_the_same_number() -> None:
    assert rules.check_number("ＨＬ－０４１７") == "HL-0417"


@pytest.mark.parametrize(
    "name",
    [
        "Maren",
        "Maren Oyelaran",
        "OYELARAN",
        "Oyelaran-1",
        "oyelaran1",
        "O'Brien",
        "Maren Oyelaran 3",
        "中村 さくら",
        "Λένα",
        "maren7",
        "Jo Li 2",
    ],
)
def test_what_looks_like_a_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="looks like a name, which is not kept here") as refused:
        rules.check_number(name)
    assert refused.value.field == "number"
    assert "such as HL-0417" in refused.value.sentence


def test_letters_beside_the_year_of_birth_are_refused_and_without_it_taken() -> None:
    with pytest.raises(BadInput, match="looks like a name"):
        rules.check_number("OYEL-1961", birth_year=1961)
    assert rules.check_number("OYEL-1961", birth_year=1962) == "OYEL-1961"


@pytest.mark.parametrize(
    "number",
    [
        "1961-03-14",
        "14.03.1961",
        "14/3/61",
        "3/14/61",
        "HL-19610314",
        "14031961",
        "03141961",
        "P_1961_3_14",
        "1-2-1961",
    ],
)
def test_a_full_date_of_birth_is_refused(number: str) -> None:
    with pytest.raises(BadInput, match="looks like a full date of birth") as refused:
        rules.check_number(number)
    assert refused.value.field == "number"


@pytest.mark.parametrize("number", ["12345678", "99-99-9999", "HL-0417-1961", "1961", "2026-32-13"])
def test_digits_that_are_no_day_are_taken(number: str) -> None:
    assert rules.check_number(number) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "is missing"),
        ("   ", "is missing"),
        ("HL#1", "is not 1 to 40"),
        ("CRID 1234567", "is not 1 to 40"),
        ("-1", "is not 1 to 40"),
        ("1" * 41, "is not 1 to 40"),
    ],
)
def test_what_is_no_number_is_refused_with_what_one_is(number: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        rules.check_number(number)


@given(prefix=st.text(string.ascii_uppercase, min_size=0, max_size=6), number=st.integers(min_value=0, max_value=9_999))
def test_a_prefix_and_a_short_number_is_always_taken(prefix: str, number: int) -> None:
    written = f"{prefix}-{number}" if prefix else str(number)
    assert rules.check_number(written) == written


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)), st.sampled_from("-./_"))
def test_no_day_of_birth_gets_through_however_it_is_written(born: date, sign: str) -> None:
    y, m, d = f"{born:%Y}", f"{born:%m}", f"{born:%d}"
    for written in (sign.join((y, m, d)), sign.join((d, m, y)), sign.join((m, d, y)), y + m + d, f"HL-{d}{m}{y}"):
        with pytest.raises(BadInput):
            rules.check_number(written)


@given(st.text(string.ascii_letters + "éüñøλжあ", min_size=1, max_size=30), st.sampled_from(["", " ", "-", "'"]))
def test_letters_without_a_digit_are_never_taken(word: str, sign: str) -> None:
    assume(any(c.isalpha() for c in word))
    with pytest.raises(BadInput):
        rules.check_number(word + sign + word)


@given(st.text(max_size=60))
def test_whatever_is_taken_holds_a_digit_and_is_taken_again_unchanged(text: str) -> None:
    try:
        kept = rules.check_number(text)
    except BadInput as refused:
        assert refused.field == "number"
    else:
        assert any(c.isdigit() for c in kept)
        assert rules.check_number(kept) == kept
        assert rules.folded_number(kept) == rules.folded_number(text)


def test_a_number_is_found_without_its_signs_and_case() -> None:
    assert rules.folded_number("hl 0417") == rules.folded_number("HL-0417") == "hl0417"


@pytest.mark.parametrize(("year", "fits"), [(1906, True), (2026, True), (1905, False), (2027, False)])
def test_a_year_of_birth_is_within_a_hundred_and_twenty_years(year: int, fits: bool) -> None:
    if fits:
        rules.check_birth_year(year, on=TODAY)
        return
    with pytest.raises(BadInput, match=f"{year} is not between 1906 and 2026") as refused:
        rules.check_birth_year(year, on=TODAY)
    assert refused.value.field == "birth_year"


def test_a_day_ahead_is_refused_with_today() -> None:
    with pytest.raises(BadInput, match="25 Nov 2026 has not come yet; today is 24 Nov 2026") as refused:
        rules.check_day(date(2026, 11, 25), today=TODAY, field="holds_on", what="Day")
    assert refused.value.field == "holds_on"


def test_a_day_before_what_it_rests_on_is_refused_with_the_reason() -> None:
    with pytest.raises(BadInput, match="1 Nov 2026 is before 5 Nov 2026, when HL-1 was enrolled"):
        rules.check_day(
            date(2026, 11, 1),
            today=TODAY,
            field="holds_on",
            what="Day",
            not_before=date(2026, 11, 5),
            since="when HL-1 was enrolled",
        )
    rules.check_day(TODAY, today=TODAY, field="holds_on", what="Day", not_before=TODAY, since="")


def test_a_moment_is_said_on_the_clocks_of_its_place() -> None:
    at = datetime(2021, 3, 3, 16, 0, tzinfo=UTC)
    assert rules.when_words(at, "America/Chicago") == "3 Mar 2021, 10:00 CST"
    assert rules.when_words(at, "America/Sao_Paulo") == "3 Mar 2021, 13:00 UTC-03"


def test_every_kind_of_record_has_its_place_in_the_tables() -> None:
    assert {*rules.CONSENTS, *rules.CARDS, *rules.MAY_PRECEDE, *rules.BEFORE_INFUSION} == set(FactKind)


@pytest.mark.parametrize("sex", list(rules.Sex))
def test_every_sex_has_its_word(sex: rules.Sex) -> None:
    assert sex.person in {"Woman", "Man", "Sex not known"}


def test_a_code_is_made_of_letters_that_nobody_takes_for_another() -> None:
    codes = {rules.new_code() for _ in range(200)}
    assert len(codes) > 190
    for code in codes:
        assert set(code) <= {*rules.CODE_LETTERS, "-"}
