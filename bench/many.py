"""Many sites: a draft of a program held against each of them, and the findings of one site with many facts."""

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask

from rems.certification import rules
from rems.certification.foreseeing import foresee
from rems.certification.rules import Member, Piece, SiteFacts
from rems.core.actor import Actor
from rems.core.clock import utcnow
from rems.core.db import reading
from rems.core.place import Place
from rems.programs import queries as programs
from rems.programs.rules import EvidenceKind, Program
from rems.sites.rules import StaffRole

PROGRAM, OTHER = "EU-RMP-CART", "US-FDA-REMS-KYMRIAH"
SIZE = {"sites": 5_000, "people": 10, "each": 2}
FACTS, TURNS = 300, 200
FILLED = ("scope", "site", "staff_member", "evidence")
SITES = """
with made as (select gen_random_uuid() as site, gen_random_uuid() as entry, n from generate_series(1, %(sites)s) n),
homes as (insert into scope (id, site_id) select site, site from made),
entries as (insert into scope (id, site_id, program_id) select entry, site, %(program)s from made),
named as (insert into site (id, name, folded, city, region, country, timezone, phone, email, version)
  select site, 'Site ' || n, 'site ' || n, 'Town', '', 'DE', 'UTC', '', '', 1 from made),
people as (insert into staff_member (id, scope_id, name, role, email, from_on, version)
  select gen_random_uuid(), site, 'Person ' || p, 'nurse', '', '2020-01-01', 1 from made,
  generate_series(1, %(people)s) p
  returning id, scope_id)
insert into evidence (id, scope_id, program_id, holds_on, kind, subject_kind, subject_id, summary, detail,
    source_table, source_id, recorded_at, recorded_by, void)
  select gen_random_uuid(), scope_id, %(program)s, date '2021-01-01' + k, 'staff-training', 'person', id, 'Trained',
    '{}', 'training_record', id, now(), 'a test', false from people, generate_series(1, %(each)s) k
"""


@dataclass(frozen=True)
class Whole:
    """Something that is done once, and the time that it may take; seconds."""

    act: str
    seconds: float
    limit: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(app: Flask, where: Place) -> list[Whole]:
    _fill(where)
    with app.app_context():
        return [_impact(), _findings()]


def _fill(where: Place) -> None:
    """As the owner and without the trail, as no page could: only the size matters here."""
    with psycopg.connect(where.owner) as owner:
        [program] = owner.execute("select id from program where code = %s", [PROGRAM]).fetchone() or (None,)
        for table in FILLED:
            owner.execute(f"alter table {table} disable trigger user")
        owner.execute(SITES, {**SIZE, "program": program})
        for table in FILLED:
            owner.execute(f"alter table {table} enable trigger user")
    with psycopg.connect(where.owner, autocommit=True) as owner:
        owner.execute(f"analyze {', '.join(FILLED)}")


def _impact() -> Whole:
    """By the clock on the wall, so that the work of the database counts too."""
    actor = Actor.system("bench")
    draft = _draft(programs.catalogue().programs[PROGRAM])
    with reading(actor):
        began = perf_counter()
        found = foresee(actor, draft)
        spent = perf_counter() - began
    if found.sites < SIZE["sites"] or len(found.lines) < SIZE["sites"]:
        raise RuntimeError("the draft was not held against every site")
    return Whole(f"impact of a draft on {found.sites:,} sites", spent, 10.0)


def _draft(program: Program) -> Program:
    """The program with one duty more from tomorrow."""
    last, tomorrow = program.versions[-1], utcnow().date() + timedelta(days=1)
    asked = {r.code for r in last.requirements}
    more = next(r for r in programs.catalogue().programs[OTHER].versions[0].requirements if r.code not in asked)
    until = replace(last, effective_to=tomorrow - timedelta(days=1))
    new = replace(
        last, version="draft", digest="draft", effective_from=tomorrow, requirements=(*last.requirements, more)
    )
    return replace(program, versions=(*program.versions[:-1], until, new))


def _findings() -> Whole:
    """The mean of many, in processor time."""
    people = tuple(Member(UUID(int=n), f"Nurse {n}", StaffRole.NURSE, date(2018, 1, 1)) for n in range(FACTS))
    pieces = tuple(Piece(EvidenceKind.STAFF_TRAINING, one.id, date(2020, 1, 1)) for one in people)
    facts = SiteFacts(UUID(int=FACTS), staff=people[:40], evidence=pieces)
    version = programs.catalogue().programs[OTHER].versions[0]
    began = process_time()
    for _ in range(TURNS):
        rules.findings(version, replace(facts), date(2021, 12, 15))  # a copy: without what an earlier turn has kept
    return Whole(f"findings of one site with {FACTS} facts", (process_time() - began) / TURNS, 0.001)
