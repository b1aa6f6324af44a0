"""Who may do what: one table of permissions and one of roles. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from rems.core.actor import Actor
from rems.core.errors import NotAllowed


class Permission(StrEnum):
    SITE_READ = "site:read"
    SITE_REGISTER = "site:register"
    SITE_ENROLL = "site:enroll"
    SITE_ATTEST = "site:attest"
    SITE_CERTIFY = "site:certify"
    STAFF_MANAGE = "staff:manage"
    TRAINING_RECORD = "training:record"
    STOCK_MOVE = "stock:move"
    PATIENT_READ = "patient:read"
    PATIENT_ENROLL = "patient:enroll"
    PATIENT_AUTHORIZE = "patient:authorize"
    PATIENT_INFUSE = "patient:infuse"
    VISIT_RECORD = "visit:record"
    EVENT_READ = "event:read"
    EVENT_REPORT = "event:report"
    EVENT_ASSESS = "event:assess"
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
        | {P.PATIENT_INFUSE, P.VISIT_RECORD, P.EVENT_REPORT},
    ),
    Role.AUTHORIZED_REPRESENTATIVE: RoleSpec(
        "Authorized representative",
        "Signs for a site and its associated clinics under a program: enrollment, attestations, staff.",
        HeldFor.SITE,
        LOOK | {P.SITE_ENROLL, P.SITE_ATTEST, P.STAFF_MANAGE, P.TRAINING_RECORD, P.EVENT_REPORT},
    ),
    Role.PHARMACIST: RoleSpec(
        "Pharmacist",
        "Receives, reserves, counts and issues rescue medicine at a site.",
        HeldFor.SITE,
        frozenset({P.SITE_READ, P.PATIENT_READ, P.STOCK_MOVE, P.BACKGROUND_READ}),
    ),
    Role.TREATING_PHYSICIAN: RoleSpec(
        "Treating physician",
        "Passes the gate before an infusion, infuses, sees patients in follow-up and reports adverse events.",
        HeldFor.SITE,
        frozenset(
            {P.SITE_READ, P.PATIENT_READ, P.PATIENT_ENROLL, P.PATIENT_AUTHORIZE, P.PATIENT_INFUSE, P.VISIT_RECORD}
        )
        | {P.EVENT_READ, P.EVENT_REPORT, P.BACKGROUND_READ},
    ),
    Role.PROGRAM_MANAGER: RoleSpec(
        "Program manager",
        "Runs a program for its sponsor: registers and certifies sites, and watches how they do.",
        HeldFor.PROGRAM,
        LOOK | {P.SITE_REGISTER, P.SITE_CERTIFY},
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
        raise NotAllowed(f"Your role may not do this ({permission}). It is for: {', '.join(able)}.")


# A failed attempt makes the next one wait: nothing for two slips, then longer step by step, at most a quarter of an hour.
STEPS = (0, 0, 2, 5, 15, 60, 300, 900)
ADDRESS_FREE = 10


def wait_after(failures: int) -> timedelta:
    """How long an account waits after this many failures in a row."""
    return timedelta(seconds=STEPS[min(failures, len(STEPS) - 1)])


def wait_for_address(failures: int) -> timedelta:
    """How long an address waits after this many failures in a quarter of an hour; it may be a whole hospital's."""
    return wait_after(max(0, failures - ADDRESS_FREE))


def may_try_at(*, account_failures: int, address_failures: int, last_failed_at: datetime | None) -> datetime | None:
    """The moment (UTC) from which the next attempt is heard; None: at once."""
    if last_failed_at is None:
        return None
    wait = max(wait_after(account_failures), wait_for_address(address_failures))
    return last_failed_at + wait if wait else None
