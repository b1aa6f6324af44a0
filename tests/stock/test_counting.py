"""Counts that are entered blind: what agrees is kept, what differs is explained and adjusted, nothing is half-done."""

from datetime import date, timedelta

import pytest

from rems.access.rules import Role
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.errors import BadInput, Incomplete, NotAllowed
from rems.core.lens import Lens
from rems.stock import counting, mending, queries
from rems.stock.counting import Found
from rems.trail.knowing import settled
from tests.factories import Hospital, World, csrf
from tests.stock.test_gs1 import with_check

TODAY = date(2026, 11, 24)


def on_hand(hospital: Hospital, lot_id) -> int:
    with reading(hospital.coordinator):
        return queries.vials_of(queries.lot(hospital.coordinator, lot_id), Lens(TODAY))


def test_a_count_that_agrees_changes_nothing_and_is_kept(world: World, hospital: Hospital, receive, now) -> None:
    lots = [receive("A1", vials=4), receive("B2", vials=2)]
    said = {"holds_on": TODAY, "by": hospital.coordinator, "now": now}
    assert counting.count(hospital.site_id, dict(zip(lots, [Found(4), Found(2)], strict=True)), **said) == 0
    with reading(hospital.coordinator):
        [one] = counting.counts(hospital.site_id, Lens(TODAY), 50)
        assert (one.on, one.lots, one.differing) == (TODAY, 2, 0)
        assert counting.counts(hospital.site_id, Lens(TODAY - timedelta(1)), 50) == []
    assert len(world.trail("stock.count_all")) == 2


def test_a_difference_is_refused_by_the_name_of_its_lot_until_it_is_explained(
    world: World, hospital: Hospital, receive, now
) -> None:
    first, second = receive("A1", vials=4), receive("B2", vials=2)
    said = {"holds_on": TODAY, "by": hospital.coordinator, "now": now}
    with pytest.raises(Incomplete) as refused:
        counting.count(hospital.site_id, {first: Found(3), second: Found(2)}, **said)
    assert refused.value.gaps == ("Lot A1: the record says otherwise. Count again; if it stays, say why.",)
    assert "4" not in refused.value.gaps[0]  # nothing of the record is told
    assert world.trail("stock.count_all") == []
    counting.count(hospital.site_id, {first: Found(3, "One broke in October."), second: Found(2)}, **said)
    assert on_hand(hospital, first) == 3
    with reading(hospital.coordinator):
        of = counting.counts(hospital.site_id, Lens(TODAY), 50)
        [(row, lot)] = counting.differences(hospital.site_id, Lens(TODAY), of)
        assert (lot.lot, row.found, row.expected, row.note) == ("A1", 3, 4, "One broke in October.")


def test_an_adjustment_that_is_taken_back_takes_its_count_of_the_lot_with_it(
    world: World, hospital: Hospital, receive, now
) -> None:
    first, second = receive("A1", vials=4), receive("B2", vials=2)
    said = {"by": hospital.coordinator, "now": now}
    found = {first: Found(3, "One broke."), second: Found(2)}
    counting.count(hospital.site_id, found, holds_on=TODAY, **said)
    with reading(hospital.coordinator):
        then, _ = settled()
        [line] = queries.movements(hospital.site_id, Lens(TODAY), 1, lot_id=first)
        adjusted = line.movement.id
    mending.take_back(adjusted, "It stood behind the door.", **said)
    with reading(hospital.coordinator):
        [one] = counting.counts(hospital.site_id, Lens(TODAY), 50)
        assert (one.lots, one.differing) == (1, 0)
        assert counting.differences(hospital.site_id, Lens(TODAY), [one]) == []
        [before] = counting.counts(hospital.site_id, Lens(TODAY, then), 50)
        assert (before.lots, before.differing) == (2, 1)
        [(row, _)] = counting.differences(hospital.site_id, Lens(TODAY, then), [before])
        assert (row.found, row.note) == (3, "One broke.")
    assert on_hand(hospital, first) == 4
    assert [e["after"]["void"] for e in world.trail("stock.take_back")] == [True, True]


def test_counts_are_paged_the_newest_first_with_the_differences_of_the_page(
    world: World, hospital: Hospital, receive, now
) -> None:
    lot_id = receive(vials=9, holds_on=TODAY - timedelta(9))
    for days in range(5):
        found, on = {lot_id: Found(9 - (5 - days), f"Broke {days}")}, TODAY - timedelta(days)
        if days == 0:
            counting.count(hospital.site_id, found, holds_on=on, by=hospital.coordinator, now=now)
        else:
            counting.count(hospital.site_id, {lot_id: Found(on_day(hospital, lot_id, on))}, holds_on=on,
                           by=hospital.coordinator, now=now)  # fmt: skip
    with reading(hospital.coordinator):
        lens = Lens(TODAY)
        assert counting.count_counts(hospital.site_id, lens) == 5
        first, rest = (counting.counts(hospital.site_id, lens, 3, offset=at) for at in (0, 3))
        assert [one.on for one in [*first, *rest]] == [TODAY - timedelta(days) for days in range(5)]
        assert [row.found for row, _ in counting.differences(hospital.site_id, lens, first)] == [4]
        assert counting.differences(hospital.site_id, lens, rest) == []


def on_day(hospital: Hospital, lot_id, on: date) -> int:
    with reading(hospital.coordinator):
        return queries.vials_of(queries.lot(hospital.coordinator, lot_id), Lens(on))


def test_boxes_of_one_lot_are_counted_apart(world: World, client, hospital, receive) -> None:
    world.now = utcnow()
    said = {"holds_on": TODAY - timedelta(1), "gtin": with_check("0035024213601"), "expires_on": date(2031, 1, 1)}
    first, second = (receive("A1", serial=serial, **said) for serial in ("21A", "21B"))
    world.sign_in(client, hospital.coordinator)
    path = f"/sites/{hospital.site_id}/stock/count"
    page = client.get(path).text
    assert "Lot A1, serial 21A, 400 mg" in page
    sent = {"csrf_token": csrf(page), "holds_on": "24 Nov 2026", f"found:{first}": "4", f"found:{second}": "3"}
    refused = client.post(path, data=sent).text
    assert "Lot A1, serial 21B: the record says otherwise" in refused
    assert "Why it differs, Lot A1, serial 21B" in refused
    assert "Why it differs, Lot A1, serial 21A" not in refused


def test_who_may_not_count_is_refused_and_nothing_and_less_than_nothing_too(
    world: World, hospital: Hospital, receive, now
) -> None:
    lot_id = receive(vials=4)
    said = {"holds_on": TODAY, "now": now}
    inspector = world.account(Role.AUDITOR, site_id=hospital.site_id)
    with pytest.raises(NotAllowed, match="receive and move rescue medicine"):
        counting.count(hospital.site_id, {lot_id: Found(4)}, by=inspector, **said)
    with pytest.raises(BadInput, match="enter what was found of at least one lot"):
        counting.count(hospital.site_id, {}, by=hospital.coordinator, **said)
    with pytest.raises(BadInput, match="must be 0 or more"):
        counting.count(hospital.site_id, {lot_id: Found(-1, "x")}, by=hospital.coordinator, **said)
    with pytest.raises(BadInput, match="Day of the count"):
        late = {**said, "holds_on": TODAY + timedelta(3)}
        counting.count(hospital.site_id, {lot_id: Found(4)}, by=hospital.coordinator, **late)


@pytest.mark.parametrize(
    ("last", "every", "due"),
    [(None, 30, TODAY), (TODAY - timedelta(10), 30, TODAY + timedelta(20)), (TODAY, 0, None), (None, 0, None)],
)
def test_the_next_count_is_due_by_the_interval(last, every, due) -> None:
    assert counting.next_due(last, every, TODAY) == due


def test_a_count_is_walked_through_its_pages_without_seeing_the_record(world: World, client, hospital, receive) -> None:
    world.now = utcnow()
    lot_id = receive("A1", vials=7, holds_on=TODAY - timedelta(1))
    world.sign_in(client, hospital.coordinator)
    path = f"/sites/{hospital.site_id}/stock/count"
    page = client.get(path).text
    assert "Lot A1, 400 mg" in page
    assert ">7<" not in page
    assert 'value="7"' not in page
    sent = {"csrf_token": csrf(page), "holds_on": "24 Nov 2026", f"found:{lot_id}": "6"}
    refused = client.post(path, data=sent)
    assert refused.status_code == 422
    assert "Lot A1: the record says otherwise" in refused.text
    assert "Why it differs" in refused.text
    assert 'value="6"' in refused.text
    done = client.post(path, data={**sent, f"why:{lot_id}": "One broke."})
    assert done.status_code == 302
    listed = client.get(done.location).text
    for words in ("1 difference", "One broke.", "The next one is due by"):
        assert words in listed
    assert "Nothing was counted by this day" in client.get(f"{done.location}?as_of=2026-11-01").text
