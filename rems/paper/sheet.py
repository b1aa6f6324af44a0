"""Sheets of paper: size, margins, the footer under its rule, and the file's own description of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFInfo, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from rems.paper import fonts
from rems.paper.proof import Proof
from rems.paper.styles import INK, RULE, SOFT, styles

PageSize = Literal["letter", "A4"]
SIZES: dict[str, tuple[float, float]] = {"letter": LETTER, "A4": A4}
MARGIN = 18 * mm
_FOOT = 40.0  # height of the footer under its rule


@dataclass(frozen=True)
class Sheet:
    """One kind of page: its size, its margins, where its footer ends, what is drawn behind."""

    page_size: PageSize
    side: float = MARGIN
    top: float = MARGIN
    bottom: float = 9 * mm
    behind: Callable[[Canvas, float, float], None] | None = None

    @property
    def width(self) -> float:
        """Points between the margins."""
        return SIZES[self.page_size][0] - 2 * self.side

    @property
    def rule_at(self) -> float:
        return self.bottom + _FOOT


@dataclass(frozen=True)
class About:
    """What the file says of itself."""

    title: str
    subject: str
    author: str
    language: str


class _Undated(PDFInfo):
    """The file's description without a moment: the same paper is the same bytes. When it was made is printed on it."""

    def format(self, document: PDFDocument) -> Any:
        texts = {
            name: str(getattr(self, name.lower())) for name in ("Title", "Author", "Subject", "Keywords", "Creator")
        }
        entries = {name: PDFString(text) for name, text in texts.items() if text}
        return PDFDictionary({**entries, "Producer": PDFString("rems"), "Trapped": PDFName("False")}).format(document)


class PaperCanvas(Canvas):
    """A canvas that closes each page with the footer and, once the number of pages is known, fills in "page 1 of 4"."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **{**kw, "initialFontName": fonts.TEXT})
        self._doc.info = _Undated()  # type: ignore[attr-defined]  # the stubs leave out what is private
        self._asked: dict[str, str] = {}  # titles whose page a table of contents prints, by title; their forms
        self._found: dict[str, int] = {}

    def page_of(self, title: str) -> str:
        """The form that will show the page of that section; it is also the name of the place that a link leads to."""
        return self._asked.setdefault(title, f"contents-{len(self._asked)}")

    def is_at(self, title: str) -> None:
        """The section of that title begins here."""
        if title in self._asked and title not in self._found:
            self._found[title] = self.getPageNumber()
            self.bookmarkHorizontal(self._asked[title], 0, 20)

    def foot(self, proof: Proof, left: float, right: float, top: float) -> None:
        """Draw the footer of the page at hand under a rule at `top`; its page count is a form that `save` writes."""
        self.saveState()
        self.setStrokeColor(INK)
        self.setLineWidth(RULE)
        self.line(left, top, right, top)
        self.setFillColor(SOFT)
        self._say(left, top - 11, proof.when_line, fonts.TEXT, 7.5)
        self._say(left, top - 21, proof.check_line, fonts.TEXT, 7.5)
        self.setFillColor(INK)
        room = right - left
        size = min(6.5, 6.5 * room / max(fonts.width(proof.digest_line, 6.5, fonts.MONO), 1))
        self._say(left, top - 32, proof.digest_line, fonts.MONO, size)
        self.translate(right, top - 11)
        self.doForm(f"page-{self.getPageNumber()}")
        self.restoreState()

    def _say(self, x: float, y: float, text: str, face: str, size: float) -> None:
        for name, part in fonts.runs(text, face):
            self.setFont(name, size)
            self.drawString(x, y, part)
            x += fonts.stringed(part, name, size)

    def save(self) -> None:
        """Write the page counts, then the file."""
        total = self.getPageNumber() - 1
        for number in range(1, total + 1):
            self.beginForm(f"page-{number}", -120, -4, 0, 12)
            self.setFillColor(SOFT)
            self.setFont(fonts.TEXT, 7.5)
            self.drawRightString(0, 0, f"page {number} of {total}")
            self.endForm()
        for title, form in self._asked.items():
            self.beginForm(form, -120, -4, 0, 12)
            self.setFillColor(INK)
            self.setFont(fonts.TEXT, 9)
            self.drawRightString(0, 0, str(self._found[title]))
            self.endForm()
        super().save()


def write(story: Sequence[Flowable], sheet: Sheet, about: About, proof: Proof) -> bytes:
    """Set the story on such sheets, each closed by the proof. No clock enters."""
    styles()
    width, height = SIZES[sheet.page_size]
    left, foot = sheet.side, sheet.rule_at + 8
    out = BytesIO()
    template = BaseDocTemplate(
        out,
        pagesize=(width, height),
        title=about.title,
        author=about.author,
        subject=about.subject,
        creator="rems",
        lang=about.language,
        invariant=1,
        pageCompression=1,
    )
    frame = Frame(left, foot, sheet.width, height - sheet.top - foot, 0, 6, 0, 0)

    def begin(canvas: Any, _: BaseDocTemplate) -> None:
        canvas.setViewerPreference("DisplayDocTitle", "true")
        canvas.setKeywords(f"content sha256 {proof.content_digest}")
        if sheet.behind:
            sheet.behind(canvas, width, height)

    def end(canvas: Any, _: BaseDocTemplate) -> None:
        canvas.foot(proof, left, left + sheet.width, sheet.rule_at)

    template.addPageTemplates([PageTemplate("page", [frame], onPage=begin, onPageEnd=end)])
    template.build(list(story), canvasmaker=PaperCanvas)
    return out.getvalue()
