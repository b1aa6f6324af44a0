"""The light tokens of the look as ReportLab colors, and the paragraph styles of a printed page (sizes in points)."""

from functools import cache
from types import MappingProxyType

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

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

    def like(name: str, **changes: object) -> ParagraphStyle:
        return ParagraphStyle(name, parent=body, **changes)

    small = {"fontSize": 7.5, "leading": 9.5, "textColor": SOFT}
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
        like("large", fontName=fonts.BOLD, fontSize=12, leading=16),
    )
    return MappingProxyType({style.name: style for style in every})
