"""Wallet cards on a real database: printed once, replaced, void; and how a code is looked up and guessed at."""

import io
from datetime import date, timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader

from rems.access.rules import Role
from rems.access.steps import TooSoon
from rems.access.waiting import ADDRESS_FREE
from rems.core.db import reading
from rems.core.errors import BadInput, IllegalMove, Incomplete, NotAllowed, NotFound
from rems.core.lens import Lens
from rems.patients.identity import cards, queries, rules
from rems.patients.identity.models import CardState
from rems.patients.identity.papers import card_pdf, until
from rems.patients.rules import said
from rems.programs.rules import Quantity
from tests.factories import KYMRIAH, Hospital, World
from tests.patients.acting import SYSTEM
from tests.patients.identified import PHONE, by, name_a_number

HERE = "192.0.2.7"


def made(hospital: Hospital, patient_id: UUID) -> str:
    return cards.make_card(patient_id, **by(hospital))[0]


def states(patient_id: UUID) -> list[CardState]:
    with reading(SYSTEM):
        return [card.state for card in queries.cards(patient_id)]


def test_the_code_of_a_card_leads_to_the_site_its_number_and_the_product(reachable: Hospital, patient_id: UUID) -> None:
    code = made(reachable, patient_id)
    shown = cards.look_up(code.lower(), address=HERE, now=reachable.world.now)
    assert (shown.site, shown.phone, shown.over) == ("Nordheim University Hospital", PHONE, "")
    assert shown.product == "Kymriah (tisagenlecleucel)"
    told = " ".join(str(value) for value in vars(shown).values())
    assert "HL-0417" not in told and "1961" not in told and str(patient_id) not in told


def test_of_a_code_only_a_digest_is_kept_and_none_in_the_trail(reachable: Hospital, patient_id: UUID) -> None:
    code = made(reachable, patient_id)
    with reading(SYSTEM):
        [card] = queries.cards(patient_id)
        assert card.code_digest == rules.digest_of(code)
    [entry] = reachable.world.trail("identity.make_card")
    assert rules.digest_of(code) not in str(entry) and code not in str(entry)


def test_a_new_card_replaces_the_one_before_and_the_old_code_says_so(reachable: Hospital, patient_id: UUID) -> None:
    old, new = made(reachable, patient_id), made(reachable, patient_id)
    assert states(patient_id) == [CardState.VALID, CardState.REPLACED]
    shown = cards.look_up(old, address=HERE, now=reachable.world.now)
    assert "replaced by a newer one" in shown.over and shown.phone == PHONE
    assert cards.look_up(new, address=HERE, now=reachable.world.now).over == ""


def test_a_card_is_declared_void_for_a_reason_and_once(reachable: Hospital, patient_id: UUID) -> None:
    code = made(reachable, patient_id)
    with pytest.raises(BadInput, match="Reason is missing"):
        cards.revoke_card(patient_id, reason=" ", **by(reachable))
    cards.revoke_card(patient_id, reason="Lost on the way home", **by(reachable))
    assert states(patient_id) == [CardState.REVOKED]
    shown = cards.look_up(code, address=HERE, now=reachable.world.now)
    assert "declared void" in shown.over and shown.phone == PHONE
    with pytest.raises(IllegalMove, match="has no valid wallet card"):
        cards.revoke_card(patient_id, reason="Lost again", **by(reachable))
    [entry] = reachable.world.trail("identity.revoke_card")
    assert entry["reason"] == "Lost on the way home"


def test_without_a_number_that_answers_no_card_is_printed(hospital: Hospital, patient_id: UUID) -> None:
    with pytest.raises(Incomplete, match="has no number that answers day and night"):
        made(hospital, patient_id)
    assert states(patient_id) == []
    assert hospital.world.trail("identity.make_card") == []


def test_a_card_is_refused_to_who_may_not(reachable: Hospital, patient_id: UUID) -> None:
    auditor = reachable.world.account(Role.AUDITOR, site_id=reachable.site_id)
    stranger = reachable.world.hospital().coordinator
    for actor, error in ((auditor, NotAllowed), (reachable.manager, NotAllowed), (stranger, NotFound)):
        with pytest.raises(error):
            cards.make_card(patient_id, **by(reachable, by=actor))
        with pytest.raises(error):
            cards.revoke_card(patient_id, reason="Lost", **by(reachable, by=actor))
    assert reachable.world.trail("identity.make_card") == reachable.world.trail("identity.revoke_card") == []


def test_guessing_is_slowed_down_for_the_address_that_guesses(reachable: Hospital, patient_id: UUID) -> None:
    code = made(reachable, patient_id)
    for _ in range(ADDRESS_FREE + 2):
        with pytest.raises(NotFound, match="There is no wallet card with this code"):
            cards.look_up("AAAA-AAAA", address=HERE, now=reachable.world.now + timedelta(seconds=1))
    late = reachable.world.now
    with pytest.raises(TooSoon) as early:
        cards.look_up(code, address=HERE, now=late)
    assert early.value.seconds == 2
    assert cards.look_up(code, address="192.0.2.8", now=late).phone == PHONE


def test_the_paper_says_what_an_emergency_room_needs_and_nothing_of_the_patient(world: World) -> None:
    hospital = world.hospital(KYMRIAH, country="US", timezone="America/Chicago")
    name_a_number(hospital)
    patient_id = hospital.patient("US-0001", enrolled_on=date(2021, 3, 1), infused_on=date(2021, 4, 1))
    code, content = cards.make_card(patient_id, **by(hospital))
    pdf = card_pdf(content, code, base_url="https://rems.example", lens=Lens(world.today))
    [page] = PdfReader(io.BytesIO(pdf)).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [612, 792]
    shown = " ".join(page.extract_text().split())
    for words in (
        "Kymriah (tisagenlecleucel)",
        "Infused on 1 Apr 2021",
        PHONE,
        code,
        "Emergency room: do this first",
        "Stay near the treatment site until 29 Apr 2021",
        "Do not drive or use dangerous machines until 27 May 2021",
        f"https://rems.example/card/{code}",
    ):
        assert words in shown
    assert "US-0001" not in shown and "1958" not in shown
    assert code.replace("-", "") not in shown.replace(code, "")


def test_a_time_that_the_data_do_not_set_is_a_line_to_fill_in() -> None:
    on, four_weeks = date(2026, 10, 5), Quantity.read("4 weeks")
    assert until("Stay", None, on) == "Stay until ________________"
    assert until("Stay", four_weeks, None) == "Stay for 4 weeks after the infusion"
    assert until("Stay", four_weeks, on) == f"Stay until {said(date(2026, 11, 2))}"
