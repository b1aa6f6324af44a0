"""Days, counts and names as a finding says them. Pure."""

from collections.abc import Sequence
from datetime import date

from rems.programs.rules import EvidenceKind

NAMED = 3  # so many names are written out; the rest is counted

# What somebody or something has become by a kind of evidence, and what is missing without it.
DONE: dict[EvidenceKind, tuple[str, str]] = {
    EvidenceKind.LIVE_TRAINING: ("trained live", "record"),
    EvidenceKind.MATERIAL_REVIEW: ("with the material read", "record"),
    EvidenceKind.STAFF_TRAINING: ("trained", "record"),
    EvidenceKind.KNOWLEDGE_ASSESSMENT: ("passed", "passed assessment"),
    EvidenceKind.TOCILIZUMAB_VERIFIED: ("verified", "verification"),
    EvidenceKind.TRACEABILITY: ("traceable", "record of product, batch and patient"),
    EvidenceKind.WALLET_CARD: ("given the wallet card", "wallet card"),
    EvidenceKind.ALERT_CARD: ("given the alert card", "alert card"),
    EvidenceKind.REGISTRY_CONSENT: ("with consent to the registry", "consent to the registry"),
    EvidenceKind.ENROLLMENT_FORM: ("enrolled", "enrollment form"),
    EvidenceKind.CASE_REPORT: ("reported", "report"),
}


def done(kind: EvidenceKind | None) -> tuple[str, str]:
    """The two words of a kind: `13 of 14 trained. No record for …`."""
    return DONE.get(kind, ("recorded", "record")) if kind else ("recorded", "record")


def long_day(day: date) -> str:
    """2 April 2018."""
    return f"{day.day} {day:%B} {day.year}"


def plural(number: int, one: str) -> str:
    """1 dose, 2 doses."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def listed(names: Sequence[str]) -> str:
    """The first names with commas and "and"; how many there are beyond them."""
    shown, rest = list(names[:NAMED]), len(names) - NAMED
    if rest > 0:
        return f"{'; '.join(shown)}; and {rest:,} more"
    return shown[0] if len(shown) == 1 else f"{'; '.join(shown[:-1])}; and {shown[-1]}"


def full_stop(sentence: str) -> str:
    """The sentence with its stop."""
    text = sentence.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
