"""The light tokens of the look as ReportLab colors, and the paragraph styles of a printed page (sizes in points)."""

from functools import cache
from types import MappingProxyType
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import TableStyle

from rems.paper import fonts

# Two tokens may share a value (ink and mode, sheet and on-accent); on a drawing the first of them names it.
TOKENS: MappingProxyType[str, Color] = MappingProxyType(
    {
        name: HexColor(value)
        for name, value in {
            "paper": "#faf9f6",
            "sheet": "#ffffff",
            "shade": "#f1efea",
            "line": "#dcd8cf",
            "edge": "#7f7b72",
            "ink": "#1b1a22",
            "soft": "#55535e",
            "accent": "#433b9f",
            "deep": "#2f2979",
            "wash": "#ebeaf7",
            "met": "#1a6645",
            "met-wash": "#e2f0e8",
            "soon": "#7a4b00",
            "soon-wash": "#faedd2",
            "late": "#a3211c",
            "late-wash": "#fae7e4",
        }.items()
    }
)
PAPER, SHEET, SHADE, LINE, EDGE = (TOKENS[name] for name in ("paper", "sheet", "shade", "line", "edge"))
INK, SOFT, ACCENT, WASH = (TOKENS[name] for name in ("ink", "soft", "accent", "wash"))
MET, SOON, LATE, LATE_WASH = (TOKENS[name] for name in ("met", "soon", "late", "late-wash"))

HAIR = 0.5
RULE = 1.0
PAD = 4.0


@cache
def styles() -> MappingProxyType[str, ParagraphStyle]:
    """The paragraph styles by name. The faces are registered on first use."""
    fonts.register()
    body = ParagraphStyle("body", fontName=fonts.TEXT, fontSize=9, leading=12, textColor=INK, splitLongWords=1)

    def like(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=body, **changes)

    small: dict[str, Any] = {"fontSize": 7.5, "leading": 9.5, "textColor": SOFT}
    every = (
        body,
        like("title", fontName=fonts.BOLD, fontSize=19, leading=22),
        like("scope", fontSize=10.5, leading=14),
        like("subline", fontSize=10.5, leading=14, textColor=SOFT),
        like("section", fontName=fonts.BOLD, fontSize=12, leading=15),
        like("subtitle", fontName=fonts.BOLD),
        like("verdict", fontName=fonts.BOLD, fontSize=12.5, leading=15),
        like("key", fontName=fonts.BOLD),
        like("head", **{**small, "fontName": fonts.BOLD, "fontSize": 8}),
        like("head-right", **{**small, "fontName": fonts.BOLD, "fontSize": 8, "alignment": TA_RIGHT}),
        like("number", alignment=TA_RIGHT),
        like("small", **small),
        like("small-right", **{**small, "alignment": TA_RIGHT}),
        like("mono", fontName=fonts.MONO, fontSize=7.5, leading=11),
        like("note", fontSize=7.5, leading=10, textColor=SOFT, spaceBefore=4),
        like("kind", fontName=fonts.BOLD, fontSize=11, leading=14, textColor=ACCENT),
        like("named", fontName=fonts.BOLD, fontSize=26, leading=31),
        like("statement", fontSize=12, leading=17),
        like("label", textColor=SOFT),
        like("card", fontSize=6.8, leading=8.2),
        like("card-key", fontName=fonts.BOLD, fontSize=6.8, leading=8.2),
        like("card-label", fontSize=6.2, leading=8.2, textColor=SOFT),
        like("card-title", fontName=fonts.BOLD, fontSize=8.5, leading=10.5),
        like("card-phone", fontName=fonts.BOLD, fontSize=13, leading=15.5),
        like("card-code", fontName=fonts.MONO, fontSize=9, leading=12),
    )
    return MappingProxyType({style.name: style for style in every})


Command = tuple[Any, ...]  # of a table's style: name, first cell, last cell, values


def over_all(name: str, *values: Any) -> Command:
    return (name, (0, 0), (-1, -1), *values)


def padded(left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> list[Command]:
    """Room around the content of every cell."""
    sides = {"LEFT": left, "TOP": top, "RIGHT": right, "BOTTOM": bottom}
    return [over_all(f"{side}PADDING", room) for side, room in sides.items()]


def grid(*commands: Command) -> TableStyle:
    """A table without lines or padding, cells at their tops; then the commands. The face keeps Helvetica out."""
    return TableStyle([over_all("FONTNAME", fonts.TEXT), over_all("VALIGN", "TOP"), *padded(), *commands])
