"""The certificate of a site as PDF."""

from collections.abc import Sequence
from datetime import datetime

from rems.certification.acts import invocations_of
from rems.certification.excepted import Stood, excepted
from rems.certification.models import Certification
from rems.certification.queries import Standing, relied_on, signed_by
from rems.certification.roster import representative, roster
from rems.certification.states import CertificationState
from rems.certification.words import long_day
from rems.core.actor import Actor
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.paper.certificate import Certificate, Excepted, render_certificate
from rems.paper.page import Proof, content_digest, page_size
from rems.paper.parts import State, StateCell
from rems.programs import queries as programs
from rems.programs.queries import version as version_of
from rems.programs.rules import Program, Version
from rems.signatures.printed import printed
from rems.sites import details
from rems.sites import queries as sites

STANDING: dict[CertificationState, tuple[State, str]] = {
    CertificationState.NOT_ENROLLED: (State.STOP, "Not enrolled: may not treat"),
    CertificationState.IN_PROGRESS: (State.STOP, "Not certified yet: may not treat"),
    CertificationState.CERTIFIED: (State.MET, "Certified"),
    CertificationState.OPEN_FINDINGS: (State.SOON, "Certified, with open findings"),
    CertificationState.SUSPENDED: (State.STOP, "Suspended: may not treat"),
    CertificationState.DECERTIFIED: (State.STOP, "De-certified: may not treat"),
    CertificationState.LAPSED: (State.STOP, "Lapsed: may not treat"),
    CertificationState.CLOSED: (State.NOT_ASKED, "The program asks nothing"),
    CertificationState.NOT_ASKED: (State.NOT_ASKED, "No certification is asked"),
}
"""How a certification stands on a day, as a paper says it."""


def footer_line(program: Program, version: Version | None) -> str:
    """Program and version as a footer has room for them: its code, `version of 2017-08-30`."""
    since = f"version of {version.effective_from.isoformat()}" if version else "not in force"
    return f"{program.code}, {since}"


def certificate_pdf(actor: Actor, standing: Standing, lens: Lens, *, now: datetime) -> bytes:
    """The certificate in force under the lens, and how it stands on that day. Raises NotFound where there is none."""
    entry, row = standing.entry, standing.certificate
    site = sites.site(actor, entry.site_id)
    if row is None:
        raise NotFound(f"{site.name} has no certificate under {entry.program.title} on {long_day(lens.as_of)}.")
    version = version_of(entry.program.code, row.program_version)
    given = Lens(row.holds_on, row.known_at)
    relied = _excepted(standing, row, version, lens)
    signer, _ = representative(entry.scope_id, roster(site.id, given), given)
    content = {
        "number": row.number,
        "site": site.id,
        "program": entry.program.code,
        "version": row.program_version,
        "rules": row.rules_digest,
        "holds_on": row.holds_on,
        "findings": row.findings,
        "as_of": lens.as_of,
        "known_at": lens.known_at,
        "state": standing.state.state,
        "since": standing.state.since,
        **({"excepted": relied} if relied else {}),
    }
    about = details.about(site, lens)
    days = [("Certified from", long_day(row.holds_on))]
    if entry.program.closure:
        days.append(("Program closed on", long_day(entry.program.closure.on)))
    days.append(("Printed", f"{long_day(now.date())}, {now:%H:%M} UTC, for {actor.name}"))
    return render_certificate(
        Certificate(
            number=row.number,
            site=about["name"],
            place=", ".join(filter(None, [about[name] for name in ("city", "region", "country")])),
            program=entry.program.title,
            version_line=f"Version {version.version} of {long_day(version.effective_from)}",
            statement=_statement(row, relied),
            days=days,
            excepted=relied,
            representative=signer.name if signer else "none was asked for",
            signatures=[printed(one) for one in signed_by(entry, row)],
            standing=StateCell(*STANDING[standing.state.state]),
            footer=Proof(
                as_of=lens.as_of,
                known_at=lens.known_at,
                program_line=footer_line(entry.program, version),
                rules_digest=row.rules_digest,
                content_digest=content_digest(content),
            ),
            page_size=page_size(site.country),
        )
    )


def _statement(row: Certification, relied: Sequence[Excepted]) -> str:
    said = f"On {long_day(row.holds_on)} this site had met every requirement to become certified"
    by = any(one.title == _of_the_day(row) for one in relied)
    return f"{said}, with the exceptions named below." if by else f"{said}."


def _of_the_day(row: Certification) -> str:
    return f"Exceptions on {long_day(row.holds_on)}, the day of the certificate"


def _excepted(standing: Standing, row: Certification, version: Version, lens: Lens) -> list[Excepted]:
    """What was excepted on the day of the certificate, as known then, and on the day that is printed."""
    program, titles = standing.entry.program, {r.code: r.title for r in version.requirements}
    given = Lens(row.holds_on, row.known_at)
    invoked = relied_on(programs.as_known(program, row.known_at), invocations_of([row.scope_id], given)[row.scope_id])
    kept = (Stood(titles.get(code, code), one["state"], one["why"]) for code, one in row.findings.items())
    found = [excepted(invoked, kept, row.holds_on, title=_of_the_day(row))]
    if lens.as_of != row.holds_on and standing.version:
        invoked = relied_on(programs.as_known(program, lens.known_at), standing.invoked)
        now = (Stood(f.requirement.title, f.state, f.why) for f in standing.findings)
        found.append(excepted(invoked, now, lens.as_of, title=f"Exceptions on {long_day(lens.as_of)}"))
    return [one for one in found if one]
