"""A card for the wallet: front and back in the size of a bank card, side by side to be folded, with marks to cut at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepInFrame, Spacer, Table

from rems.paper import marks
from rems.paper.cells import paragraph
from rems.paper.proof import Proof
from rems.paper.sheet import About, PageSize, Sheet, write
from rems.paper.styles import ACCENT, HAIR, INK, LINE, grid, padded

WIDTH, HEIGHT = 85.6 * mm, 54 * mm  # ID-1 of ISO/IEC 7810
_INSET = 3.4 * mm  # from the edge of the card to its text
_MARK, _GAP = 4 * mm, 1 * mm  # of a crop mark, and between it and the card
_QR = 20 * mm
_TITLE = "CAR-T cell therapy: wallet card"


@dataclass(frozen=True)
class Card:
    """What a wallet card says. `steps`: what an emergency room does first; `limits`: until when the patient stays near
    the site and does not drive; `address`: where the QR code leads, which ends with `code`.
    """

    program: str
    product: str
    infused: str
    site: str
    phone: str
    steps: Sequence[str]
    limits: Sequence[str]
    code: str
    address: str
    footer: Proof
    page_size: PageSize = "letter"
    author: str = "rems"
    language: str = "en-US"


def render_card(card: Card) -> bytes:
    """The PDF: one sheet, the same bytes for the same card."""
    about = About(_TITLE, card.program, card.author, card.language)
    how = (
        "Cut along the marks and fold in the middle, so that both sides can be read. The name is written by hand: "
        "nothing that is printed says who carries the card, and the code leads to the site alone."
    )
    story: list[Flowable] = [
        paragraph("Wallet card", "title"),
        Spacer(1, 4),
        paragraph(how, "body"),
        Spacer(1, 14 * mm),
        _Faces(_front(card), _back(card)),
    ]
    return write(story, Sheet(card.page_size), about, card.footer)


class _Faces(Flowable):
    """Front above back, folded at the edge they share; crop marks outside, so that none is left on the card."""

    def __init__(self, *faces: list[Flowable]) -> None:
        super().__init__()
        self.faces = faces

    def wrap(self, *_: float) -> tuple[float, float]:
        return WIDTH + 2 * (_MARK + _GAP), len(self.faces) * HEIGHT + 2 * (_MARK + _GAP)

    def draw(self) -> None:
        canvas: Any = self.canv
        left, low, total = _MARK + _GAP, _MARK + _GAP, len(self.faces) * HEIGHT
        canvas.setLineWidth(HAIR)
        canvas.setStrokeColor(INK)
        for x in (left, left + WIDTH):
            canvas.line(x, low - _GAP, x, low - _GAP - _MARK)
            canvas.line(x, low + total + _GAP, x, low + total + _GAP + _MARK)
        for y in (low + HEIGHT * row for row in range(len(self.faces) + 1)):
            canvas.line(left - _GAP, y, left - _GAP - _MARK, y)
            canvas.line(left + WIDTH + _GAP, y, left + WIDTH + _GAP + _MARK, y)
        canvas.setStrokeColor(LINE)
        canvas.rect(left, low, WIDTH, total)
        canvas.setDash(2, 2)
        canvas.line(left, low + HEIGHT, left + WIDTH, low + HEIGHT)
        canvas.setDash()
        for row, face in enumerate(self.faces):
            _fill(canvas, face, left + _INSET, low + total - row * HEIGHT - _INSET)


def _fill(canvas: Any, face: list[Flowable], left: float, top: float) -> None:
    """Set one face from its top left corner; what is too long for the card is made smaller as a whole."""
    held = KeepInFrame(WIDTH - 2 * _INSET, HEIGHT - 2 * _INSET, face, mode="shrink")
    _, height = held.wrapOn(canvas, WIDTH - 2 * _INSET, HEIGHT - 2 * _INSET)
    held.drawOn(canvas, left, top - height)


def _front(card: Card) -> list[Flowable]:
    rows = [
        ("Name", "_" * 34),
        ("Product", card.product),
        ("", card.infused),
        ("Site", card.site),
        ("Program", card.program),
    ]
    facts = [[paragraph(label, "card-label"), paragraph(value, "card")] for label, value in rows]
    room = WIDTH - 2 * _INSET
    head = Table(
        [[marks.mark("brand", 12, ACCENT), paragraph(_TITLE, "card-title")]],
        [16, room - 16],
        style=grid(("VALIGN", (0, 0), (-1, -1), "MIDDLE")),
    )
    return [
        head,
        Spacer(1, 4),
        Table(facts, [42, room - 42], style=grid(*padded(bottom=2.4))),
        Spacer(1, 12),
        paragraph("In an emergency call the site, day and night:", "card-label"),
        paragraph(card.phone, "card-phone"),
    ]


def _back(card: Card) -> list[Flowable]:
    steps = [[paragraph(f"{number}", "card-key"), paragraph(step, "card")] for number, step in enumerate(card.steps, 1)]
    room = WIDTH - 2 * _INSET
    words = room - _QR - 6
    lead: list[Flowable] = [_qr(card.address), paragraph(card.code, "card-code")]
    told: list[Flowable] = [Table(steps, [9, words - 9], style=grid(*padded(bottom=1.4)))]
    return [
        paragraph("Emergency room: do this first", "card-title"),
        Spacer(1, 3),
        Table([[told, lead]], [words + 6, _QR], style=grid()),
        Spacer(1, 3),
        *(paragraph(limit, "card-key") for limit in card.limits),
        paragraph(f"Number of the site: {card.address}", "card-label"),
    ]


def _qr(address: str) -> Drawing:
    """The address as a QR code, with room for one wrong module in seven."""
    widget = QrCodeWidget(address, barLevel="M", barBorder=0)
    left, low, right, high = widget.getBounds()
    scale = _QR / (right - left)
    drawing = Drawing(_QR, _QR, transform=[scale, 0, 0, scale, -left * scale, -low * scale])
    drawing.add(widget)
    return drawing
