"""The wallet card: the size of a bank card, marks to cut at, and the same bytes for the same card."""

import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader
from reportlab.lib.units import mm

from rems.paper.card import HEIGHT, WIDTH, Card, render_card
from rems.paper.page import Proof

CARD = Card(
    program="Yescarta and Tecartus REMS Program",
    product="Yescarta (axicabtagene ciloleucel)",
    infused="Infused on 5 Oct 2026",
    site="Universitätsklinikum Nordheim, Nordheim",
    phone="+49 30 555 0142",
    steps=("Treat what threatens life, then call.", "Fever: think of CRS."),
    limits=("Stay near the treatment site until 2 Nov 2026", "Do not drive until 30 Nov 2026"),
    code="R4T9-KXMA",
    address="https://rems.example/card/R4T9-KXMA",
    footer=Proof(date(2026, 10, 5), None, "YESCARTA", "", "0" * 64),
)


def text_of(card: Card) -> str:
    [page] = PdfReader(io.BytesIO(render_card(card))).pages
    return " ".join(page.extract_text().split())


def test_a_card_has_the_size_of_a_bank_card() -> None:
    assert (WIDTH / mm, HEIGHT / mm) == (pytest.approx(85.6), pytest.approx(54))


def test_the_same_card_gives_the_same_bytes() -> None:
    assert render_card(CARD) == render_card(CARD)


@pytest.mark.parametrize(("size", "height"), [("A4", 842), ("letter", 792)])
def test_both_sides_stand_on_one_sheet(size: str, height: int) -> None:
    [page] = PdfReader(io.BytesIO(render_card(replace(CARD, page_size=size)))).pages  # type: ignore[arg-type]
    assert round(float(page.mediabox[3])) == height
    shown = " ".join(page.extract_text().split())
    for words in (CARD.product, CARD.infused, CARD.phone, CARD.code, *CARD.steps, *CARD.limits, CARD.address):
        assert words in shown


def test_what_is_too_long_for_the_card_is_made_smaller_and_stays_whole() -> None:
    long = replace(
        CARD, site="Klinik für Hämatologie, Onkologie und Zelltherapie " * 4, program="A program of many words " * 6
    )
    assert long.site.strip() in text_of(long) and CARD.phone in text_of(long)


def test_any_script_is_set() -> None:
    assert "Νοσοκομείο" in text_of(replace(CARD, site="Νοσοκομείο Αθηνών"))
