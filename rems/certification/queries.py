"""Stub: see the contract."""

from dataclasses import dataclass

from rems.certification.models import Certification
from rems.certification.rules import Finding
from rems.core.actor import Actor
from rems.core.lens import Lens
from rems.programs.rules import Version
from rems.sites.queries import Entry


@dataclass(frozen=True)
class Standing:
    entry: Entry
    version: Version | None
    certified: bool
    certificate: Certification | None
    findings: tuple[Finding, ...]
    sentence: str
    lens: Lens


def standing(actor: Actor, entry: Entry, lens: Lens) -> Standing:
    raise NotImplementedError
