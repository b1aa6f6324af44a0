"""A printed document: title block, content, and a footer on every page that says what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

from rems.paper import fonts
from rems.paper.fonts import rich
from rems.paper.proof import Proof, content_digest, grouped
from rems.paper.styles import INK, RULE, SOFT, styles

__all__ = ["Document", "PageSize", "Proof", "content_digest", "grouped"]

PageSize = Literal["letter", "A4"]
SIZES: dict[str, tuple[float, float]] = {"letter": LETTER, "A4": A4}
MARGIN = 18 * mm
_FOOT = 40.0  # height of the footer under its rule


class PaperCanvas(Canvas):
    """A canvas that closes each page with the footer and, once the number of pages is known, fills in "page 1 of 4"."""

    proof: Proof

    def foot(self, left: float, right: float) -> None:
        """Draw the footer of the page at hand; its page count is a form that `save` writes."""
        top = MARGIN + _FOOT - 8
        self.saveState()
        self.setStrokeColor(INK)
        self.setLineWidth(RULE)
        self.line(left, top, right, top)
        self.setFillColor(SOFT)
        self.said(left, top - 11, self.proof.when_line, 7.5)
        self.said(left, top - 21, self.proof.check_line, 7.5)
        self.setFillColor(INK)
        self.said(left, top - 32, self.proof.digest_line, 6.5, fonts.MONO)
        self.translate(right, top - 11)
        self.doForm(f"page-{self.getPageNumber()}")
        self.restoreState()

    def said(self, x: float, y: float, text: str, size: float, face: str = fonts.TEXT) -> None:
        """Draw one line of text from x to the right, each run in a face that has it."""
        for name, part in fonts.runs(text, face):
            self.setFont(name, size)
            self.drawString(x, y, part)
            x += float(self.stringWidth(part, name, size))

    def save(self) -> None:
        """Write the page counts, then the file."""
        total = self.getPageNumber() - 1
        for number in range(1, total + 1):
            self.beginForm(f"page-{number}", -120, -4, 0, 12)
            self.setFillColor(SOFT)
            self.setFont(fonts.TEXT, 7.5)
            self.drawRightString(0, 0, f"page {number} of {total}")
            self.endForm()
        super().save()


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
        return SIZES[self.page_size][0] - 2 * MARGIN

    def render(self, story: Sequence[Flowable]) -> bytes:
        """The PDF. The same document and content give the same bytes; a story can be rendered once."""
        return write(
            [title_block(self), *story],
            title=f"{self.title}, {self.scope_line}" if self.scope_line else self.title,
            subject=self.subline,
            author=self.author,
            language=self.language,
            page_size=self.page_size,
            proof=self.footer,
        )


def write(
    story: Sequence[Flowable], *, title: str, subject: str, author: str, language: str, page_size: PageSize, proof: Proof
) -> bytes:
    """Set the story on pages of that size, each closed by the proof. No clock enters: the file carries no moment of its own."""
    styles()
    width, height = SIZES[page_size]
    out = BytesIO()
    template = BaseDocTemplate(
        out,
        pagesize=(width, height),
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + _FOOT,
        title=title,
        author=author,
        subject=subject,
        creator="rems",
        producer="rems",
        keywords=f"content sha256 {proof.content_digest}",
        lang=language,
        invariant=1,
        pageCompression=1,
    )
    frame = Frame(
        MARGIN,
        MARGIN + _FOOT,
        width - 2 * MARGIN,
        height - 2 * MARGIN - _FOOT,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=6,
    )

    def begin(canvas: PaperCanvas, _: BaseDocTemplate) -> None:
        canvas.proof = proof
        canvas.setViewerPreference("DisplayDocTitle", "true")

    def end(canvas: PaperCanvas, _: BaseDocTemplate) -> None:
        canvas.foot(MARGIN, width - MARGIN)

    template.addPageTemplates([PageTemplate("page", [frame], onPage=begin, onPageEnd=end)])
    template.build(list(story), canvasmaker=PaperCanvas)
    return out.getvalue()


def title_block(document: Document) -> Flowable:
    """Name, scope and program at the left, the facts of the making at the right."""
    style = styles()
    names = [Paragraph(rich(document.title, fonts.BOLD), style["title"])]
    for text, kind in ((document.scope_line, "scope"), (document.subline, "subline")):
        if text:
            names.append(Paragraph(rich(text), style[kind]))
    right = 194.0
    flat = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    tight = [("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)]
    facts = [[Paragraph(rich(label), style["small"]), Paragraph(rich(value), style["body"])] for label, value in document.facts]
    block = Table(facts, [46, right - 46], style=[*flat, *tight]) if facts else Spacer(1, 1)
    return Table(
        [[names, block]],
        [document.width - right, right],
        style=[*flat, ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 10), ("RIGHTPADDING", (0, 0), (0, 0), 12)],
    )
