"""The certificate of a site as PDF."""

from datetime import datetime

from rems.certification.queries import Standing, signed_by
from rems.certification.roster import representative, roster
from rems.certification.states import CertificationState
from rems.certification.words import long_day
from rems.core.actor import Actor
from rems.core.errors import NotFound
from rems.core.lens import Lens
from rems.paper.certificate import Certificate, render_certificate
from rems.paper.page import PageSize, Proof, content_digest
from rems.paper.parts import State, StateCell
from rems.programs.queries import version as version_of
from rems.programs.rules import Program, Version
from rems.signatures.printed import printed
from rems.sites import queries as sites
from rems.sites.models import Site

LETTER = frozenset({"US", "CA", "MX"})


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


def page_size(site: Site) -> PageSize:
    """The paper of the site's country."""
    return "letter" if site.country in LETTER else "A4"


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
    }
    days = [("Certified from", long_day(row.holds_on))]
    if entry.program.closure:
        days.append(("Program closed on", long_day(entry.program.closure.on)))
    days.append(("Printed", f"{long_day(now.date())}, {now:%H:%M} UTC, for {actor.name}"))
    return render_certificate(
        Certificate(
            number=row.number,
            site=site.name,
            place=", ".join(filter(None, [site.city, site.region, site.country])),
            program=entry.program.title,
            version_line=f"Version {version.version} of {long_day(version.effective_from)}",
            statement=f"On {long_day(row.holds_on)} this site had met every requirement to become certified.",
            days=days,
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
            page_size=page_size(site),
        )
    )
