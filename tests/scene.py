"""Two sites, two programs, a row of every table wherever one may stand, and a person in each role."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Json

from rems.access import queries as accounts
from rems.access.rules import ROLES, HeldFor, Role
from rems.core.actor import Actor
from rems.core.ids import uuid7
from rems.models import METADATA
from tests.rows import past_all_checks, put, row_of

NOW = datetime(2026, 11, 24, 15, 42, tzinfo=UTC)

# How each table is shared. A table that is missing here fails below by its name.
KINDS = {
    **dict.fromkeys(
        ("account", "role_grant", "identity_check", "signing_attempt", "signing_lock", "calendar_feed"), "own"
    ),
    "sign_in": "admin",
    **dict.fromkeys(("program", "program_version", "program_state", "rule_exception"), "reference"),
    **dict.fromkeys(("import_run", "import_refusal"), "reference"),
    **dict.fromkeys(("public_report", "public_drug", "public_reaction", "public_word"), "reference"),
    **dict.fromkeys(("site", "location", "staff_member"), "site"),
    **dict.fromkeys(("staff_role_change", "site_identifier", "site_contact"), "site"),
    "evidence": "given",
    "signature": "scope",
    **dict.fromkeys(("stock_lot", "stock_movement", "reservation", "stock_count"), "site"),
    **dict.fromkeys(("scope", "authorized_representative", "site_enrollment", "certification"), "scope"),
    **dict.fromkeys(("training_record", "assessment_attempt"), "scope"),
    **dict.fromkeys(("course_file", "course_edition", "question_set", "live_session"), "program"),
    **dict.fromkeys(("session_place", "assessment_link", "extra_attempt"), "scope"),
    **dict.fromkeys(("course_mapping", "list_format"), "scope"),
    **dict.fromkeys(("patient", "patient_fact", "authorization", "infusion", "visit", "adverse_event"), "scope"),
    **dict.fromkeys(("bedside_entry", "bedside_treatment", "bedside_sample"), "scope"),
    **dict.fromkeys(("certification_act", "exception_invocation", "stop_override", "override_report"), "scope"),
    **dict.fromkeys(("deviation", "corrective_action"), "scope"),
    **dict.fromkeys(("site_audit", "audit_answer", "audit_finding"), "scope"),
    **dict.fromkeys(("audit_response", "audit_file", "audit_share"), "scope"),
    "patient_identity": "private",
    **dict.fromkeys(("identity_opening", "wallet_card"), "scope"),
    "card_guess": "admin",
    **dict.fromkeys(("questionnaire_asked", "visit_answers", "answer_link", "sample_kit", "kit_step"), "scope"),
    **dict.fromkeys(("reminder", "report_made", "planned_visit", "deadline"), "scope"),
    **dict.fromkeys(("followup_turn", "contact_attempt", "handover_offer"), "scope"),
    "trail.entry": "trail",
}
SCOPED = frozenset({"scope", "site", "given", "private"})
"""Kinds whose rows belong to a site: seen by it and by the sponsor of their program; "site": without a program by every
sponsor of the site; "given": in the home scope of the site, but always under one of its programs; "private": in the
home scope and never under a program, so that no sponsor sees them."""
PROGRAM = frozenset({"program"})
"""Kinds whose rows a sponsor sets up for its program: written by it, read by its sites; or those of one site."""

OF_AN_ACCOUNT = ("role_grant", "identity_check", "signing_attempt", "signing_lock", "calendar_feed")
KEY_COLUMN = {"site": "id", "scope": "id", "account": "id", **dict.fromkeys(OF_AN_ACCOUNT, "account_id")}


@dataclass(frozen=True)
class Row:
    """One row that was put in: its key, its scope and program, or the account it belongs to."""

    id: UUID
    scope_id: UUID | None = None
    program_id: UUID | None = None
    account_id: UUID | None = None
    common: bool = True  # of an entry of the trail: it is about a row that is common to the sponsors of a site


@dataclass
class Ground:
    """Site A in two programs, site B in the second alone; each table has a row in every place where one may be."""

    program: UUID
    other_program: UUID
    site: UUID = field(default_factory=uuid7)
    other_site: UUID = field(default_factory=uuid7)
    entries: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def scopes(self) -> list[tuple[UUID, UUID, UUID | None]]:
        """Scope, site and program of each."""
        homes: list[tuple[UUID, UUID, UUID | None]] = [(s, s, None) for s in (self.site, self.other_site)]
        return homes + [(scope, site, program) for (site, program), scope in self.entries.items()]

    def places(self, kind: str) -> list[tuple[UUID, UUID | None]]:
        """Scope and program of a row; a site's own evidence may serve one of its programs."""
        found = [] if kind == "given" else [(scope, program) for scope, _, program in self.scopes()]
        if kind == "private":
            return [(scope, program) for scope, program in found if program is None]
        return found + (list(self.entries) if kind in ("site", "given", "trail") else [])  # type: ignore[arg-type]


def names() -> list[str]:
    """Every table by the models, and the trail."""
    return sorted([*METADATA.tables, "trail.entry"])


def build(superuser: psycopg.Connection) -> Ground:
    """Put in every row; afterwards `people` looks up the actors."""
    known = superuser.execute("select id from program order by code limit 2").fetchall()
    made = Ground(*(key for (key,) in known))
    for place in ((made.site, made.program), (made.site, made.other_program), (made.other_site, made.other_program)):
        made.entries[place] = uuid7()
    with past_all_checks(superuser):
        for role, held in held_by_whom():
            account = put_row(superuser, made, "account")
            more = {"site": {"site_id": made.site}, "program": {"program_id": made.program}, "": {}}[held]
            put_row(superuser, made, "role_grant", account_id=account, role=role, from_on=date(2020, 1, 1), **more)
        for name in names():
            fill(superuser, made, name)
    return made


def people(made: Ground) -> None:
    """Each account as the actor it is, by the name of its role and what it is held for."""
    for person, row in zip(PEOPLE, made.rows["account"], strict=True):
        account = accounts.account_by_id(row.id)
        assert account
        made.actors[person] = accounts.actor_of(account, at=NOW)


def held_by_whom() -> list[tuple[Role, str]]:
    ways = {
        HeldFor.SITE: ["site"],
        HeldFor.PROGRAM: ["program"],
        HeldFor.SITE_OR_PROGRAM: ["site", "program"],
        HeldFor.SYSTEM: [""],
    }
    return [(role, held) for role, spec in ROLES.items() for held in ways[spec.held_for]]


PEOPLE = [f"{role} of a {held}" if held else str(role) for role, held in held_by_whom()]


def fill(superuser: psycopg.Connection, ground: Ground, name: str) -> None:
    kind = KINDS.get(name)
    if name == "scope":
        for scope, site, program in ground.scopes():
            put_row(superuser, ground, name, id=scope, site_id=site, program_id=program)
    elif name == "site":
        for site in (ground.site, ground.other_site):
            put_row(superuser, ground, name, id=site)
    elif kind == "trail":
        for scope, program in [*ground.places(kind), (None, None)]:
            put_entry(superuser, ground, scope, program)
        for site in (ground.site, ground.other_site):
            put_entry(superuser, ground, site, None, common=False)
    elif kind in PROGRAM:
        for program in (ground.program, ground.other_program):
            put_row(superuser, ground, name, program_id=program)
        if "scope_id" in METADATA.tables[name].columns:
            for (_, program), scope in ground.entries.items():
                put_row(superuser, ground, name, scope_id=scope, program_id=program)
    elif kind in SCOPED:
        for scope, program in ground.places(kind):
            put_row(superuser, ground, name, scope_id=scope, program_id=program)
    elif name not in ("account", "role_grant", "program", "program_version", "program_state", "rule_exception"):
        put_row(superuser, ground, name)


def put_row(superuser: psycopg.Connection, ground: Ground, name: str, **given: Any) -> UUID:
    table = METADATA.tables[name]
    row = row_of(table, **given)
    put(superuser, table, row)
    owner = row.get(KEY_COLUMN.get(name, ""))
    key = row.get("id") or row["report_id"]
    ground.rows.setdefault(name, []).append(
        Row(key, row.get("scope_id") or owner, row.get("program_id"), owner if KINDS.get(name) == "own" else None)
    )
    return key


ENTRY = """
insert into trail.entry select (jsonb_populate_record(e, jsonb_build_object('canonical', c, 'digest',
  '\\x' || encode(sha256(convert_to(c, 'UTF8')), 'hex')))).*
from jsonb_populate_record(null::trail.entry, %s::jsonb) e, trail.canonical(e) c
"""


def put_entry(
    superuser: psycopg.Connection, ground: Ground, scope: UUID | None, program: UUID | None, *, common: bool = True
) -> None:
    """An entry as the trigger writes one, of a table that the sponsors of a site have in common, or not."""
    fixed = {"era": 1, "xid": "3", "moment": NOW.isoformat(), "actor": "a test", "role": "", "action": "test.scopes"}
    fixed |= {
        "reason": "",
        "table_name": "site" if common else "report_made",
        "row_key": "1",
        "operation": "insert",
        "demonstration": False,
    }
    key = uuid7()
    place = {"id": str(key), "scope_id": scope and str(scope), "program_id": program and str(program)}
    superuser.execute(ENTRY, [Json({**fixed, **place, "after": {"kept": "a secret of the scope"}})])
    ground.rows.setdefault("trail.entry", []).append(Row(key, scope, program, common=common))


def is_theirs(actor: Actor, kind: str, row: Row, ground: Ground) -> bool:
    """Whether the actor may see that row: the rule in words of Python, apart from the policies' SQL."""
    administers = "account:manage" in {p for h in actor.holdings for p in h.permissions}
    home = row.scope_id in {site for site, program in ground.entries if program in actor.programs}
    match kind:
        case "reference":
            return True
        case "admin":
            return administers
        case "own":
            return administers or row.account_id == actor.id
        case "trail" if row.scope_id is None:
            return administers
    if kind in PROGRAM and row.scope_id is None:
        return is_set_up_by(actor, row) or any(
            scope in actor.scopes for (_, program), scope in ground.entries.items() if program == row.program_id
        )
    shared = kind in ("site", "trail") and row.common and row.program_id is None and home
    return row.scope_id in actor.scopes or row.program_id in actor.programs or shared


def is_set_up_by(actor: Actor, row: Row) -> bool:
    """Whether the actor acts for the sponsor of a row that is set up for a program, or for the site whose row it is."""
    return row.program_id in actor.programs or row.scope_id in actor.scopes
