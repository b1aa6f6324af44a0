"""One sign-in per role, shown on the sign-in page in demonstration mode only."""

from dataclasses import dataclass

from rems.access.rules import ROLES, Role

PASSWORD = "demonstration only"  # noqa: S105  (printed on the sign-in page of the demonstration)


@dataclass(frozen=True)
class Shown:
    role: Role
    name: str
    email: str
    sentence: str
    password: str = PASSWORD

    @property
    def title(self) -> str:
        return ROLES[self.role].title


SHOWN: tuple[Shown, ...] = (
    Shown(
        Role.SITE_COORDINATOR,
        "Maren Oyelaran",
        "coordinator@demo.example",
        "Harrow Lake, and Nordheim, which is not certified yet.",
    ),
    Shown(
        Role.AUTHORIZED_REPRESENTATIVE,
        "Ilse Vantongeren, MD",
        "representative@demo.example",
        "Signs for Harrow Lake and for Nordheim.",
    ),
    Shown(
        Role.PHARMACIST,
        "Tomasz Brekke, PharmD",
        "pharmacist@demo.example",
        "Tocilizumab lots, reservations and counts.",
    ),
    Shown(Role.TREATING_PHYSICIAN, "Helena Dragomir, MD", "physician@demo.example", "Gate, infusion, visits, events."),
    Shown(Role.PROGRAM_MANAGER, "Hollis Greer", "manager@demo.example", "Every site of the programs; certifies them."),
    Shown(Role.CASE_PROCESSOR, "Priya Ramanath", "cases@demo.example", "Cases by the clock that runs out first."),
    Shown(
        Role.MEDICAL_REVIEWER, "Jonas Achterberg, MD", "reviewer@demo.example", "Judges seriousness and expectedness."
    ),
    Shown(Role.AUDITOR, "Noor Haddad", "auditor@demo.example", "Any site on any day, with its trail. Reads only."),
    Shown(Role.ADMINISTRATOR, "Sunniva Kell", "administrator@demo.example", "Accounts and roles. Sees no patient."),
)
