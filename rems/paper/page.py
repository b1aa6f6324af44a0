"""A printed document: title block, content, and a footer on every page that says what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from rems.paper import fonts
from rems.paper.fonts import rich
from rems.paper.proof import Proof, content_digest, grouped
from rems.paper.sheet import About, PageSize, Sheet, write
from rems.paper.styles import grid, padded, styles

__all__ = ["Document", "PageSize", "Proof", "content_digest", "grouped", "page_size"]

LETTER = frozenset({"US", "CA", "MX"})
_FACTS, _LABEL = 194.0, 46.0  # widths of the block at the top right, and of its labels


def page_size(country: str) -> PageSize:
    """The paper of a country (ISO 3166)."""
    return "letter" if country in LETTER else "A4"


@dataclass(frozen=True)
class Document:
    """What stands at the head and the foot of a paper. Texts are plain; `render` adds the content."""

    title: str
    scope_line: str
    subline: str
    facts: Sequence[tuple[str, str]]
    footer: Proof
    page_size: PageSize = "letter"
    author: str = "rems"
    language: str = "en-US"

    @property
    def width(self) -> float:
        """Points between the margins."""
        return Sheet(self.page_size).width

    def render(self, story: Sequence[Flowable]) -> bytes:
        """The PDF. The same document and content give the same bytes; a story can be rendered once."""
        title = f"{self.title}, {self.scope_line}" if self.scope_line else self.title
        about = About(title, self.subline, self.author, self.language)
        return write([_title_block(self), *story], Sheet(self.page_size), about, self.footer)


def _title_block(document: Document) -> Flowable:
    """Name, scope and program at the left, the facts of the making at the right."""
    style = styles()
    names: list[Flowable] = [Paragraph(rich(document.title, fonts.BOLD), style["title"])]
    for text, kind in ((document.scope_line, "scope"), (document.subline, "subline")):
        if text:
            names.append(Paragraph(rich(text), style[kind]))
    facts = [
        [Paragraph(rich(label), style["small"]), Paragraph(rich(value), style["body"])]
        for label, value in document.facts
    ]
    block = Table(facts, [_LABEL, _FACTS - _LABEL], style=grid()) if facts else Spacer(1, 1)
    between = [*padded(bottom=10), ("RIGHTPADDING", (0, 0), (0, 0), 12)]
    return Table([[names, block]], [document.width - _FACTS, _FACTS], style=grid(*between))
