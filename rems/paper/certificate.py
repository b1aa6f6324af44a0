"""A certificate: one page in a frame that names a site or a person, the program, the days, and who signed."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Spacer, Table

from rems.paper import marks
from rems.paper.cells import Column, Kind, State, StateCell, Stated, paragraph, table
from rems.paper.proof import Proof
from rems.paper.sheet import About, PageSize, Sheet, write
from rems.paper.signed import Signature, signature_block
from rems.paper.styles import ACCENT, HAIR, INK, LINE, RULE, grid, over_all, padded

_HEAD_AND_ROW = 80  # points that the head of a table and its first row need
_LONG_NAME = 60  # characters from which the name of a site is set smaller


@dataclass(frozen=True)
class Excepted:
    """What did not hold as the rules say it on a day, under a title that names the day.

    `exceptions`: the name of each, its first and last day, and what shows that it applies; `findings`: each requirement
    that was met by one or waived, its state, and why.
    """

    title: str
    exceptions: Sequence[tuple[str, str, str, str]]
    findings: Sequence[tuple[str, State, str]]


@dataclass(frozen=True)
class Certificate:
    """What a certificate says. `statement` is one sentence; `standing` is how it stands on the day of the proof.

    One of a person names it as `site`, and role and site as `place`; it has no representative, and may be unsigned.
    """

    number: str
    site: str
    place: str
    program: str
    version_line: str
    statement: str
    days: Sequence[tuple[str, str]]
    footer: Proof
    representative: str = ""
    signatures: Sequence[Signature] = ()
    excepted: Sequence[Excepted] = ()
    standing: StateCell | None = None
    title: str = "Certificate of site certification"
    page_size: PageSize = "letter"
    author: str = "rems"
    language: str = "en-US"


def render_certificate(certificate: Certificate) -> bytes:
    """The PDF, the same bytes for the same certificate. Very long texts go on upon a second page in the same frame."""
    sheet = Sheet(certificate.page_size, side=25 * mm, top=25 * mm, bottom=19 * mm, behind=_frame)
    title = f"{certificate.title} {certificate.number}, {certificate.site}"
    about = About(title, certificate.program, certificate.author, certificate.language)
    return write(_story(certificate), sheet, about, certificate.footer)


def _frame(canvas: Canvas, width: float, height: float) -> None:
    """An accent line and an ink hairline within it, around the whole sheet."""
    for inset, weight, color in ((12 * mm, 2.0, ACCENT), (13.6 * mm, HAIR, INK)):
        canvas.setStrokeColor(color)
        canvas.setLineWidth(weight)
        canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset)


def _story(certificate: Certificate) -> list[Flowable]:
    ring = marks.mark("brand", 44, ACCENT)
    ring.hAlign = "LEFT"
    facts: list[tuple[str, Flowable]] = [
        ("Certificate", paragraph(certificate.number, "key")),
        ("Program", paragraph(f"{certificate.program}\n{certificate.version_line}", "body")),
        *([("Authorized representative", paragraph(signs, "key"))] if (signs := certificate.representative) else []),
        *((label, paragraph(day, "body")) for label, day in certificate.days),
    ]
    if certificate.standing:
        stated: Flowable = Stated(certificate.standing.state, certificate.standing.word)
        day = certificate.footer.as_of
        facts.append((f"On {day.day} {day:%B %Y}", stated))
    return [
        ring,
        Spacer(1, 22),
        paragraph(certificate.program, "kind"),
        paragraph(certificate.title, "title"),
        Spacer(1, 44),
        paragraph(certificate.site, "named" if len(certificate.site) <= _LONG_NAME else "title"),
        paragraph(certificate.place, "subline"),
        Spacer(1, 18),
        paragraph(certificate.statement, "statement"),
        Spacer(1, 34),
        _ruled(facts),
        *(part for one in certificate.excepted for part in _excepted(one)),
        *([Spacer(1, 34), signature_block(certificate.signatures)] if certificate.signatures else []),
    ]


def _excepted(one: Excepted) -> list[Flowable]:
    """The exceptions of a day, and below them what they did to which requirement."""
    name = Column("Exception", Kind.KEY)
    found: list[Flowable] = [Spacer(1, 20), CondPageBreak(_HEAD_AND_ROW), paragraph(one.title, "section")]
    if one.exceptions:
        found += [Spacer(1, 2), table([name, "From", "Until", "What shows it"], one.exceptions, (34, 15, 15, 36))]
    if one.findings:
        heads = [Column("Requirement", Kind.KEY), Column("State"), Column("Why")]
        found += [Spacer(1, 10), CondPageBreak(_HEAD_AND_ROW), table(heads, one.findings, (34, 20, 46))]
    return found


def _ruled(facts: Sequence[tuple[str, Flowable]]) -> Flowable:
    """Names and values under an ink rule, parted by hairlines."""
    lines = [over_all("LINEBELOW", HAIR, LINE), ("LINEABOVE", (0, 0), (-1, 0), RULE, INK)]
    rows = [[paragraph(label, "label"), value] for label, value in facts]
    return Table(rows, ["32%", "68%"], style=grid(*padded(top=6, bottom=7), *lines))
