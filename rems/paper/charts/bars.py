"""Patients by year of follow-up: the small chart of the home page."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing

from rems.paper.charts.pen import Pen, scale_for
from rems.paper.styles import ACCENT, EDGE, SHADE, SOFT


@dataclass(frozen=True)
class YearBar:
    """`year` counts from the infusion, 1 is the first; `late` are the patients with a late visit in it."""

    year: int
    patients: int
    late: int = 0


def bars_by_year(bars: Sequence[YearBar], *, width: float = 280) -> Drawing:
    """One bar a year with its number on it; a diamond under the years in which somebody's visit is late."""
    scale = scale_for(width)
    u = scale.unit
    drawing = Drawing(width, 108 * u)
    pen = Pen(drawing, scale)
    most = max((bar.patients for bar in bars), default=0) or 1
    step = width / max(len(bars), 1)
    axis = 76 * u
    for number, bar in enumerate(sorted(bars, key=lambda bar: bar.year)):
        left, middle = number * step + 1.5 * u, (number + 0.5) * step
        height = max(54 * u * bar.patients / most, 2 * u)
        pen.box(left, axis - height, step - 3 * u, height, ACCENT if bar.patients else SHADE)
        if bar.patients:
            pen.text(middle, axis - height - 5 * u, f"{bar.patients:,}", anchor="middle")
        if bar.late:
            pen.diamond(middle, 85 * u, 5.6 * u, late=True)
        if bar.year == 1 or bar.year % 5 == 0:
            pen.text(middle, 104 * u, str(bar.year), SOFT, anchor="middle")
    pen.line(0, axis + 0.5, width, axis + 0.5, EDGE)
    return drawing
