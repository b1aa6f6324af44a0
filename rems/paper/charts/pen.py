"""A pen for drawings: coordinates run downwards, as on a page; text is measured with room for a browser's fonts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reportlab.graphics.shapes import Drawing, Group, Line, Path, Polygon, Rect, String
from reportlab.lib.colors import Color

from rems.paper import fonts, marks
from rems.paper.styles import INK, LATE, PAPER

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Scale:
    """Sizes of one medium: pixels of a page, points of a paper. `unit` shrinks distances, `slack` widens text."""

    text: float
    small: float
    unit: float
    slack: float


PAGE = Scale(text=13, small=12, unit=1, slack=1.12)
PRINT = Scale(text=8, small=7.5, unit=0.64, slack=1)


def scale_for(width: float) -> Scale:
    """Widths between a phone's and a page's are those of paper."""
    return PRINT if 430 <= width < 640 else PAGE


def is_narrow(width: float) -> bool:
    return width < 430


class Label(Group):
    """A text that paper sets in several faces or another order; `whole` is the text itself, for a page."""

    def __init__(self, whole: String, *pieces: String) -> None:
        super().__init__(*pieces)
        self._whole = whole

    @property
    def whole(self) -> String:
        return self._whole


@dataclass(frozen=True)
class Pen:
    """Draws on one drawing; y is counted from its top."""

    drawing: Drawing
    scale: Scale

    @property
    def heavy(self) -> float:
        """The weight of a line that counts: today, a window."""
        return 1.5 if self.scale.unit == 1 else 1.1

    def up(self, y: float) -> float:
        return float(self.drawing.height) - y

    def measure(self, text: str, *, bold: bool = False, small: bool = True) -> float:
        """The width to keep free for a text."""
        size = self.scale.small if small else self.scale.text
        return fonts.width(text, size, fonts.BOLD if bold else fonts.TEXT) * self.scale.slack

    def text(
        self,
        x: float,
        y: float,
        text: str,
        color: Color = INK,
        *,
        anchor: Anchor = "start",
        bold: bool = False,
        small: bool = True,
    ) -> None:
        """One line with its baseline at y."""
        size = self.scale.small if small else self.scale.text
        first = fonts.BOLD if bold else fonts.TEXT
        whole = self._string(x, y, text, first, size, color)
        whole.textAnchor = anchor
        pieces = fonts.runs(text, first)
        if pieces == [(first, text)]:
            self.drawing.add(whole)
            return
        x -= fonts.width(text, size, first) * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        strings = []
        for face, part in pieces:
            strings.append(self._string(x, y, part, face, size, color))
            x += fonts.stringed(part, face, size)
        self.drawing.add(Label(whole, *strings))

    def _string(self, x: float, y: float, text: str, face: str, size: float, color: Color) -> String:
        return String(x, self.up(y), text, fontName=face, fontSize=size, fillColor=color)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        color: Color,
        weight: float = 1,
        dash: Sequence[float] = (),
    ) -> None:
        width = weight * (1 if self.scale.unit == 1 else 0.75)
        self.drawing.add(
            Line(
                x1,
                self.up(y1),
                x2,
                self.up(y2),
                strokeColor=color,
                strokeWidth=width,
                strokeDashArray=list(dash),
            )
        )

    def rule(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """An ink line: a window, today, the day of an infusion."""
        self.drawing.add(Line(x1, self.up(y1), x2, self.up(y2), strokeColor=INK, strokeWidth=self.heavy))

    def box(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        if width > 0 and height > 0:
            rect = Rect(x, self.up(y) - height, width, height)
            rect.fillColor, rect.strokeColor, rect.strokeWidth = color, None, 0
            self.drawing.add(rect)

    def way(
        self, points: Sequence[tuple[float, float]], color: Color, weight: float, dash: Sequence[float] = ()
    ) -> None:
        """A line through several points, not filled."""
        path = Path(fillColor=None, strokeColor=color, strokeWidth=weight, strokeDashArray=list(dash), strokeLineJoin=0)
        for number, (x, y) in enumerate(points):
            (path.lineTo if number else path.moveTo)(x, self.up(y))
        self.drawing.add(path)

    def mark(self, name: str, x: float, y: float, size: float, color: Color) -> None:
        """A state shape around its middle."""
        self.drawing.add(marks.shape(name, x - size / 2, self.up(y) - size / 2, size, color))

    def diamond(self, x: float, y: float, reach: float, *, late: bool = False) -> None:
        """An event: hollow with an ink rim; filled when it tells of something late."""
        top = self.up(y)
        points = [x, top + reach, x + reach, top, x, top - reach, x - reach, top]
        if late:
            self.drawing.add(Polygon(points, fillColor=LATE, strokeColor=None, strokeWidth=0))
        else:
            self.drawing.add(Polygon(points, fillColor=PAPER, strokeColor=INK, strokeWidth=1.25))


def free_lane(lanes: list[float], left: float, right: float, gap: float) -> int | None:
    """The first lane whose last piece ends before `left`; the piece then takes it. None where no lane is free."""
    for number, end in enumerate(lanes):
        if left >= end + gap:
            lanes[number] = right
            return number
    return None
