"""Go through a list inside one transaction, each line behind a savepoint: what is told is what taking it would do."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.errors import BadInput, DomainError, Incomplete, NotAllowed
from rems.followup.imports import patient_lists, visit_lists
from rems.followup.imports.reading import Kind, Mode, Told, read, refused, tell
from rems.patients import queries as patients
from rems.programs import queries as programs
from rems.sites import queries as sites
from rems.sites.sheets import NAMED, Column, Line, Outcome

LISTS: dict[Kind, Any] = {Kind.PATIENTS: patient_lists.PatientList, Kind.VISITS: visit_lists.VisitList}


class _OnlyTold(Exception):
    """Ends the transaction of a list that is not to be taken."""


def go_through(
    site_id: UUID, code: str, kind: Kind, content: bytes, *, mode: Mode, reason: str, by: Actor, now: datetime
) -> list[Told]:
    """What each line of a list does, by the mode: nothing is kept, all or nothing, or what is not refused.

    `reason` says where the list comes from; it stands in the trail and with each infusion that is taken over.
    Raises NotFound, NotAllowed, BadInput for the file or without a reason, Incomplete (whole) with the refused lines.
    """
    told: list[Told] = []
    try:
        with transaction(by, f"followup.import_{kind}", reason.strip(), at=now) as session:
            place = patients.place(by, sites.entry(by, site_id, code).scope_id)
            taker = LISTS[kind](place, reason=reason, by=by, now=now)
            told = tell(read(content, taker.columns), taker.columns, taker.key, partial(_one, session, taker.take))
            if mode is Mode.TELL:
                raise _OnlyTold
            if not reason.strip():
                raise BadInput("Where from is missing: say where the list comes from.", "reason")
            if mode is Mode.WHOLE:
                check_whole(told)
            taker.finish()
    except _OnlyTold:
        pass
    return told


def _one(session: Any, take: Callable[[Line], Told], line: Line) -> Told:
    try:
        with session.begin_nested():
            return take(line)
    except NotAllowed:
        raise
    except DomainError as error:
        gaps = error.gaps if isinstance(error, Incomplete) else ()
        return refused(line, " ".join([error.sentence, *gaps]))


def check_whole(told: Sequence[Told]) -> None:
    """Raises Incomplete that names each refused line."""
    if bad := [one for one in told if one.outcome is Outcome.REFUSED]:
        said = f"{len(bad):,} {'line is' if len(bad) == 1 else 'lines are'} refused, so nothing was taken."
        raise Incomplete(said, [f"Line {one.line.number:,}: {one.words}" for one in bad[:NAMED]])


def columns_of(kind: Kind, code: str) -> tuple[Column, ...]:
    """The columns of a list of that kind under a program."""
    found: tuple[Column, ...] = LISTS[kind].columns_of(programs.program(code))
    return found
