"""The pages on which a movement or a lot that was entered wrongly is corrected."""

from datetime import timedelta

import pytest

from rems.access.rules import Role
from rems.stock import actions
from rems.stock.rules import MovementKind
from tests.stock.asking import on_hand, send, text
from tests.stock.test_gs1 import with_check


def links(page: str, ending: str) -> list[str]:
    found = (part.split('"')[0] for part in page.split('href="'))
    return [link for link in found if link.endswith(ending)]


@pytest.fixture
def lot(coordinator, receive, here, today) -> str:
    key = receive("B7713", vials=4, holds_on=today - timedelta(days=3), storage="Shelf")
    return f"{here}/lots/{key}"


def test_a_movement_is_corrected_through_its_page_and_shown_as_it_was(coordinator, hospital, lot, today):
    [path] = links(coordinator.get(lot).text, "/correct")[1:]
    page = coordinator.get(path).text
    assert 'value="4"' in page
    fields = {"vials": "3", "holds_on": (today - timedelta(days=2)).isoformat(), "note": "3 came", "reason": ""}
    answer = send(coordinator, path, **fields)
    assert answer.status_code == 422
    assert "Reason for the correction is missing" in text(answer)
    assert 'value="3 came"' in answer.text
    answer = send(coordinator, path, **fields | {"reason": "One box was not ours."})
    assert (answer.status_code, answer.location) == (302, lot)
    assert on_hand(hospital, today) == 3
    page = text(coordinator.get(lot))
    for words in ("the movement is corrected", "What was corrected", "+3 on", "One box was not ours."):
        assert words in page
    assert coordinator.get(path).status_code == 404
    assert "One box was not ours." not in text(coordinator.get(f"{lot}?known_at=2020-01-01T00:00Z"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vials": "1"}, "would have 1 vial too few at the end of"),
        ({"vials": "0"}, "must be 1 or more"),
        ({"vials": "x"}, "is no whole number"),
        ({"holds_on": "2199-01-01"}, "lies ahead"),
        ({"vials": "4"}, "Nothing of it is changed"),
    ],
)
def test_the_page_says_what_is_wrong_and_loses_nothing(coordinator, hospital, receive, here, today, now, change, words):
    lot_id = receive(vials=4, holds_on=today - timedelta(days=3))
    path = links(coordinator.get(f"{here}/lots/{lot_id}").text, "/correct")[1]
    actions.move(lot_id, MovementKind.WASTED, -2, holds_on=today, by=hospital.coordinator, now=now)
    fields = {"vials": "3", "holds_on": (today - timedelta(days=3)).isoformat(), "note": "", "reason": "Misread"}
    answer = send(coordinator, path, **fields | change)
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'value="Misread"' in answer.text
    assert on_hand(hospital, today) == 2


def test_a_lot_is_corrected_through_its_page_and_both_lead_to_each_other(coordinator, hospital, lot, today):
    path = f"{lot}/correct"
    known = {"lot": "B7711", "expires_on": "2031-06-30", "storage": "Refrigerator 2", "gtin": "", "serial": ""}
    answer = send(coordinator, path, **known | {"serial": "21A", "reason": "Misread"})
    assert answer.status_code == 422
    assert "The product number (GTIN) is missing" in text(answer)
    assert 'value="21A"' in answer.text
    fields = known | {"serial": "21A", "gtin": with_check("0035024213601"), "reason": "Misread"}
    answer = send(coordinator, path, **fields)
    assert answer.status_code == 302
    right = text(coordinator.get(answer.location))
    for words in ("Lot B7711", "serial number 21A", "Refrigerator 2", "Entered first as", "lot B7713", "kept Shelf"):
        assert words in right
    wrong = text(coordinator.get(lot))
    for words in (
        "This lot was entered wrongly",
        "lot B7711, serial 21A, good until 30 Jun 2031",
        "Under lot",
        "Misread",
    ):
        assert words in wrong
    assert "Correct this lot" not in wrong
    assert on_hand(hospital, today) == 4
    stale = send(coordinator, path, **fields)
    assert stale.status_code == 409
    assert "Lot B7713 was corrected already" in text(stale)


def test_who_only_reads_corrects_nothing_and_another_day_has_no_buttons(
    world, client, coordinator, hospital, lot, today
):
    assert links(coordinator.get(f"{lot}?as_of={today - timedelta(days=1)}").text, "/correct") == []
    movement = links(coordinator.get(lot).text, "/correct")[1]
    reader = client.application.test_client()
    world.sign_in(reader, world.account(Role.TREATING_PHYSICIAN, site_id=hospital.site_id))
    assert links(reader.get(lot).text, "/correct") == []
    assert [reader.get(path).status_code for path in (movement, f"{lot}/correct")] == [403, 403]


def test_the_page_of_a_lot_leads_to_a_blind_count_and_adjusts_nothing_itself(coordinator, lot, here):
    page = coordinator.get(lot).text
    assert f'href="{here}/count"' in page
    assert 'value="count"' not in page
