"""Tables and what may stand in their cells: text, numbers, states with shape and word."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, Paragraph, Table

from rems.paper import fonts, marks
from rems.paper.fonts import rich
from rems.paper.styles import HAIR, INK, LATE, LINE, MET, PAD, SOFT, SOON, grid, padded, styles

_LONG = 1_500  # characters of a cell from which its row may be parted between two pages


class State(StrEnum):
    """A state as a printed page shows it: a shape, a color and a word."""

    MET = "met"
    NOT_MET = "not met"
    EXCEPTION = "met by exception"
    NOT_ASKED = "not asked"
    WAIVED = "waived"
    SOON = "due soon"
    LATE = "late"
    WAIT = "in review"
    OPEN = "planned"
    STOP = "stopped"

    @property
    def word(self) -> str:
        return self.value.capitalize()

    @property
    def mark(self) -> str:
        return _FACES[self][0]

    @property
    def color(self) -> Color:
        return _FACES[self][1]


_FACES: dict[State, tuple[str, Color]] = {
    State.MET: ("met", MET),
    State.NOT_MET: ("late", LATE),
    State.EXCEPTION: ("met", MET),
    State.NOT_ASKED: ("off", SOFT),
    State.WAIVED: ("off", SOFT),
    State.SOON: ("soon", SOON),
    State.LATE: ("late", LATE),
    State.WAIT: ("wait", SOFT),
    State.OPEN: ("open", SOFT),
    State.STOP: ("stop", LATE),
}


class Kind(StrEnum):
    """How a column is set; the value is the paragraph style of its cells."""

    TEXT = "body"
    KEY = "key"
    SMALL = "small"
    NUMBER = "number"
    MONO = "mono"


@dataclass(frozen=True)
class Column:
    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class StateCell:
    """A state with its own word, such as `2 days late`."""

    state: State
    word: str


@dataclass(frozen=True, init=False)
class Lines:
    """Several lines in one cell, one below the other."""

    texts: tuple[str, ...]

    def __init__(self, *texts: str) -> None:
        object.__setattr__(self, "texts", texts)


Cell = str | int | State | StateCell | Lines | None


def _face(kind: str) -> str:
    return str(styles()[kind].fontName)


def paragraph(text: str, kind: str) -> Paragraph:
    """Plain text in that paragraph style; a line break stays one."""
    return Paragraph("<br/>".join(rich(line, _face(kind)) for line in text.split("\n")), styles()[kind])


class Stated(Flowable):
    """A state: its shape, and its word beside it, both in its color."""

    def __init__(self, state: State, word: str) -> None:
        super().__init__()
        self.state = state
        self.word = Paragraph(f'<font color="{state.color.hexval()}">{rich(word, fonts.BOLD)}</font>', styles()["key"])

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        self.width, self.height = aW, self.word.wrap(max(aW - 12, 1), aH)[1]
        return self.width, self.height

    def draw(self) -> None:
        marks.mark(self.state.mark, 8.5, self.state.color).drawOn(self.canv, 0, self.height - 10.25)
        self.word.drawOn(self.canv, 12, 0)


def table(columns: Sequence[Column | str], rows: Sequence[Sequence[Cell]], widths: Sequence[float]) -> Flowable:
    """A table whose head repeats on each page. `widths` are shares of the page's width, of any sum.

    Raises ValueError when a row or the widths do not fit the columns.
    """
    set_as = [column if isinstance(column, Column) else Column(column) for column in columns]
    if len(widths) != len(set_as) or any(len(row) != len(set_as) for row in rows):
        raise ValueError(f"{len(set_as)} columns need as many widths and as many cells in each row")
    head = [paragraph(c.title, "head-right" if c.kind is Kind.NUMBER else "head") for c in set_as]
    body = [[_cell(cell, c.kind) for cell, c in zip(row, set_as, strict=True)] for row in rows]
    # The rule of the head comes last, so that it lies over a hairline where a table goes on upon the next page.
    lines = [("LINEBELOW", (0, 1), (-1, -1), HAIR, LINE), ("LINEBELOW", (0, 0), (-1, 0), HAIR * 1.5, INK)]
    room = [*padded(top=PAD, right=10, bottom=PAD), ("RIGHTPADDING", (-1, 0), (-1, -1), 0)]
    whole = sum(widths)
    long = any(is_long(cell) for row in rows for cell in row)
    return Table(
        [head, *body],
        [f"{100 * share / whole:.4f}%" for share in widths],
        style=grid(*room, *(lines if rows else lines[1:])),
        repeatRows=1,
        splitInRow=int(long),
    )


def is_long(cell: Cell) -> bool:
    """Whether a cell may be taller than a page, so that its row must be parted."""
    text = "\n".join(cell.texts) if isinstance(cell, Lines) else cell if isinstance(cell, str) else ""
    return len(text) + 50 * text.count("\n") > _LONG


def _cell(cell: Cell, kind: Kind) -> Flowable:
    match cell:
        case None:
            return paragraph("–", "small-right" if kind is Kind.NUMBER else "small")
        case State():
            return Stated(cell, cell.word)
        case StateCell(state, word):
            return Stated(state, word)
        case Lines(texts):
            return paragraph("\n".join(texts), kind)
        case int():
            return paragraph(f"{cell:,}", kind)
        case _:
            return paragraph(cell, kind)
