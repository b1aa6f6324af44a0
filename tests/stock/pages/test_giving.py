"""The form on which vials given to a patient are recorded."""

from tests.stock.asking import on_hand, send, text


def test_given_vials_are_recorded_for_their_patient(coordinator, hospital, receive, patient, here, today):
    lot_id, someone = receive(vials=4), patient("HL-0464")
    page = f"{here}/patients/{someone}"
    assert "Tocilizumab given to HL-0464" in text(coordinator.get(page))
    answer = send(coordinator, page, lot_id=str(lot_id), vials="9", holds_on=today.isoformat())
    assert answer.status_code == 422 and "9 cannot be taken away" in text(answer)
    assert send(coordinator, page, lot_id=str(lot_id), vials="2", holds_on=today.isoformat()).status_code == 302
    assert on_hand(hospital, today) == 2
    assert "Given to HL-0464" in text(coordinator.get(f"{here}/movements"))


def test_a_patient_of_another_site_is_not_found(world, coordinator, patient, here, receive):
    receive()
    assert coordinator.get(f"{here}/patients/{patient('X-1', of=world.hospital())}").status_code == 404
