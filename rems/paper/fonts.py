"""The faces of a printed page: one for text, one for figures and digests, and others for scripts these two lack.

Source Sans 3 sets Latin, Greek and Cyrillic; Source Code Pro sets digests; Kurinto Sans steps in, run by run, for
Arabic, Hebrew, Georgian, Devanagari, Thai and others, its regional cuts for Chinese, Japanese and Korean. All are
embedded and subset, all come with the package `weblate-fonts` (OFL-1.1). How right-to-left text is brought into order
stands in `scripts`, with what is *not* shaped. A character that no face has is written as its code point, `[U+1F600]`,
so that nothing vanishes.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib import resources
from itertools import groupby
from threading import Lock

from reportlab.graphics.shapes import STATE_DEFAULTS
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from rems.core.errors import SetupError
from rems.paper.scripts import presented

TEXT = "SourceSans3-Regular"
BOLD = "SourceSans3-Semibold"
MONO = "SourceCodePro-Regular"

_OTHERS = ("KurintoSans-Rg", "KurintoSansSC-Rg", "KurintoSansTC-Rg", "KurintoSansJP-Rg", "KurintoSansKR-Rg")
BOLD_OTHERS = tuple(name.replace("-Rg", "-Bd") for name in _OTHERS)
_FOLDERS = {"SourceSans3": "source-sans", "SourceCodePro": "source-code"}
_lock = Lock()

# Format characters that leave no ink where nothing is shaped; those that turn the direction of text are shown instead.
_INKLESS = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


@cache
def _face(name: str) -> TTFont:
    """Load one face and make it known to ReportLab, once. Raises SetupError when its file cannot be read."""
    folder = _FOLDERS.get(name.split("-")[0], "kurinto")
    try:
        found = resources.files("weblate_fonts") / "static" / "weblate_fonts" / folder / "ttf" / f"{name}.ttf"
        with resources.as_file(found) as path:
            font = TTFont(name, str(path))
    except (ModuleNotFoundError, FileNotFoundError, TTFError) as error:
        raise SetupError(f"the font {name} cannot be read from the package weblate-fonts: {error}") from error
    pdfmetrics.registerFont(font)
    return font


def register() -> None:
    """Make the three faces of every page known to ReportLab; the others follow when a text needs them."""
    for name in (TEXT, BOLD, MONO):
        _load(name)
    STATE_DEFAULTS["fontName"] = TEXT  # a drawing names its face before its first text; Helvetica could not be embedded


def _load(name: str) -> TTFont:
    with _lock:
        return _face(name)


def _has(name: str, character: str) -> bool:
    return ord(character) in _load(name).face.charToGlyph


def _chain(first: str, text: str) -> tuple[str, ...]:
    """The faces to try, in order. Han is shared by three languages: kana or Hangul beside it decide the cut."""
    others = BOLD_OTHERS if first == BOLD else _OTHERS
    if any("\u3040" <= c <= "\u30ff" for c in text):
        others = (others[3], others[0], *others[1:3], others[4])
    elif any("\uac00" <= c <= "\ud7af" or "\u1100" <= c <= "\u11ff" for c in text):
        others = (others[4], *others[:4])
    return (first, *others)


def _written(character: str, chain: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The (face, characters) pairs that set one character."""
    if character in _INKLESS:
        return
    if character in "\t\n\r\v\f\u2028\u2029":
        yield chain[0], " "
        return
    if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        for candidate in (character, unicodedata.normalize("NFKC", character), character.lower()):
            for face in chain:
                if candidate and all(_has(face, c) for c in candidate):
                    yield face, candidate
                    return
    yield chain[0], f"[U+{ord(character):04X}]"


def runs(text: str, first: str = TEXT) -> list[tuple[str, str]]:
    """The text in the order it is drawn, cut into (face, characters). Composed first, so that é finds its own glyph."""
    shown = presented(unicodedata.normalize("NFC", text))
    chain = _chain(first, shown)
    pieces = (piece for character in shown for piece in _written(character, chain))
    return [(face, "".join(part for _, part in group)) for face, group in groupby(pieces, key=lambda piece: piece[0])]


def rich(text: str, first: str = TEXT) -> str:
    """The text as ReportLab paragraph markup: escaped, and each run that the first face lacks in a face that has it."""
    return "".join(
        escape(part, quote=False) if face == first else f'<font name="{face}">{escape(part, quote=False)}</font>'
        for face, part in runs(text, first)
    )


def width(text: str, size: float, first: str = TEXT) -> float:
    """How wide the text is drawn, in points."""
    return sum(stringed(part, face, size) for face, part in runs(text, first))


def stringed(part: str, face: str, size: float) -> float:
    """How wide one run is drawn in its face, in points."""
    return float(pdfmetrics.stringWidth(part, face, size))
