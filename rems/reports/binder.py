"""The binder of a site as PDF: what it is, who works there, what it has shown, and how it stands under each program."""

from collections.abc import Sequence
from datetime import datetime

from reportlab.platypus import Flowable

from rems.certification.shown import STATES
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.paper import parts
from rems.paper.page import Document, Proof, content_digest, page_size
from rems.reports import binder_content
from rems.reports.binder_values import Binder, DeviationLine, ProgramPart, Signed
from rems.reports.site_compliance import REQUIREMENT, SHARES, Made, closing, known_words, long, moment_words, row, short
from rems.sites.models import Site

KEY = parts.Kind.KEY
MARKS = {
    "met": parts.State.MET,
    "soon": parts.State.SOON,
    "stop": parts.State.STOP,
    "wait": parts.State.WAIT,
    "open": parts.State.OPEN,
    "off": parts.State.NOT_ASKED,
}
ROOM = 150.0  # points that a section needs on a page to begin there: its head and what it says first


def site_binder(actor: Actor, site: Site, lens: Lens, *, now: datetime, settled: bool = True) -> Made:
    """The binder of one site for a day. `lens.known_at` is set: it makes asking again give the same.

    It holds what the actor may see: a site all of its own, a sponsor the part under its programs.
    """
    content = binder_content.gather(actor, site, lens)
    digest = content_digest(content)
    document = Document(
        title="Site binder",
        scope_line=content.name,
        subline=f"{len(content.programs)} programs" if len(content.programs) != 1 else content.programs[0].title,
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
            program_line=", ".join(p.code for p in content.programs) if len(content.programs) < 3 else "",
            rules_digest=content.programs[0].rules if len(content.programs) == 1 else "",
            content_digest=digest,
        ),
    )
    sections = _sections(content)
    story: list[Flowable] = [*_standings(content), parts.section(None, "Contents")]
    story.append(parts.Contents([f"{number}. {title}" for number, (title, _, _) in enumerate(sections, 1)]))
    story.append(parts.fresh_page())
    for number, (title, right, body) in enumerate(sections, 1):
        story += [parts.room(ROOM), parts.section(number, title, right), *body]
    story.append(parts.note(closing(content.as_of, content.known_at, digest, settled=settled)))
    return Made(document.render(story), digest)


def _standings(content: Binder) -> list[Flowable]:
    """The answer of each program, on the cover."""
    head = parts.section(None, "Where the site stands", f"on {long(content.as_of)}")
    rows = [(p.title, _state(p), p.sentence) for p in content.programs]
    columns = (parts.Column("Program", kind=KEY), "State", "Why")
    return [head, parts.table(columns, rows, (30, 20, 50)) if rows else parts.prose("It has entered no program.")]


def _state(part: ProgramPart) -> parts.StateCell:
    words, mark = STATES[part.state]
    return parts.StateCell(MARKS[mark], words)


Section = tuple[str, str, list[Flowable]]


def _sections(content: Binder) -> list[Section]:
    found: list[Section] = [
        ("The site", "", _site(content)),
        ("People", f"{len(content.people):,}, also those who left", _people(content)),
        ("Evidence", _saved(content), _pieces(content)),
    ]
    for part in content.programs:
        found.append((part.title, f"version {part.version}" if part.version else "not in force", _program(part)))
    found.append(("Tocilizumab", f"{content.doses} doses for {content.weight_kg} kg", _lots(content)))
    return found


def _saved(content: Binder) -> str:
    shared = sum(len(p.programs) > 1 for p in content.pieces)
    return (
        f"{len(content.pieces):,} pieces, {shared:,} serve several programs" if shared else f"{len(content.pieces):,}"
    )


def _site(content: Binder) -> list[Flowable]:
    rows = [(f"{' ' * 4 * place.depth}{place.name}", place.kind.capitalize()) for place in content.places]
    tree = parts.table((parts.Column("Place", kind=KEY), "Kind"), rows, (70, 30)) if rows else parts.prose("No place.")
    found: list[Flowable] = [parts.key_values(content.details), parts.gap(4), tree]
    if content.identifiers:
        columns = (parts.Column("Known as", kind=KEY), "Number")
        found += [parts.gap(4), parts.table(columns, content.identifiers, (60, 40))]
    if content.contacts:
        lines = [
            (
                c.role,
                c.name,
                parts.Lines(*filter(None, [c.phone, c.email])),
                f"best by {c.preferred.replace('email', 'e-mail')}",
            )
            for c in content.contacts
        ]
        heads = (parts.Column("Contact for", kind=KEY), "Name", "Phone and e-mail", "Preferred")
        found += [parts.gap(4), parts.table(heads, lines, (24, 28, 32, 16))]
    return found


def _people(content: Binder) -> list[Flowable]:
    rows = [
        (
            p.name,
            p.role,
            parts.Lines(f"from {short(p.from_on)}", *([f"until {short(p.until_on)}"] if p.until_on else [])),
            parts.Lines(*p.taken) if p.taken else "none",
        )
        for p in content.people
    ]
    columns = (
        parts.Column("Name", kind=KEY),
        "Role",
        "At the site",
        parts.Column("What stands for them", kind=parts.Kind.SMALL),
    )
    return [parts.table(columns, rows, (26, 16, 18, 40)) if rows else parts.prose("Nobody.")]


def _pieces(content: Binder) -> list[Flowable]:
    rows = [
        (
            parts.Lines(p.what, p.about),
            p.summary,
            parts.Lines(f"from {short(p.holds_on)}", *([f"until {short(p.until_on)}"] if p.until_on else [])),
            parts.Lines(*p.programs),
        )
        for p in content.pieces
    ]
    columns = (parts.Column("Piece", kind=KEY), "What it says", "In force", parts.Column("Serves", parts.Kind.SMALL))
    return [parts.table(columns, rows, (24, 38, 16, 22)) if rows else parts.prose("None in force on this day.")]


def _program(part: ProgramPart) -> list[Flowable]:
    state = _state(part)
    found: list[Flowable] = [parts.verdict(state.state, state.word, part.sentence)]
    found.append(
        parts.key_values(
            [
                ("Representative", part.representative or "nobody on this day"),
                ("Certificate", f"{part.certificate}, from {long(part.certified_on)}" if part.certified_on else "none"),
                ("Enrollment", f"signed for {long(part.form_on)}" if part.form_on else "not signed"),
                ("Rules", f"version {part.version}" if part.version else "not in force"),
                ("Since", long(part.since) if part.since else "not begun"),
            ]
        )
    )
    if part.acts:
        rows = [(short(act.on), act.what, act.by, act.reason) for act in part.acts]
        found.append(parts.table(("Day", parts.Column("Act", KEY), "By", "Number or reason"), rows, (14, 18, 26, 42)))
    if part.invoked:
        spans = [
            (one.code, short(one.from_on), short(one.until_on) if one.until_on else "open", one.reason)
            for one in part.invoked
        ]
        columns = (parts.Column("Exception invoked", KEY), "From", "Until", "Reason")
        found += [parts.gap(4), parts.table(columns, spans, (30, 14, 14, 42))]
    if part.deviations:
        told = [
            (short(one.found_on), one.severity.capitalize(), one.source.capitalize(), one.summary, _closed(one))
            for one in part.deviations
        ]
        heads = ("Found", "Severity", "From", parts.Column("Deviation", KEY), "State")
        found += [parts.gap(4), parts.table(heads, told, (14, 12, 12, 42, 20))]
    if part.audits:
        held = [
            (one.number, short(one.on), _words(one.format), _words(one.state), f"{one.findings}, {one.open} open")
            for one in part.audits
        ]
        named = (parts.Column("Audit", KEY), "Day", "How", "State", "Findings")
        found += [parts.gap(4), parts.table(named, held, (26, 20, 18, 18, 18))]
    if part.certificate_signatures:
        found += [parts.subtitle(f"Signature of certificate {part.certificate}"), _block(part.certificate_signatures)]
    if part.form_on:
        said = [(s.code, s.text) for s in part.statements]
        found.append(parts.gap(6))
        found.append(parts.subtitle(f"Statements of the enrollment form, version {part.form_version}"))
        if said:
            found.append(
                parts.table((parts.Column("Code", parts.Kind.SMALL), "Wording that was signed"), said, (26, 74))
            )
        found.append(_block(part.form_signatures))
    if part.lines:
        found += [
            parts.gap(6),
            parts.subtitle("Requirements"),
            parts.table(REQUIREMENT, list(map(row, part.lines)), SHARES),
        ]
    return found


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _closed(one: DeviationLine) -> parts.StateCell:
    if one.closed_on is None:
        return parts.StateCell(parts.State.LATE, "Open")
    return parts.StateCell(parts.State.MET, f"Closed {short(one.closed_on)}")


def _block(signed: Sequence[Signed]) -> Flowable:
    return parts.signature_block(
        [
            parts.Signature(
                s.name,
                s.meaning,
                s.moment,
                s.zone,
                s.digest,
                parts.StateCell(parts.State.MET if s.valid else parts.State.LATE, s.word),
            )
            for s in signed
        ]
    )


def _lots(content: Binder) -> list[Flowable]:
    if not content.lots:
        return [parts.prose("No vial was on hand on this day.")]
    number = parts.Kind.NUMBER
    columns = (
        parts.Column("Lot", kind=KEY),
        "Location",
        parts.Column("Strength, mg", kind=number),
        parts.Column("Vials", kind=number),
        "Expires",
    )
    rows = [(x.lot, x.location, x.strength_mg, x.vials, short(x.expires_on)) for x in content.lots]
    return [parts.table(columns, rows, (22, 34, 14, 12, 18))]
