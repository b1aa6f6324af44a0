"""Which pieces of evidence a requirement is answered from. Pure."""

from rems.certification.facts import Piece, SiteFacts
from rems.programs.rules import Ask, EvidenceKind, Requirement


def pieces_used(asked: Requirement, facts: SiteFacts) -> tuple[Piece, ...]:
    """The records that a finding of this requirement rests on, each once; none for what is counted, such as doses."""
    kind = asked.evidence
    if kind is None:
        return ()
    if asked.ask is Ask.EACH_STAFF_HAS:
        found = [facts.newest(kind, member.id) for member in facts.relevant_staff]
    elif asked.ask is Ask.REPRESENTATIVE_HAS:
        found = [facts.newest(kind, facts.representative.id)] if facts.representative else []
    elif asked.ask in (Ask.EACH_INFUSION_HAS, Ask.EACH_PATIENT_HAS):
        found = [*facts.of(EvidenceKind.INFUSION), *facts.of(kind)]
    elif asked.ask is Ask.EACH_CASE_HAS:
        found = [*facts.of(kind)]
    else:
        subjects = [facts.site_id, *([facts.representative.id] if facts.representative else [])]
        found = [facts.newest(kind, subject) for subject in subjects]
        if kind is EvidenceKind.AUDIT:
            found += facts.of(EvidenceKind.AUDIT_FINDING)
    return tuple(piece for piece in found if piece)
