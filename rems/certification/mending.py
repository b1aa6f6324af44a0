"""Where what is missing is recorded, and who may record it. Pure."""

from dataclasses import dataclass

from rems.access.rules import ROLES, Permission
from rems.programs.rules import Ask, EvidenceKind, Requirement
from rems.sites.rules import PROCESSES


@dataclass(frozen=True)
class Place:
    """A page where a requirement is mended: its endpoint, what its link says, and what one must be able to do there.

    `takes` are the words of its address.
    """

    endpoint: str
    act: str
    permission: Permission
    takes: tuple[str, ...] = ("site_id", "code")

    @property
    def who(self) -> str:
        """The roles that may: "site coordinator or pharmacist"."""
        able = [spec.title.lower() for spec in ROLES.values() if self.permission in spec.permissions]
        return f"{', '.join(able[:-1])} or {able[-1]}" if len(able) > 1 else able[0]


_TRAINING = Place("training.site", "Training", Permission.TRAINING_RECORD)
_PATIENTS = Place("patients.index", "Patients", Permission.PATIENT_ENROLL, ())
_STOCK = Place("stock.site", "Stock", Permission.STOCK_MOVE, ("site_id",))
_PLACES: dict[EvidenceKind, Place] = {
    EvidenceKind.REPRESENTATIVE_DESIGNATED: Place(
        "sites.representative", "Designate the representative", Permission.SITE_ENROLL
    ),
    EvidenceKind.ENROLLMENT_FORM: Place("sites.enrollment", "Sign the enrollment form", Permission.SITE_ATTEST),
    EvidenceKind.LIVE_TRAINING: _TRAINING,
    EvidenceKind.MATERIAL_REVIEW: _TRAINING,
    EvidenceKind.STAFF_TRAINING: _TRAINING,
    EvidenceKind.KNOWLEDGE_ASSESSMENT: _TRAINING,
    **{kind: Place("sites.process", "Record it", may, ("site_id", "code", "kind")) for kind, may in PROCESSES.items()},
}
LOOKED_AT = frozenset({_TRAINING, _STOCK})
"""Places that show the fact on any day, not only a form to mend it."""


def place_of(asked: Requirement) -> Place | None:
    """Where a requirement is mended; None for what the site cannot record by itself."""
    if asked.ask is Ask.DOSES_ON_SITE:
        return _STOCK
    if asked.ask in (Ask.EACH_INFUSION_HAS, Ask.EACH_PATIENT_HAS):
        return _PATIENTS
    return _PLACES.get(asked.evidence) if asked.evidence else None
