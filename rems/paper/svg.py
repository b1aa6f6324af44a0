"""A drawing as inline SVG for a page under a strict content policy: attributes and classes, no style, no raw color.

The drawing is walked shape by shape instead of going through ReportLab's own SVG, which writes `style=`, whole-percent
colors, fixed ids and a prolog. Every color must be a token of `styles`; it becomes the class of that token in the
stylesheet (part 10, charts), so that the drawing follows the theme of the page.
"""

from collections.abc import Iterator
from hashlib import sha256
from html import escape
from types import MappingProxyType
from typing import Any

from markupsafe import Markup
from reportlab.graphics.shapes import (
    Circle,
    Drawing,
    Ellipse,
    Group,
    Line,
    Path,
    Polygon,
    PolyLine,
    Rect,
    String,
)
from reportlab.lib.colors import Color

from rems.paper import fonts
from rems.paper.charts.pen import Label
from rems.paper.styles import TOKENS

_SMALL = 12  # px: text up to this size takes the smaller class, larger text the size of a chart
_NAMES = {color.hexval(): name for name, color in reversed(list(TOKENS.items()))}
_FILLS: MappingProxyType[str, str] = MappingProxyType({"line": "c-line-fill", "soft": "c-soft-fill"})
_TEXTS: MappingProxyType[str, str] = MappingProxyType(
    {
        "ink": "",
        "soft": "c-soft",
        "accent": "c-accent-text",
        "late": "c-late-text",
        "soon": "c-soon-text",
        "sheet": "c-on",
    }
)
_STROKES: MappingProxyType[str, str] = MappingProxyType(
    {"edge": "c-axis", "line": "c-grid", "paper": "c-cut", "ink": "c-rule", "accent": "c-line", "late": "c-line-late"}
)
_BOTH: MappingProxyType[tuple[str, str], str] = MappingProxyType(
    {("paper", "edge"): "c-ring", ("paper", "ink"): "c-box"}
)
_ANCHORS = frozenset({"middle", "end"})


def inline_svg(drawing: Drawing, *, title: str, css_class: str = "") -> Markup:
    """The drawing as one `<svg role="img">` whose title tells the finding. The same input gives the same text.

    Raises ValueError for a color that is no token and TypeError for a kind of shape it does not know.
    """
    height = float(drawing.height)
    body = "".join(f"\n  {line}" for shape in drawing.getContents() for line in _shape(shape, 0.0, height))
    size = f"{_n(drawing.width)} {_n(height)}"
    key = "t-" + sha256(f"{css_class}\n{title}\n{size}{body}".encode()).hexdigest()[:10]
    named = f' class="{escape(css_class)}"' if css_class else ""
    head = (
        f'<svg{named} viewBox="0 0 {size}" role="img" aria-labelledby="{key}"><title id="{key}">{escape(title)}</title>'
    )
    return Markup(f"{head}{body}\n</svg>")  # noqa: S704 (every text in it is escaped)


def _n(value: float) -> str:
    """A number of pixels: two places at most, no minus before a zero."""
    return f"{round(float(value), 2) + 0.0:g}" if abs(value) < 100_000 else f"{value:.2f}"


def _shape(shape: Any, dx: float, top: float) -> Iterator[str]:
    """The elements of one shape, moved right by dx; y, which grows upwards on a drawing, is taken from `top`."""
    match shape:
        case Label():
            yield _text(shape.whole, dx, top)
        case Group():
            a, b, c, d, e, f = shape.transform
            if (a, b, c, d) != (1, 0, 0, 1):
                raise TypeError("a group may be moved, not turned or scaled")
            for child in shape.getContents():
                yield from _shape(child, dx + e, top - f)
        case String():
            yield _text(shape, dx, top)
        case Line():
            ends = {"x1": shape.x1 + dx, "y1": top - shape.y1, "x2": shape.x2 + dx, "y2": top - shape.y2}
            yield _element("line", ends, _classes(shape))
        case Rect():
            box = {"x": shape.x + dx, "y": top - shape.y - shape.height, "width": shape.width, "height": shape.height}
            yield _element("rect", box, _classes(shape))
        case Circle():
            yield _element("circle", {"cx": shape.cx + dx, "cy": top - shape.cy, "r": shape.r}, _classes(shape))
        case Ellipse():
            round_ = {"cx": shape.cx + dx, "cy": top - shape.cy, "rx": shape.rx, "ry": shape.ry}
            yield _element("ellipse", round_, _classes(shape))
        case Polygon() | PolyLine():
            pairs = zip(shape.points[::2], shape.points[1::2], strict=True)
            way = "L".join(f"{_n(x + dx)} {_n(top - y)}" for x, y in pairs)
            yield _path(f"M{way}{'z' if isinstance(shape, Polygon) else ''}", shape)
        case Path():
            yield _path(_way(shape, dx, top), shape)
        case _:
            raise TypeError(f"a {type(shape).__name__} cannot be drawn on a page")


def _element(name: str, numbers: dict[str, float], attributes: str) -> str:
    return f"<{name} " + " ".join(f'{key}="{_n(value)}"' for key, value in numbers.items()) + f"{attributes}/>"


def _path(way: str, shape: Any) -> str:
    rule = ' fill-rule="evenodd"' if isinstance(shape, Path) and shape.fillColor is not None else ""
    return f'<path d="{way}"{rule}{_classes(shape)}/>'


def _way(path: Any, dx: float, top: float) -> str:
    """The d attribute. ReportLab keeps operators as numbers: move, line, curve, close."""
    out: list[str] = []
    points = iter(path.points)
    for operator in path.operators:
        letter, pairs = (("M", 1), ("L", 1), ("C", 3), ("z", 0))[operator]
        out.append(letter + " ".join(f"{_n(next(points) + dx)} {_n(top - next(points))}" for _ in range(pairs)))
    return "".join(out)


def _token(color: Color) -> str:
    name = _NAMES.get(color.hexval())
    if name is None:
        raise ValueError(f"{color.hexval()} is no color of the look; take one of {', '.join(TOKENS)}")
    return name


def _classes(shape: Any) -> str:
    """The class that says how a shape is filled and ruled; `fill="none"` where nothing is filled."""
    fill = _token(shape.fillColor) if getattr(shape, "fillColor", None) is not None else ""
    stroke = _token(shape.strokeColor) if shape.strokeColor is not None and shape.strokeWidth else ""
    if fill and stroke and (fill, stroke) not in _BOTH:
        raise ValueError(f"no class fills with {fill} and rules with {stroke}; draw two shapes")
    if fill:
        return f' class="{_BOTH.get((fill, stroke), "") or _FILLS.get(fill, f"c-{fill}")}"'
    if not stroke:
        return ' fill="none"'
    if stroke not in _STROKES:
        raise ValueError(f"no class rules with {stroke}")
    dashed = stroke == "ink" and shape.strokeDashArray
    hatched = stroke == "ink" and shape.strokeWidth < 1.5 and isinstance(shape, Line) and not dashed
    name = "c-line2" if dashed else "c-hatch" if hatched else _STROKES[stroke]
    unfilled = "" if isinstance(shape, Line) else ' fill="none"'
    return f'{unfilled} class="{name}"'


def _text(string: Any, dx: float, top: float) -> str:
    token = _token(string.fillColor)
    if token not in _TEXTS:
        raise ValueError(f"no class writes in {token}")
    bold = string.fontName in {fonts.BOLD, *fonts.BOLD_OTHERS}
    names = [
        _TEXTS[token],
        "c-bold" if bold and token in {"ink", "soft", "soon"} else "",
        "c-small" if string.fontSize <= _SMALL else "",
    ]
    classes = " ".join(name for name in names if name)
    named = f' class="{classes}"' if classes else ""
    anchor = f' text-anchor="{string.textAnchor}"' if string.textAnchor in _ANCHORS else ""
    at = f'x="{_n(string.x + dx)}" y="{_n(top - string.y)}"'
    return f"<text {at}{anchor}{named}>{escape(string.text, quote=False)}</text>"
