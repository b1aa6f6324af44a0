"""The list of movements, and the page on which one is taken back."""

from datetime import timedelta
from uuid import UUID

from rems.stock import actions, count_views, counting, lot_views
from rems.stock.counting import Found
from rems.stock.rules import MovementKind
from tests.factories import csrf
from tests.stock.asking import text


def test_movements_are_listed_the_newest_first(coordinator, hospital, receive, here, today, now):
    lot_id: UUID = receive(holds_on=today - timedelta(days=3))
    assert "Received" in text(coordinator.get(f"{here}/movements"))
    said = {"holds_on": today, "by": hospital.coordinator, "now": now}
    actions.move(lot_id, MovementKind.WASTED, -1, note="dropped", **said)
    page = text(coordinator.get(f"{here}/movements"))
    assert page.index("Wasted") < page.index("Received") and "-1 × 400 mg" in page and "1 to 2 of 2" in page
    assert "No movement" in text(coordinator.get(f"{here}/movements?as_of=2020-01-01"))


def test_a_movement_is_taken_back_through_its_page_and_the_table_has_the_rest(coordinator, receive, here):
    lot_id = receive(vials=4)
    page = coordinator.get(f"{here}/lots/{lot_id}").text
    path = next(part.split('"')[0] for part in page.split('href="') if part.split('"')[0].endswith("/take-back"))
    token = csrf(coordinator.get(path).text)
    refused = coordinator.post(path, data={"csrf_token": token, "reason": ""})
    assert refused.status_code == 422
    table = coordinator.get(f"{here}/movements.csv").data.decode("utf-8-sig").splitlines()
    assert len(table) == 2
    assert coordinator.post(path, data={"csrf_token": token, "reason": "Never came."}).status_code == 302
    assert len(coordinator.get(f"{here}/movements.csv").data.decode("utf-8-sig").splitlines()) == 1
    assert coordinator.get(path).status_code == 404


def test_the_movements_of_a_lot_are_paged(coordinator, hospital, receive, here, today, now, monkeypatch):
    lot_id = receive(vials=4)
    for _ in range(3):
        actions.move(lot_id, MovementKind.WASTED, -1, holds_on=today, by=hospital.coordinator, now=now)
    monkeypatch.setattr(lot_views, "SIZE", 3)
    page = text(coordinator.get(f"{here}/lots/{lot_id}"))
    assert "1 to 3 of 4" in page and "Received" not in page
    assert "Received" in text(coordinator.get(f"{here}/lots/{lot_id}?page=2"))


def test_counts_are_paged(coordinator, hospital, receive, here, today, now, monkeypatch):
    lot_id = receive(vials=4, holds_on=today - timedelta(days=5))
    for days in range(3):
        found = {lot_id: Found(4)}
        counting.count(hospital.site_id, found, holds_on=today - timedelta(days=days), by=hospital.coordinator, now=now)
    monkeypatch.setattr(count_views, "SIZE", 2)
    assert "1 to 2 of 3" in text(coordinator.get(f"{here}/counts"))
    assert "3 to 3 of 3" in text(coordinator.get(f"{here}/counts?page=2"))
    assert "The list ends before this page" in text(coordinator.get(f"{here}/counts?page=3"))
