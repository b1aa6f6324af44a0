"""Electronic signatures as they are printed: who, meaning, moment, digest of what was signed (21 CFR 11.50, 11.70)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reportlab.platypus import Flowable, Spacer, Table

from rems.paper.cells import StateCell, Stated, paragraph
from rems.paper.proof import grouped
from rems.paper.styles import EDGE, HAIR, grid, over_all, padded


@dataclass(frozen=True)
class Signature:
    """`zone` is the IANA name of the signer's place, `digest` the SHA-256 of what was signed, `standing` its state.

    `changes` says beside the state what is not as it was signed; empty: nothing.
    """

    printed_name: str
    meaning: str
    moment: datetime
    zone: str
    digest: str
    standing: StateCell | None = None
    changes: str = ""

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("the moment of a signature must carry its time zone")

    @property
    def moment_line(self) -> str:
        """The moment at the signer's place with its zone, and in UTC: `Mon 4 Jun 2018, 14:05:11 EDT (18:05:11 UTC)`.

        Raises ZoneInfoNotFoundError for an unknown zone.
        """
        here, utc = self.moment.astimezone(ZoneInfo(self.zone)), self.moment.astimezone(UTC)
        said = f"{here:%a} {here.day} {here:%b %Y, %H:%M:%S} {_zone_name(here)}"
        if here.utcoffset() == utc.utcoffset():
            return said
        other_day = f"{utc.day} {utc:%b}, " if utc.date() != here.date() else ""
        return f"{said} ({other_day}{utc:%H:%M:%S} UTC)"


def _zone_name(moment: datetime) -> str:
    """The short name of the zone; where it has none, the distance from UTC (`UTC+03:30`)."""
    name = moment.tzname() or ""
    if name[:1] not in {"+", "-"}:
        return name
    offset = f"{moment:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


def signature_block(signatures: Sequence[Signature]) -> Flowable:
    """A box with each signature; without one it says so."""
    if not signatures:
        return _box([[paragraph("Not signed.", "body")]], ["100%"])
    rows: list[list[Flowable]] = []
    for signature in signatures:
        if rows:
            rows.append([Spacer(1, 2)] * 4)
        if signature.standing:
            stated = Stated(signature.standing.state, signature.standing.word)
            rows.append([paragraph("State", "small"), stated, *_changed(signature.changes)])
        rows.append(_row(("Signed by", signature.printed_name, "key"), ("Moment", signature.moment_line, "body")))
        rows.append(_row(("Meaning", signature.meaning, "body"), ("Of", grouped(signature.digest), "mono")))
    return _box(rows, ["10%", "37%", "9%", "44%"])


def _changed(words: str) -> list[Flowable]:
    return [paragraph("Changed", "small"), paragraph(words, "body")] if words else [Spacer(1, 1), Spacer(1, 1)]


def _row(*pairs: tuple[str, str, str]) -> list[Flowable]:
    return [cell for label, value, kind in pairs for cell in (paragraph(label, "small"), paragraph(value, kind))]


def _box(rows: Sequence[Sequence[Flowable]], widths: Sequence[str]) -> Table:
    """A box is kept for what is signed; it is never parted between two pages."""
    box = [over_all("BOX", HAIR, EDGE), over_all("NOSPLIT")]
    return Table([list(row) for row in rows], list(widths), style=grid(*padded(6, 2.5, 4, 3), *box), spaceBefore=4)
