"""Put what a site gave for one program under another one too, and take back what was given by mistake."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, NotFound, StaleRecord
from rems.evidence import queries as evidence
from rems.evidence import steps
from rems.evidence.models import Evidence
from rems.evidence.rules import why_not
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.rules import PROCESSES
from rems.training import steps as training

FIELD = "pieces"


def put_under(site_id: UUID, code: str, pieces: Sequence[UUID], *, by: Actor, now: datetime) -> int:
    """Let pieces of evidence serve a further program of the site, all of them or none. Returns how many.

    They are the site's to show; no sponsor does it. Raises NotFound, NotAllowed, StaleRecord for a piece that was
    corrected or taken back meanwhile, BadInput for one that the program does not take.
    """
    with transaction(by, "evidence.put_under", at=now):
        site = sites.site(by, site_id)
        entry = sites.entry(by, site_id, code)
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        if not pieces:
            raise BadInput("Nothing is chosen: choose at least one piece of evidence.", FIELD)
        keys = list(dict.fromkeys(pieces))
        found = evidence.pieces(site_id, keys)
        if len(found) < len(keys):
            raise StaleRecord("A piece of evidence was corrected or taken back since you opened the page.")
        today = day_in(site.timezone, now)
        wanted, title = entry.program.version_on(today), entry.program.title
        for piece in found:
            given = programs.by_key(piece.program_id).version_on(today) if piece.program_id else None
            if why := why_not(piece.kind, given=given, wanted=wanted):
                raise BadInput(f"{piece.summary} {title} {why}", FIELD)
            steps.put_under(piece, entry.program_id, title=title)
    return len(found)


def take_back(site_id: UUID, piece_id: UUID, reason: str, *, by: Actor, now: datetime) -> Evidence:
    """Take a piece from under a program; where it was given first, with its record and from all other programs too.

    Raises NotFound, NotAllowed, StaleRecord, BadInput without a reason or for what is corrected elsewhere.
    """
    with transaction(by, "evidence.take_back", reason.strip(), at=now):
        sites.site(by, site_id)
        [piece] = evidence.pieces(site_id, [piece_id]) or _gone()
        require(by, Permission.STAFF_MANAGE, scope_id=site_id)
        if not reason.strip():
            raise BadInput("Reason: say what was wrong; the trail keeps it.", "reason")
        check_may_be_taken_back(piece)
        if piece.shared_from_id is None and piece.source_table in training.KINDS:
            training.take_back(piece.source_table, piece.source_id)
        steps.take_back(piece)
    return piece


def may_be_taken_back(piece: Evidence) -> bool:
    """Whether a piece is taken back here: a share, a training, a process of the site's own."""
    own = piece.kind in PROCESSES and PROCESSES[piece.kind] is Permission.STAFF_MANAGE and piece.source_table == "site"
    return piece.shared_from_id is not None or piece.source_table in training.KINDS or own


def check_may_be_taken_back(piece: Evidence) -> None:
    """Raises BadInput for evidence that follows from another record."""
    if not may_be_taken_back(piece):
        raise BadInput(f"This follows from another record, and is corrected where that was made: {piece.summary}")


def _gone() -> list[Evidence]:
    raise NotFound("There is no such piece of evidence, or it was corrected or taken back since.")
