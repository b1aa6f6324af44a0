"""What a scanner reads: codes as they are printed on boxes, and those that were misread."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rems.core.errors import BadInput
from rems.stock import gs1
from rems.stock.gs1 import Scanned


def with_check(digits: str) -> str:
    """The thirteen digits and their check digit: weights 3 and 1 from the right, up to the next ten."""
    total = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


BOX = with_check("0035024213601")
WHOLE = Scanned(BOX, "B7731", date(2027, 2, 28), "A-17")


@pytest.mark.parametrize(
    "text",
    [
        f"01{BOX}1727022810B7731\x1d21A-17",
        f"]d201{BOX}1727020010B7731\x1d21A-17",
        f"01{BOX}17270228 10B7731<GS>21A-17".replace(" ", ""),
        f"01{BOX}21A-17␝1727022810B7731",
        f"\x1d01{BOX}1727022810B7731^]21A-17\x1d",
        f"(01){BOX}(17)270228(10)B7731(21)A-17",
        f"  01{BOX}10B7731\x1d1727020021A-17 ",
    ],
)
def test_a_box_is_read_in_every_way_a_scanner_sends_it(text: str) -> None:
    assert gs1.read(text) == WHOLE


@pytest.mark.parametrize(
    ("digits", "day"),
    [
        ("270200", date(2027, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("261200", date(2026, 12, 31)),
        ("261231", date(2026, 12, 31)),
    ],
)
def test_day_zero_is_the_last_of_its_month(digits: str, day: date) -> None:
    assert gs1.read(f"01{BOX}17{digits}10B7731").expires_on == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"01{BOX[:-1]}{(int(BOX[-1]) + 1) % 10}1727022810B7731", "has a wrong check digit, so something was misread"),
        (f"01{BOX}1727023110B7731", "The day of expiry in the scan makes no sense"),
        (f"01{BOX}1727130110B7731", "The day of expiry in the scan makes no sense"),
        (f"01{BOX}17270001", "day of expiry"),
        (f"01{BOX}17270228", "The scan has no lot number."),
        ("10B7731", "The scan has no product number (GTIN) and no day of expiry."),
        ("hello", "This is no GS1 code of a medicine."),
        ("", "This is no GS1 code of a medicine."),
    ],
)
def test_what_was_misread_is_said_and_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        gs1.read(text)
    assert sentence in refused.value.sentence
    assert refused.value.sentence.endswith("Scan it again, or type what the box says.")
    assert refused.value.field == "scan"


@given(st.text(max_size=60) | st.text("0123456789()]dGS\x1d", max_size=60))
def test_whatever_is_sent_it_is_read_or_refused_in_a_sentence(text: str) -> None:
    try:
        assert gs1.read(text).lot
    except BadInput as refused:
        assert refused.sentence.endswith("box says.")
