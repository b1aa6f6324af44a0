"""The site compliance report as PDF: what was met on a day, as known at a moment, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import Flowable

from rems.certification.papers import footer_line
from rems.certification.queries import Standing, signed_by
from rems.certification.rules import FindingState
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.paper import parts
from rems.paper.charts import Mark, MarkKind, Series, Zone, ZoneKind, steps
from rems.paper.page import Document, Proof, content_digest, grouped, page_size
from rems.programs.rules import Version
from rems.reports.content import Content, Doses, Line, gather
from rems.reports.rules import too_few
from rems.signatures.printed import printed
from rems.signatures.queries import Proved
from rems.sites import details
from rems.sites.models import Site

STATES = {
    FindingState.MET: parts.State.MET,
    FindingState.NOT_MET: parts.State.NOT_MET,
    FindingState.MET_BY_EXCEPTION: parts.State.EXCEPTION,
    FindingState.NOT_ASKED: parts.State.NOT_ASKED,
    FindingState.WAIVED: parts.State.WAIVED,
    FindingState.DUE_SOON: parts.State.SOON,
}
OF_NOTE = frozenset({FindingState.NOT_MET, FindingState.MET_BY_EXCEPTION, FindingState.WAIVED, FindingState.DUE_SOON})
REQUIREMENT = (
    parts.Column("Requirement", kind=parts.Kind.KEY),
    "State",
    "What decides it",
    parts.Column("Source", kind=parts.Kind.SMALL),
)
SHARES = (28, 19, 33, 26)


@dataclass(frozen=True)
class Made:
    """A report and the digest of its content."""

    pdf: bytes
    digest: str


def site_compliance(
    actor: Actor, site: Site, standing: Standing, lens: Lens, *, now: datetime, settled: bool = True
) -> Made:
    """The report of one site under one program for a day. `lens.known_at` is set: it makes asking again give the same.

    `settled` False: a writer of before that moment had not finished, so the report says that it is provisional.
    """
    program, version = standing.entry.program, standing.version
    signed = signed_by(standing.entry, standing.certificate) if standing.certificate else []
    content = gather(site, standing, tuple(one.signature.digest for one in signed))
    digest = content_digest(content)
    document = Document(
        title="Site compliance report",
        scope_line=f"{details.about(site, lens)['name']}{_clinics(content.clinics)}",
        subline=_program_line(program.title, version),
        facts=[
            ("As of", f"{lens.as_of:%A} {long(lens.as_of)}"),
            ("Known at", known_words(lens.known_at, settled=settled)),
            ("Asked by", f"{actor.name}, {actor.role}"),
            ("Made", moment_words(now)),
        ],
        page_size=page_size(site.country),
        footer=Proof(
            as_of=lens.as_of,
            known_at=lens.known_at if settled else None,
            program_line=footer_line(program, version),
            rules_digest=content.rules,
            content_digest=digest,
        ),
    )
    story = [
        _verdict(standing),
        *_of_note(content),
        *_tocilizumab(content, document.width),
        *_signatures(signed),
        *_requirements(content),
        *_people(content),
        *_infusions(content),
        *_events(content),
        parts.note(closing(content.as_of, content.known_at, digest, settled=settled)),
    ]
    return Made(document.render(story), digest)


def _verdict(standing: Standing) -> Flowable:
    if standing.certified:
        return parts.verdict(parts.State.MET, "Certified on this day", standing.sentence)
    if standing.version is None:
        return parts.verdict(parts.State.NOT_ASKED, "Nothing is asked on this day", standing.sentence)
    if not standing.asks:
        return parts.verdict(parts.State.NOT_ASKED, "No certification is asked on this day", standing.sentence)
    return parts.verdict(parts.State.STOP, "Not certified on this day", standing.sentence)


def _of_note(content: Content) -> list[Flowable]:
    found = [line for line in content.lines if line.state in OF_NOTE]
    right = f"{len(found)} of {len(content.lines)}, all are listed in section 3" if content.lines else ""
    head = parts.section(1, "Requirements with a gap or an exception", right)
    return [head, parts.table(REQUIREMENT, list(map(row, found)), SHARES) if found else parts.prose("None.")]


def row(line: Line) -> Sequence[parts.Cell]:
    read = [f"NCIt {line.ncit_code}" if line.ncit_code else "", "" if line.verified else "not verified"]
    source = ", ".join(filter(None, read))
    return line.title, STATES[line.state], line.why, parts.Lines(line.code, *filter(None, [source]))


def _tocilizumab(content: Content, width: float) -> list[Flowable]:
    doses = content.doses
    head = parts.section(2, "Tocilizumab", f"counted for a patient of {doses.weight_kg} kg")
    if not content.lots and not any(number for _, number in (*doses.on_hand, *doses.asked)):
        return [head, parts.prose("None was on hand, and none was asked for.")]
    said = f"Figure 1. Doses on hand and asked for, {long(doses.start)} to {long(doses.end)}."
    chart = parts.figure(_chart(doses, content.as_of, width), said)
    return [head, chart, parts.gap(4), *_lots(content), *_outlook(content, width)]


def _outlook(content: Content, width: float) -> list[Flowable]:
    """The weeks ahead, where anything is there or asked for."""
    look = content.outlook
    if not any(number for _, number in (*look.on_hand, *look.wanted)):
        return []
    zones = [Zone(look.short_on, look.short_until, ("Short",), ZoneKind.LATE)] if look.short_on else []
    drawing = steps(
        Series("On hand", look.on_hand),
        Series("Asked for", look.wanted),
        start=content.as_of,
        end=look.until,
        width=width,
        heading=f"Doses for {content.doses.weight_kg} kg",
        zones=zones,
    )
    said = f"Figure 2. The weeks to {long(look.until)}, with the infusions planned, if nothing comes in. "
    return [parts.gap(6), parts.figure(drawing, said + (look.words or "There are enough on every day."))]


def _chart(doses: Doses, on: date, width: float) -> Drawing:
    on_hand, asked = Series("On hand", doses.on_hand), Series("Asked for", doses.asked)
    number = on_hand.on(on)
    return steps(
        on_hand,
        asked,
        start=doses.start,
        end=doses.end,
        width=width,
        heading=f"Doses for {doses.weight_kg} kg",
        zones=[
            Zone(first, after, ("Too few",), ZoneKind.LATE)
            for first, after in too_few(doses.on_hand, doses.asked, end=doses.end)
        ],
        marks=[Mark(day, label, MarkKind.EXPIRY) for day, label in doses.expiries],
        at=on,
        at_label=f"{on.day} {on:%b}: {number} {'dose' if number == 1 else 'doses'}",
    )


def _lots(content: Content) -> list[Flowable]:
    if not content.lots:
        return [parts.prose("No vial was on hand on this day.")]
    columns = (
        parts.Column("Lot", kind=parts.Kind.KEY),
        "Location",
        parts.Column("Strength, mg", kind=parts.Kind.NUMBER),
        parts.Column("Vials", kind=parts.Kind.NUMBER),
        "Expires",
        "State",
    )
    rows = [
        (
            lot.lot,
            lot.location,
            lot.strength_mg,
            lot.vials,
            short(lot.expires_on),
            parts.StateCell(parts.State.LATE, "Expired")
            if lot.expires_on < content.as_of
            else parts.StateCell(parts.State.MET, "Counts"),
        )
        for lot in content.lots
    ]
    return [parts.table(columns, rows, (18, 32, 14, 10, 16, 16))]


def _signatures(signed: Sequence[Proved]) -> list[Flowable]:
    if not signed:
        return []
    block = [printed(one) for one in signed]
    head = parts.section(None, "Signature of the certificate", "bound to its content by the digest")
    return [head, parts.signature_block(block)]


def _requirements(content: Content) -> list[Flowable]:
    head = parts.section(3, "All requirements", str(len(content.lines)))
    if not content.lines:
        return [head, parts.prose("The program asked nothing on this day.")]
    return [head, parts.table(REQUIREMENT, list(map(row, content.lines)), SHARES)]


def _people(content: Content) -> list[Flowable]:
    rows = [(p.name, p.role, short(p.since)) for p in content.people]
    return _listed(4, "People", "on this day", (_key("Name"), "Role", "Since"), rows, (44, 30, 26), "Nobody.")


def _infusions(content: Content) -> list[Flowable]:
    rows = [(i.number, short(i.on), i.product, i.lot, i.code) for i in content.infusions]
    columns = (_key("Patient"), "Day", "Product", "Lot", "Authorization")
    return _listed(5, "Infusions", "in the 365 days before", columns, rows, (20, 20, 20, 22, 18), "None.")


def _events(content: Content) -> list[Flowable]:
    rows = [
        (e.case_number, e.term, e.grade, "Serious" if e.serious else "Not serious", short(e.day_zero))
        for e in content.events
    ]
    columns = (_key("Case"), "Event", parts.Column("Grade", kind=parts.Kind.NUMBER), "Serious", "Day 0")
    when = "with day 0 in the 365 days before"
    return _listed(6, "Adverse events", when, columns, rows, (24, 34, 10, 16, 16), "None.")


def _listed(
    number: int,
    title: str,
    when: str,
    columns: Sequence[parts.Column | str],
    rows: Sequence[Sequence[parts.Cell]],
    shares: Sequence[float],
    empty: str,
) -> list[Flowable]:
    head = parts.section(number, title, f"{len(rows):,} {when}")
    return [head, parts.table(columns, rows, shares) if rows else parts.prose(empty)]


def _key(title: str) -> parts.Column:
    return parts.Column(title, kind=parts.Kind.KEY)


def closing(as_of: date, known_at: str, digest: str, *, settled: bool) -> str:
    """How to get the same content again, and its digest in full."""
    asked = f"as_of={as_of.isoformat()} and known_at={known_at}"
    if not settled:
        return (
            f"Provisional: a change was being recorded while this report was made. Ask again with {asked}; the content "
            f"may have another digest than {grouped(digest, 16)}."
        )
    return f"Asked again with {asked}, the content has the same digest: {grouped(digest, 16)}."


def _clinics(number: int) -> str:
    return "" if not number else " and 1 associated clinic" if number == 1 else f" and {number} associated clinics"


def _program_line(title: str, version: Version | None) -> str:
    return f"{title}, version of {long(version.effective_from)}" if version else f"{title}, not in force"


def known_words(moment: datetime | None, *, settled: bool) -> str:
    if moment is None:
        return "the moment of making"
    return moment_words(moment) + ("" if settled else ", provisional")


def moment_words(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f"{long(there.date())}, {there:%H:%M} UTC"


def long(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def short(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"
