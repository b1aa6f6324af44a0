"""The list of the lots of a site: page by page, by what is left of them, of any day."""

from datetime import timedelta

import pytest

from rems.stock import actions, lot_views
from rems.stock.rules import MovementKind
from tests.stock.asking import text
from tests.stock.test_gs1 import with_check


@pytest.fixture
def lots(hospital, receive, today, now):
    """One lot in stock, one box of it, one that expired with vials left, and one used up."""
    receive("GOOD-1", vials=3)
    receive("GOOD-1", vials=4, gtin=with_check("0035024213601"), serial="21A", storage="Refrigerator 2")
    receive("OLD-1", vials=2, holds_on=today - timedelta(days=9), expires_on=today - timedelta(days=4))
    gone = receive("GONE-1", vials=1, holds_on=today - timedelta(days=9))
    actions.move(gone, MovementKind.WASTED, -1, holds_on=today, by=hospital.coordinator, now=now)


def test_every_lot_is_listed_with_its_serial_number_and_what_is_left(coordinator, lots, here):
    page = text(coordinator.get(f"{here}/lots"))
    for words in ("GOOD-1", ">21A<", "Refrigerator 2", "OLD-1", "Expired, take out", "GONE-1", "None left"):
        assert words in page
    for words in ("All<span>4</span>", "In stock<span>2</span>", "Expired<span>1</span>", "Empty<span>1</span>"):
        assert words in page
    assert "1 to 4 of 4" in page


@pytest.mark.parametrize(
    ("left", "shown", "not_shown"),
    [
        ("in-stock", ["GOOD-1", "21A"], ["OLD-1", "GONE-1"]),
        ("expired", ["OLD-1"], ["GOOD-1", "GONE-1"]),
        ("empty", ["GONE-1"], ["GOOD-1", "OLD-1"]),
    ],
)
def test_lots_are_filtered_by_what_is_left_of_them_on_the_page_and_in_the_table(
    coordinator, lots, here, left, shown, not_shown
):
    table = coordinator.get(f"{here}/lots.csv?left={left}").data.decode("utf-8-sig")
    for page in (text(coordinator.get(f"{here}/lots?left={left}")), table):
        assert all(words in page for words in shown)
        assert not any(words in page for words in not_shown)


def test_the_table_has_the_serial_number_in_its_own_column(coordinator, lots, here):
    heads, *rows = coordinator.get(f"{here}/lots.csv").data.decode("utf-8-sig").splitlines()
    assert heads.split(",")[6:8] == ["GTIN", "serial"]
    assert sorted(row.split(",")[7] for row in rows) == ["", "", "", "21A"]
    heads, *rows = coordinator.get(f"{here}/movements.csv").data.decode("utf-8-sig").splitlines()
    assert heads.split(",")[5] == "serial"
    assert "21A" in {row.split(",")[5] for row in rows}


def test_another_day_lists_what_was_left_then_and_no_buttons(coordinator, lots, here, today):
    page = text(coordinator.get(f"{here}/lots?as_of={today - timedelta(days=5)}"))
    assert "In stock<span>2</span>" in page
    assert "Empty<span>0</span>" in page
    assert "GOOD-1" not in page
    assert f"{here}/receive" not in page


def test_the_list_is_paged(coordinator, lots, here, monkeypatch):
    monkeypatch.setattr(lot_views, "SIZE", 3)
    first = text(coordinator.get(f"{here}/lots"))
    assert "1 to 3 of 4" in first
    assert "page=2" in first
    assert "4 to 4 of 4" in text(coordinator.get(f"{here}/lots?page=2"))
    assert "The list ends before this page" in text(coordinator.get(f"{here}/lots?page=9"))


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 200, "Nothing was received by this day."),
        ("?left=expired", 200, "No lot is expired with vials left on this day."),
        ("?left=some", 422, "it is one of in-stock, expired, empty"),
        ("?page=x", 422, "is no page number"),
    ],
)
def test_what_is_not_there_is_said(coordinator, here, query, status, words):
    answer = coordinator.get(f"{here}/lots{query}")
    assert answer.status_code == status
    assert words in text(answer)


def test_another_hospital_does_not_see_the_list(world, client, here):
    world.sign_in(client, world.hospital().coordinator)
    assert client.get(f"{here}/lots").status_code == 404
    assert client.get(f"{here}/lots.csv").status_code == 404


def test_the_page_of_the_stock_shows_the_first_lots_and_leads_to_all(coordinator, receive, here, today):
    for number in range(22):
        receive(f"B{number:02d}", vials=1, strength_mg=80, expires_on=today + timedelta(days=200 + number))
    page = text(coordinator.get(here))
    assert "B19" in page
    assert "B20" not in page.split("Last movements", maxsplit=1)[0]
    assert "All 22 lots" in page
    assert "the first 20 of 22 to expire" in page
    assert "1,760 mg in 22 lots" in page
