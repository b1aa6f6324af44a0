"""A site relies on an exception of its program from a day on, with evidence, and ends it."""

from datetime import date, datetime
from uuid import UUID

from rems.access.rules import Permission, require
from rems.certification.acts import invocations_of
from rems.certification.models import ExceptionInvocation
from rems.core.actor import Actor
from rems.core.clock import day_in
from rems.core.db import transaction
from rems.core.errors import BadInput, NotFound
from rems.core.ids import uuid7
from rems.programs.rules import Program, RuleException
from rems.sites import queries as sites
from rems.sites.rules import check_ends, check_not_ahead, said


def invoke(
    site_id: UUID,
    code: str,
    exception_code: str,
    *,
    holds_on: date,
    until_on: date | None,
    condition_holds: bool,
    reason: str,
    evidence: str,
    by: Actor,
    now: datetime,
) -> UUID:
    """From a day on the site relies on an exception whose condition holds there. Raises NotFound, NotAllowed, BadInput.

    The days lie within those for which the authority declared it; one exception is in use once at a time.
    """
    with transaction(by, "certification.invoke", reason.strip(), at=now) as session:
        site = sites.site(by, site_id)
        entry = sites.entry(by, site_id, code)
        require(by, Permission.SITE_ENROLL, scope_id=entry.scope_id)
        found = entry.program.exception(exception_code)
        if found is None:
            raise BadInput(f'"{exception_code}" is no exception of {entry.program.title}.', "exception")
        check_not_ahead(holds_on, today=day_in(site.timezone, now), words="In use from")
        check_ends(holds_on, until_on, words="Until")
        check_declared(found, entry.program, holds_on, until_on)
        if not condition_holds:
            raise BadInput("Condition: without it the exception may not be used.", "condition")
        row = ExceptionInvocation(
            id=uuid7(),
            scope_id=entry.scope_id,
            program_id=entry.program_id,
            holds_on=holds_on,
            exception_code=found.code,
            until_on=until_on,
            condition=found.condition,
            reason=_told(reason, "Why the site relies on it: say it in a sentence.", "reason"),
            evidence=_told(evidence, "What shows it: name the papers and their days.", "evidence"),
        )
        _check_once(entry.scope_id, found, row)
        session.add(row)
    return row.id


def end(
    site_id: UUID, code: str, invocation_id: UUID, *, until_on: date, reason: str, by: Actor, now: datetime
) -> UUID:
    """The site relies on an exception no longer than that day. Raises NotFound, NotAllowed, BadInput."""
    with transaction(by, "certification.end_exception", reason.strip(), at=now) as session:
        entry = sites.entry(by, site_id, code)
        require(by, Permission.SITE_ENROLL, scope_id=entry.scope_id)
        old = next((r for r in invocations_of([entry.scope_id], None)[entry.scope_id] if r.id == invocation_id), None)
        if old is None:
            raise NotFound("This site does not rely on such an exception, or its days were changed since.")
        check_ends(old.holds_on, until_on, words="Last day in use")
        if old.until_on and until_on > old.until_on:
            raise BadInput(
                f"Last day in use: {said(until_on)} is after {said(old.until_on)}, on which it ends already. "
                "To go on longer, invoke it again.",
                "until_on",
            )
        found = entry.program.exception(old.exception_code)
        if found:
            check_declared(found, entry.program, old.holds_on, until_on)
        same = ("scope_id", "program_id", "holds_on", "exception_code", "condition", "reason", "evidence")
        row = ExceptionInvocation(
            id=uuid7(), **{name: getattr(old, name) for name in same}, until_on=until_on, supersedes_id=old.id
        )
        _told(reason, "Why it ends: say it in a sentence.", "reason")
        session.add(row)
    return row.id


def check_declared(found: RuleException, program: Program, begin: date, end_: date | None) -> None:
    """The first and the last day lie within those the authority declared. Raises BadInput that names them."""
    for day, field in ((begin, "holds_on"), (end_, "until_on")):
        if day is not None and not found.may_hold(day):
            raise BadInput(f"{said(day)} is not among the days of this exception: it holds {declared(found)}.", field)
    if program.version_on(begin) is None:
        raise BadInput(f"{program.title} asks nothing on {said(begin)}, so nothing is excepted.", "holds_on")


def declared(found: RuleException) -> str:
    """From when to when an authority declared it: "from 17 Dec 2021 to 30 Jun 2022"."""
    first = f"from {said(found.effective_from)}" if found.effective_from else "from a day that is not established"
    last = f"to {said(found.effective_to)}" if found.effective_to else "without an end that is established"
    return f"{first} {last}"


def _check_once(scope_id: UUID, found: RuleException, row: ExceptionInvocation) -> None:
    for other in invocations_of([scope_id], None)[scope_id]:
        if other.exception_code != found.code:
            continue
        begins_before = row.until_on is None or other.holds_on <= row.until_on
        if begins_before and (other.until_on is None or other.until_on >= row.holds_on):
            end_ = f"to {said(other.until_on)}" if other.until_on else "on"
            raise BadInput(
                f"In use from: the site relies on {found.title} already, from {said(other.holds_on)} {end_}.",
                "holds_on",
            )


def _told(words: str, missing: str, field: str) -> str:
    if not (kept := words.strip()):
        raise BadInput(missing, field)
    return kept
