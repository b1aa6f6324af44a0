"""How a site stands under a program on a day, as known at a moment. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any
from uuid import UUID

from rems.certification import rules
from rems.certification.gathering import Gathered, certificates_of, gather
from rems.certification.models import Certification, ExceptionInvocation
from rems.certification.rules import Finding, Invoked
from rems.certification.states import Act, StateOn, state_on
from rems.certification.words import full_stop, long_day, plural
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.programs import queries as programs
from rems.programs.rules import Program, Version
from rems.signatures import queries as signatures
from rems.signatures.queries import Proved
from rems.sites.queries import Entry


@dataclass(frozen=True)
class Standing:
    """How a site stands under a program. `version` None: the program asks nothing on that day, so nothing is found.

    `certified`: the site may treat. A certificate goes on while requirements have gaps: taking it away is an act of its
    own, or the work of a trigger that the program names. `gaps` are the findings that were asked and not met.
    """

    entry: Entry
    version: Version | None
    certified: bool
    certificate: Certification | None
    findings: tuple[Finding, ...]
    gaps: tuple[Finding, ...]
    sentence: str
    lens: Lens
    state: StateOn
    acts: tuple[Act, ...] = ()
    invoked: tuple[ExceptionInvocation, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether the version in force asks for a certification at all; labeling does not."""
        return self.version is not None and rules.asks_for_certification(self.version)


def standing(actor: Actor, entry: Entry, lens: Lens) -> Standing:
    """How a site stands under the lens. The entry was looked up for the actor, so it may be seen."""
    return standings(actor, [entry], lens)[entry.scope_id]


def standings(actor: Actor, entries: Sequence[Entry], lens: Lens) -> Mapping[UUID, Standing]:
    """The standing of each entry under the lens, by its scope, in a number of statements that does not grow."""
    return {key: stands(known, lens) for key, known in gather(entries, lens).items()}


def stands(known: Gathered, lens: Lens, program: Program | None = None) -> Standing:
    """How an entry stands by what was gathered; held against `program` in the place of its own, such as a draft."""
    entry, certificate, acts, invoked = known.entry, known.certificate, known.acts, known.invoked
    program = program or programs.as_known(entry.program, lens.known_at)
    version = program.version_on(lens.as_of)
    if version is None:
        state = state_on(program, None, acts, None, (), lens.as_of)
        said = not_in_force(program, lens)
        return Standing(entry, None, False, certificate, (), (), said, lens, state, acts, invoked)
    asked = rules.asked_since(program, version)
    facts_ = replace(known.facts, invoked=relied_on(program, invoked), asked_since=asked)
    found = rules.findings(version, facts_, lens.as_of)
    state = state_on(program, version, acts, facts_, found, lens.as_of)
    sentence = " ".join(filter(None, [state.why, _sentence(program, version, certificate, found)]))
    gaps = rules.gaps(found)
    return Standing(entry, version, state.may_treat, certificate, found, gaps, sentence, lens, state, acts, invoked)


def certification(scope_id: UUID, lens: Lens | None) -> Certification | None:
    """The newest certificate of an entry under the lens; without a lens the newest of any day."""
    return certificates_of([scope_id], lens).get(scope_id)


def signed_content(entry: Entry, row: Certification) -> dict[str, Any]:
    """What the signature of a certificate is bound to."""
    return {
        "number": row.number,
        "site": entry.site_id,
        "program": entry.program.code,
        "version": row.program_version,
        "rules": row.rules_digest,
        "holds_on": row.holds_on.isoformat(),
        "known_at": row.known_at.astimezone(UTC).isoformat(),
        "findings": row.findings,
    }


def signed_by(entry: Entry, row: Certification) -> list[Proved]:
    """The signatures of a certificate, each checked against its content as it is now."""
    return signatures.proved("certification", row.id, signed_content(entry, row))


def relied_on(program: Program, rows: Sequence[ExceptionInvocation]) -> tuple[Invoked, ...]:
    """The exceptions in use as findings read them; one that was not known under the lens yet is left out."""
    known = {e.code: e for e in program.exceptions}
    return tuple(
        Invoked(known[r.exception_code], r.holds_on, r.until_on, r.evidence) for r in rows if r.exception_code in known
    )


def not_in_force(program: Program, lens: Lens) -> str:
    """Why a program asks nothing on a day: it closed, or had not begun."""
    closed = program.closure
    if closed and lens.as_of >= closed.on:
        return (
            f"{program.title} closed on {long_day(closed.on)}. {full_stop(closed.reason)} It asks nothing on this day."
        )
    first = min((v.effective_from for v in program.versions), default=None)
    if first and lens.as_of < first:
        return f"{program.title} begins on {long_day(first)}. It asks nothing on this day."
    return f"{program.title} has no version in force. It asks nothing on this day."


def _sentence(program: Program, version: Version, certificate: Certification | None, found: tuple[Finding, ...]) -> str:
    if certificate:
        return f"Certificate {certificate.number}, since {long_day(certificate.holds_on)}. {rules.counted(found)}"
    if not rules.asks_for_certification(version):
        return f"{program.title} asks for no certification. {rules.counted(found)}"
    before = rules.to_become_certified(found)
    missing = rules.gaps(before)
    if not missing:
        return "Every requirement to become certified is met; the program manager can certify the site."
    verb = "is" if len(missing) == 1 else "are"
    return f"{len(missing)} of {plural(len(before), 'requirement')} to become certified {verb} not met."
