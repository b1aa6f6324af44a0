"""Who may do what: one table of permissions and one of roles. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rems.core.actor import Actor
from rems.core.errors import BadInput, NotAllowed


class Permission(StrEnum):
    SITE_READ = "site:read"
    SITE_REGISTER = "site:register"
    SITE_ENROLL = "site:enroll"
    SITE_ATTEST = "site:attest"
    SITE_CERTIFY = "site:certify"
    STAFF_MANAGE = "staff:manage"
    TRAINING_RECORD = "training:record"
    TRAINING_PUBLISH = "training:publish"
    TRAINING_SIGN = "training:sign"
    STOCK_MOVE = "stock:move"
    PATIENT_READ = "patient:read"
    PATIENT_ENROLL = "patient:enroll"
    PATIENT_IDENTIFY = "patient:identify"
    PATIENT_AUTHORIZE = "patient:authorize"
    PATIENT_INFUSE = "patient:infuse"
    VISIT_RECORD = "visit:record"
    EVENT_READ = "event:read"
    EVENT_REPORT = "event:report"
    EVENT_ASSESS = "event:assess"
    AUDIT_MANAGE = "audit:manage"
    DEVIATION_REPORT = "deviation:report"
    CAPA_MANAGE = "capa:manage"
    REPORT_MAKE = "report:make"
    TRAIL_READ = "trail:read"
    BACKGROUND_READ = "background:read"
    ACCOUNT_MANAGE = "account:manage"


class Role(StrEnum):
    SITE_COORDINATOR = "site_coordinator"
    AUTHORIZED_REPRESENTATIVE = "authorized_representative"
    PHARMACIST = "pharmacist"
    TREATING_PHYSICIAN = "treating_physician"
    PROGRAM_MANAGER = "program_manager"
    CASE_PROCESSOR = "case_processor"
    MEDICAL_REVIEWER = "medical_reviewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class HeldFor(StrEnum):
    """What a role is held for."""

    SITE = "site"
    PROGRAM = "program"
    SITE_OR_PROGRAM = "site or program"
    SYSTEM = "system"


HELD_WORDS = {
    HeldFor.SITE: "a site",
    HeldFor.PROGRAM: "a program",
    HeldFor.SITE_OR_PROGRAM: "a site or a program, not both",
    HeldFor.SYSTEM: "the whole system, neither a site nor a program",
}

# What each permission lets a person do, to follow "may" and "may not".
WORDS: dict[Permission, str] = {
    Permission.SITE_READ: "see sites",
    Permission.SITE_REGISTER: "register sites",
    Permission.SITE_ENROLL: "enroll a site in a program",
    Permission.SITE_ATTEST: "sign for a site",
    Permission.SITE_CERTIFY: "certify sites",
    Permission.STAFF_MANAGE: "keep the list of staff, places and processes of a site",
    Permission.TRAINING_RECORD: "record training",
    Permission.TRAINING_PUBLISH: "publish courses and assessments of a program",
    Permission.TRAINING_SIGN: "take training and sign for it",
    Permission.STOCK_MOVE: "receive and move rescue medicine",
    Permission.PATIENT_READ: "see patients",
    Permission.PATIENT_ENROLL: "enroll patients and record facts about them",
    Permission.PATIENT_IDENTIFY: "open and keep contact details of patients",
    Permission.PATIENT_AUTHORIZE: "authorize an infusion",
    Permission.PATIENT_INFUSE: "record an infusion",
    Permission.VISIT_RECORD: "record visits",
    Permission.EVENT_READ: "see adverse events",
    Permission.EVENT_REPORT: "report adverse events",
    Permission.EVENT_ASSESS: "assess adverse events",
    Permission.AUDIT_MANAGE: "plan and hold audits of sites",
    Permission.DEVIATION_REPORT: "report deviations",
    Permission.CAPA_MANAGE: "keep corrective and preventive actions",
    Permission.REPORT_MAKE: "make reports",
    Permission.TRAIL_READ: "read the trail",
    Permission.BACKGROUND_READ: "see public background reports",
    Permission.ACCOUNT_MANAGE: "manage accounts and roles",
}

P = Permission
LOOK = frozenset({P.SITE_READ, P.PATIENT_READ, P.EVENT_READ, P.BACKGROUND_READ, P.REPORT_MAKE, P.TRAIL_READ})


@dataclass(frozen=True)
class RoleSpec:
    """A role as a person reads it: its title, a sentence, what it is held for, and what it may do."""

    title: str
    sentence: str
    held_for: HeldFor
    permissions: frozenset[Permission]


ROLES: dict[Role, RoleSpec] = {
    Role.SITE_COORDINATOR: RoleSpec(
        "Site coordinator",
        "Keeps a site's certification, staff, patients and visits in order, and reports adverse events.",
        HeldFor.SITE,
        LOOK
        | {P.SITE_ENROLL, P.STAFF_MANAGE, P.TRAINING_RECORD, P.STOCK_MOVE, P.PATIENT_ENROLL, P.PATIENT_AUTHORIZE}
        | {P.PATIENT_INFUSE, P.VISIT_RECORD, P.EVENT_REPORT, P.DEVIATION_REPORT, P.CAPA_MANAGE, P.TRAINING_SIGN}
        | {P.PATIENT_IDENTIFY},
    ),
    Role.AUTHORIZED_REPRESENTATIVE: RoleSpec(
        "Authorized representative",
        "Signs for a site and its associated clinics under a program: enrollment, attestations, staff.",
        HeldFor.SITE,
        LOOK
        | {P.SITE_ENROLL, P.SITE_ATTEST, P.STAFF_MANAGE, P.TRAINING_RECORD, P.EVENT_REPORT}
        | {P.DEVIATION_REPORT, P.CAPA_MANAGE, P.TRAINING_SIGN},
    ),
    Role.PHARMACIST: RoleSpec(
        "Pharmacist",
        "Receives, reserves, counts and issues rescue medicine at a site.",
        HeldFor.SITE,
        frozenset({P.SITE_READ, P.PATIENT_READ, P.STOCK_MOVE, P.BACKGROUND_READ, P.DEVIATION_REPORT})
        | {P.TRAINING_SIGN},
    ),
    Role.TREATING_PHYSICIAN: RoleSpec(
        "Treating physician",
        "Passes the gate before an infusion, infuses, sees patients in follow-up and reports adverse events.",
        HeldFor.SITE,
        frozenset(
            {P.SITE_READ, P.PATIENT_READ, P.PATIENT_ENROLL, P.PATIENT_AUTHORIZE, P.PATIENT_INFUSE, P.VISIT_RECORD}
        )
        | {P.EVENT_READ, P.EVENT_REPORT, P.BACKGROUND_READ, P.DEVIATION_REPORT, P.TRAINING_SIGN, P.PATIENT_IDENTIFY},
    ),
    Role.PROGRAM_MANAGER: RoleSpec(
        "Program manager",
        "Runs a program for its sponsor: registers and certifies sites, and watches how they do.",
        HeldFor.PROGRAM,
        LOOK | {P.SITE_REGISTER, P.SITE_CERTIFY, P.AUDIT_MANAGE, P.DEVIATION_REPORT, P.CAPA_MANAGE, P.TRAINING_PUBLISH},
    ),
    Role.CASE_PROCESSOR: RoleSpec(
        "Case processor",
        "Works adverse-event cases of a program against their legal clocks.",
        HeldFor.PROGRAM,
        frozenset(
            {
                P.SITE_READ,
                P.PATIENT_READ,
                P.EVENT_READ,
                P.EVENT_REPORT,
                P.EVENT_ASSESS,
                P.BACKGROUND_READ,
                P.REPORT_MAKE,
            }
        ),
    ),
    Role.MEDICAL_REVIEWER: RoleSpec(
        "Medical reviewer",
        "Judges seriousness, expectedness and causality of a program's cases.",
        HeldFor.PROGRAM,
        frozenset({P.SITE_READ, P.PATIENT_READ, P.EVENT_READ, P.EVENT_ASSESS, P.BACKGROUND_READ, P.REPORT_MAKE}),
    ),
    Role.AUDITOR: RoleSpec(
        "Auditor",
        "Reads everything of a site or a program, of any day, and its trail; changes nothing; may be limited in time.",
        HeldFor.SITE_OR_PROGRAM,
        LOOK,
    ),
    Role.ADMINISTRATOR: RoleSpec(
        "Administrator",
        "Manages accounts and roles; sees no patient data.",
        HeldFor.SYSTEM,
        frozenset({P.ACCOUNT_MANAGE, P.TRAIL_READ}),
    ),
}

GRANTS: dict[Role, frozenset[Permission]] = {role: spec.permissions for role, spec in ROLES.items()}

# Who may sign something: an enrollment, a certification, an authorization, a report of an audit, a training.
SIGNS = frozenset({P.SITE_ATTEST, P.SITE_CERTIFY, P.PATIENT_AUTHORIZE, P.AUDIT_MANAGE, P.TRAINING_SIGN})
SIGNING_ROLES = tuple(role for role, held in GRANTS.items() if held & SIGNS)


def can(actor: Actor, permission: Permission, *, scope_id: UUID | None = None, program_id: UUID | None = None) -> bool:
    """Whether the actor may: in any scope (none given), or in this scope or program. Parts of the system may."""
    if actor.everywhere:
        return True
    held = [h for h in actor.holdings if permission in h.permissions]
    if scope_id is None and program_id is None:
        return bool(held)
    return any(
        (scope_id is not None and scope_id in h.scopes) or (program_id is not None and program_id in h.programs)
        for h in held
    )


def require(
    actor: Actor, permission: Permission, *, scope_id: UUID | None = None, program_id: UUID | None = None
) -> None:
    """Refuse what the actor may not do. Raises NotAllowed with the roles that may."""
    if not can(actor, permission, scope_id=scope_id, program_id=program_id):
        able = [spec.title.lower() for spec in ROLES.values() if permission in spec.permissions]
        raise NotAllowed(f"Your role may not {WORDS[permission]} here. It is for: {', '.join(able)}.")


LONGEST_EMAIL = 254  # characters, RFC 5321


def folded(email: str) -> str:
    """An e-mail address as it is kept and compared."""
    return email.strip().lower()[: LONGEST_EMAIL + 1]


def check_email(email: str) -> None:
    """Raises BadInput for what cannot be an e-mail address; whether it is one, only a mail can tell."""
    name, at, host = email.rpartition("@")
    if not (name and at and "." in host.strip(".")) or " " in email or len(email) > LONGEST_EMAIL:
        raise BadInput(f'"{email}" is no e-mail address; write it like name@hospital.example.', "email")
