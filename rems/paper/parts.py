"""The parts of a printed page: verdict, sections, tables, signatures, figures. All take plain text."""

from collections.abc import Sequence

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Spacer, Table

from rems.paper import marks
from rems.paper.cells import Cell, Column, Kind, Lines, State, StateCell, is_long, paragraph, table
from rems.paper.contents import Contents
from rems.paper.sheet import PaperCanvas
from rems.paper.signed import Signature, signature_block
from rems.paper.styles import HAIR, INK, RULE, grid, over_all, padded

__all__ = [
    "Cell",
    "Column",
    "Contents",
    "Kind",
    "Lines",
    "Signature",
    "State",
    "StateCell",
    "figure",
    "fresh_page",
    "gap",
    "key_values",
    "note",
    "prose",
    "room",
    "section",
    "signature_block",
    "subtitle",
    "table",
    "verdict",
]


class Outlined(Flowable):
    """An entry of the outline, of no size: a reader's list of sections leads here."""

    canv: PaperCanvas

    def __init__(self, title: str, level: int = 0) -> None:
        super().__init__()
        self.title, self.level = title, level

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        key = f"s{self.canv.getPageNumber()}-{self.canv.absolutePosition(0, 0)[1]:.0f}"
        self.canv.bookmarkHorizontal(key, 0, 20)
        self.canv.addOutlineEntry(self.title, key, self.level)
        self.canv.is_at(self.title)


def gap(points: float = 8) -> Flowable:
    return Spacer(1, points)


def room(points: float) -> Flowable:
    """What follows begins on this page only where so much of it is left."""
    return CondPageBreak(points)


def fresh_page() -> Flowable:
    """What follows begins on a page of its own."""
    return PageBreak()


def prose(text: str) -> Flowable:
    return paragraph(text, "body")


def note(text: str) -> Flowable:
    """A remark in small type under what it is about."""
    return paragraph(text, "note")


def subtitle(text: str) -> Flowable:
    return paragraph(text, "subtitle")


def verdict(state: State, heading: str, text: str = "") -> Flowable:
    """The one answer of a paper, in a frame of its state's color."""
    said = [paragraph(heading, "verdict"), *([paragraph(text, "body")] if text else [])]
    edges = [
        ("BOX", (0, 0), (-1, -1), HAIR * 1.5, state.color, "butt"),
        ("LINEBEFORE", (0, 0), (0, -1), 3.5, state.color, "butt"),
    ]
    inset = [
        *padded(top=6, right=6, bottom=8),
        ("LEFTPADDING", (0, 0), (0, 0), 10),
        ("RIGHTPADDING", (0, 0), (0, 0), 0),
    ]
    symbol = [Spacer(1, 3.5), marks.mark(state.mark, 9, state.color)]
    return Table([[symbol, said]], [24, "*"], style=grid(*inset, *edges), spaceAfter=4, splitInRow=int(is_long(text)))


def section(number: int | None, title: str, right: str = "") -> Flowable:
    """An ink rule, the numbered title under it, a short remark at the right. Never alone at the foot of a page."""
    name = f"{number}. {title}" if number is not None else title
    ruled = [("LINEABOVE", (0, 0), (-1, 0), RULE, INK), over_all("VALIGN", "BOTTOM")]
    head = Table(
        [[paragraph(name, "section"), paragraph(right, "small-right")]],
        ["65%", "35%"],
        style=grid(*padded(top=5, bottom=4), *ruled),
        spaceBefore=12,
    )
    return KeepTogether([CondPageBreak(110), Outlined(name), head])


def key_values(pairs: Sequence[tuple[str, str]], columns: int = 2) -> Flowable:
    """Short names and their values, in that many columns, read row by row."""
    if not pairs:
        return Spacer(1, 0)
    cells: list[list[Flowable]] = [[paragraph(label, "small"), paragraph(value, "body")] for label, value in pairs]
    cells += [[Spacer(1, 1), Spacer(1, 1)]] * (-len(cells) % columns)
    rows = [[part for pair in cells[i : i + columns] for part in pair] for i in range(0, len(cells), columns)]
    label, value = 100 / columns * 0.24, 100 / columns * 0.76
    return Table(
        rows, [f"{label}%", f"{value}%"] * columns, style=grid(*padded(top=2, right=8, bottom=2)), spaceAfter=4
    )


def figure(drawing: Drawing, caption: str = "") -> Flowable:
    """A chart with its caption, never parted."""
    drawing.hAlign = "LEFT"
    return KeepTogether([Spacer(1, 2), drawing, *([note(caption)] if caption else [])])
