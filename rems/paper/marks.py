"""The state shapes of the look, the same on page and paper: a square of 16 units, y downwards, cut out even-odd."""

from collections.abc import Callable
from functools import cache
from types import MappingProxyType

from reportlab.graphics.shapes import Drawing, Path
from reportlab.lib.colors import Color

_BOX = 16.0
_KAPPA = 0.5522847498  # how far the handles of a cubic stand so that four of them look like a circle

# Contours are parted by "/": points of a polygon, "o x y r" a full circle, "d x y r" its left half.
_CHECK = "6.9 11.6 3.7 8.4 5 7.1 6.9 9 11.1 4.8 12.4 6.1"
_SHAPES: MappingProxyType[str, str] = MappingProxyType(
    {
        "met": f"o 8 8 7.4 / {_CHECK}",
        "soon": "8 .9 15.7 14.6 .3 14.6 / 7.1 5.6 7.1 10.2 8.9 10.2 8.9 5.6 / 7.1 11.3 7.1 13.1 8.9 13.1 8.9 11.3",
        "late": "8 .2 15.8 8 8 15.8 .2 8 / 7 4 7 9 9 9 9 4 / 7 10.2 7 12.2 9 12.2 9 10.2",
        "stop": "5 .8 11 .8 15.2 5 15.2 11 11 15.2 5 15.2 .8 11 .8 5 / 4 6.8 4 9.2 12 9.2 12 6.8",
        "wait": "o 8 8 7.4 / d 8 8 5.6",
        "open": "o 8 8 7.4 / o 8 8 5.6",
        "off": "2.5 7 13.5 7 13.5 9 2.5 9",
        "seal": "8 .2 9.35 1.64 11.17 .87 11.82 2.74 13.8 2.78 13.63 4.75 15.42 5.59 14.46 7.32 15.76 8.82 14.18 10.01"
        " 14.75 11.9 12.83 12.35 12.58 14.31 10.64 13.94 9.62 15.63 8 14.5 6.38 15.63 5.36 13.94 3.42 14.31 3.17 12.35"
        " 1.25 11.9 1.82 10.01 .24 8.82 1.54 7.32 .58 5.59 2.37 4.75 2.2 2.78 4.18 2.74 4.83 .87 6.65 1.64"
        f" / {_CHECK}",
        "brand": "8.35 .21 10.85 .74 9.68 3.72 8.21 3.4 / 11.49 1.03 13.55 2.52 11.28 4.77 10.06 3.89"
        " / 14.03 3.05 15.3 5.26 12.31 6.38 11.55 5.08 / 15.52 5.93 15.79 8.46 12.59 8.27 12.43 6.78"
        " / 15.71 9.17 14.92 11.59 13.77 10.99 14.43 8.97 / 14.57 12.2 12.87 14.1 12.06 13.08 13.48 11.5"
        " / 12.29 14.51 9.97 15.55 9.64 14.29 11.58 13.43 / 9.27 15.7 6.73 15.7 6.94 14.41 9.06 14.41"
        " / 6.03 15.55 3.71 14.51 4.42 13.43 6.36 14.29 / 3.13 14.1 1.43 12.2 2.52 11.5 3.94 13.08"
        " / 1.08 11.59 .29 9.17 1.57 8.97 2.23 10.99 / .21 8.46 .48 5.93 1.73 6.27 1.51 8.39"
        " / .7 5.26 1.97 3.05 2.98 3.87 1.92 5.71 / 2.45 2.52 4.51 1.03 5.09 2.19 3.37 3.44"
        " / 5.15 .74 7.65 .21 7.71 1.51 5.63 1.95",
    }
)
NAMES = tuple(_SHAPES)

Step = tuple[str, tuple[float, ...]]


def _round(x: float, y: float, r: float, *, half: bool) -> list[Step]:
    """A circle from its top over the left side; only that side, closed by its diameter, when half."""
    k = r * _KAPPA
    left: list[Step] = [
        ("M", (x, y - r)),
        ("C", (x - k, y - r, x - r, y - k, x - r, y)),
        ("C", (x - r, y + k, x - k, y + r, x, y + r)),
    ]
    right: list[Step] = [
        ("C", (x + k, y + r, x + r, y + k, x + r, y)),
        ("C", (x + r, y - k, x + k, y - r, x, y - r)),
    ]
    return [*left, *([] if half else right), ("Z", ())]


@cache
def _steps(name: str) -> tuple[Step, ...]:
    """The pen's way for one shape. Raises KeyError for an unknown name."""
    steps: list[Step] = []
    for contour in _SHAPES[name].split("/"):
        first, *words = contour.split()
        if first in {"o", "d"}:
            x, y, r = map(float, words)
            steps += _round(x, y, r, half=first == "d")
        else:
            numbers = [float(word) for word in (first, *words)]
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            steps += [("M" if i == 0 else "L", point) for i, point in enumerate(points)]
            steps.append(("Z", ()))
    return tuple(steps)


def shape(name: str, x: float, y: float, size: float, color: Color) -> Path:
    """One shape in a square of `size` whose lower left corner is x, y. Raises KeyError for an unknown name."""
    path = Path(fillColor=color, strokeColor=None)  # filled even-odd, as every Path is unless told otherwise
    scale = size / _BOX
    pens: dict[str, Callable[..., None]] = {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo}
    for pen, numbers in _steps(name):
        if pen == "Z":
            path.closePath()
        else:
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            pens[pen](*(value for across, down in pairs for value in (x + across * scale, y + size - down * scale)))
    return path


def mark(name: str, size: float, color: Color) -> Drawing:
    """One shape as a drawing of its own, `size` wide and high."""
    drawing = Drawing(size, size)
    drawing.add(shape(name, 0, 0, size, color))
    return drawing
