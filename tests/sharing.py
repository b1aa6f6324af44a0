"""Two programs that go on and take each other's evidence, whatever config/programs says of them this year."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask

from rems.programs.rules import Catalogue, EvidenceKind, Program, Version
from tests.factories import KYMRIAH

ONE_S_OWN = frozenset(
    {EvidenceKind.LIVE_TRAINING, EvidenceKind.ENROLLMENT_FORM, EvidenceKind.REPRESENTATIVE_DESIGNATED}
    | {EvidenceKind.SITE_QUALIFICATION, EvidenceKind.AUDIT_FINDING}
)


@contextmanager
def taking_from_each_other(app: Flask) -> Iterator[None]:
    """Training, processes and records may be shared, and the first version of KYMRIAH never ended."""
    before: Catalogue = app.extensions["rems_catalogue"]
    programs = {code: _shareable(program) for code, program in before.programs.items()}
    first = replace(programs[KYMRIAH].versions[0], effective_to=None)
    attestations = tuple(replace(a, effective_to=None) for a in programs[KYMRIAH].attestations)
    programs[KYMRIAH] = replace(programs[KYMRIAH], versions=(first,), closure=None, attestations=attestations)
    app.extensions["rems_catalogue"] = replace(before, programs=programs)
    try:
        yield
    finally:
        app.extensions["rems_catalogue"] = before


def _shareable(program: Program) -> Program:
    return replace(program, versions=tuple(map(_freed, program.versions)))


def _freed(version: Version) -> Version:
    freed = tuple(replace(r, shareable=r.evidence not in ONE_S_OWN) for r in version.requirements)
    return replace(version, requirements=freed)
