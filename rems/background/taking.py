"""Takes an extract into the record, as the owner: lines are staged first, then taken set by set.

The tables of public reports are select-only for the app. Everything that stays is written in one transaction: an import
that is broken off leaves nothing behind, and the next one does it all. Two at once wait for each other; the second one
finds the cases of the first there already. Seals wait until the transaction ends.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from rems.background.layout import Kind
from rems.background.reading import Extract
from rems.background.rules import Terms
from rems.background.staging import stage, table
from rems.core.ids import uuid7

LOCK = 7_301_991
BATCH = 5_000  # cases in one statement, so that the server's memory does not grow with the files either
ADDED = ("public_report", "public_drug", "public_reaction", "public_word")

# How a line begins, as far as it was read: for lines that are refused only when the files are seen together.
BEGINS: Mapping[Kind, str] = {
    Kind.DEMO: "case_version",
    Kind.DRUG: "seq, role, name",
    Kind.REAC: "term",
    Kind.OUTC: "code",
    Kind.INDI: "seq, term",
    Kind.THER: "seq, given",
    Kind.RPSR: "code",
}

REPEATED = """
update stage_demo l set text = {begins}, reason = 'repeats primaryid ' || l.primary_id || ' of line ' || f.line
from (
  select primary_id, min(line) as line from stage_demo where reason is null group by primary_id having count(*) > 1
) f where f.primary_id = l.primary_id and l.reason is null and l.line > f.line
"""
REST = """
update {stage} l set reason = l.reason || case
  when exists (select from stage_demo d where d.primary_id = l.primary_id and d.reason is null)
  then '; report ' || l.primary_id || ' stays without this line' else '; its report is not taken either' end
where l.reason is not null and exists (select from stage_demo d where d.primary_id = l.primary_id)
"""
ORPHANED = """
update {stage} l set text = {begins}, reason = case when o.refused is null
  then 'belongs to no report: ' || %(demo)s || ' has none with primaryid ' || l.primary_id
  else 'belongs to report ' || l.primary_id || ', which was refused (' || %(demo)s || ', line ' || o.refused || ')' end
from (
  select c.line, (select min(d.line) from stage_demo d where d.primary_id = c.primary_id) as refused from {stage} c
  where c.reason is null
    and not exists (select from stage_demo d where d.primary_id = c.primary_id and d.reason is null)
) o where o.line = l.line
"""
DRUGLESS = """
update {stage} l set text = {begins}, reason = 'names drug ' || l.seq || ', which report ' || l.primary_id ||
  ' does not list; the report stays without this line'
where l.reason is null and not exists (
  select from stage_drug d where d.primary_id = l.primary_id and d.seq = l.seq and d.reason is null)
"""
FRESH = """
create temp table fresh on commit drop as
select row_number() over (order by d.line) as number, uuidv7() as report_id, d.primary_id from stage_demo d
where d.reason is null and not exists (select from public_report r where r.primary_id = d.primary_id)
"""
RUN = """
insert into import_run (id, source, files, cases_read, cases_taken, cases_known, cases_refused, lines_refused)
values (%(run)s, %(source)s, %(files)s, %(read)s, %(taken)s, %(known)s, %(refused)s, %(lines)s)
"""
REFUSALS = """
insert into import_refusal (id, run_id, primary_id, file, line, reason, text)
select uuidv7(), %(run)s, primary_id, %(file)s, line, reason, coalesce(text, '') from {stage}
where reason is not null order by line
"""
REPORTS = """
insert into public_report (id, primary_id, case_id, case_version, run_id, report_type, event_on, mfr_received,
  fda_first_received, fda_received, mfr_received_on, fda_received_on, days_taken, manufacturer, manufacturer_number,
  literature, age, sex, weight, reporter, country, cart, special_interest, outcomes, sources)
select f.report_id, d.primary_id, d.case_id, d.case_version, %(run)s, d.report_type, d.event_on, d.mfr_received,
  d.fda_first_received, d.fda_received, d.mfr_received_on, d.fda_received_on, d.days_taken, d.manufacturer,
  d.manufacturer_number, d.literature, d.age, d.sex, d.weight, d.reporter, d.country,
  exists (select from stage_drug x where x.primary_id = d.primary_id and x.reason is null and x.product <> ''),
  coalesce((select jsonb_agg(distinct x.interest) from stage_reac x
    where x.primary_id = d.primary_id and x.reason is null and x.interest <> ''), '[]'),
  coalesce((select jsonb_agg(x.code order by x.line) from stage_outc x
    where x.primary_id = d.primary_id and x.reason is null), '[]'),
  coalesce((select jsonb_agg(x.code order by x.line) from stage_rpsr x
    where x.primary_id = d.primary_id and x.reason is null), '[]')
from fresh f join stage_demo d on d.primary_id = f.primary_id and d.reason is null
where f.number > %(after)s and f.number <= %(upto)s order by f.number
"""
# A drug may have a line for each of its doses; its indications and therapies stand with the first of them, once.
DRUGS = """
insert into public_drug (id, report_id, seq, role, name, ingredient, route, dose, lot, product, indications, therapy)
select uuidv7(), d.report_id, d.seq, d.role, d.name, d.ingredient, d.route, d.dose, d.lot, d.product,
  coalesce((select jsonb_agg(x.term order by x.line) from stage_indi x
    where d.dose_no = 1 and x.primary_id = d.primary_id and x.seq = d.seq and x.reason is null), '[]'),
  coalesce((select jsonb_agg(x.given order by x.line) from stage_ther x
    where d.dose_no = 1 and x.primary_id = d.primary_id and x.seq = d.seq and x.reason is null), '[]')
from (
  select f.report_id, l.*, row_number() over (partition by l.primary_id, l.seq order by l.line) as dose_no
  from fresh f join stage_drug l on l.primary_id = f.primary_id and l.reason is null
  where f.number > %(after)s and f.number <= %(upto)s
) d order by d.line
"""
REACTIONS = """
insert into public_reaction (id, report_id, term, "group")
select uuidv7(), f.report_id, r.term, r.interest
from fresh f join stage_reac r on r.primary_id = f.primary_id and r.reason is null
where f.number > %(after)s and f.number <= %(upto)s order by r.line
"""
WORDS = """
insert into public_word (word, report_id)
select distinct w.word, f.report_id from fresh f
cross join lateral (
  select words from stage_demo where primary_id = f.primary_id and reason is null
  union all select words from stage_drug where primary_id = f.primary_id and reason is null
  union all select words from stage_reac where primary_id = f.primary_id and reason is null
) t cross join lateral string_to_table(t.words, ' ') w (word)
where f.number > %(after)s and f.number <= %(upto)s and w.word <> '' order by w.word, f.report_id
"""
TAKEN = (REPORTS, DRUGS, REACTIONS, WORDS)


@dataclass(frozen=True)
class Tally:
    """What became of an extract: each case read is taken, known or refused; each refused line has its reason."""

    run_id: UUID
    source: str
    read: int
    taken: int
    known: int
    refused: int
    lines_refused: int


def take(connection: Connection, extract: Extract, terms: Terms, say: Callable[[str], None]) -> Tally:
    """Take what is new of an extract. The connection is the owner's, set to autocommit; `say` is told how far it is.

    Raises BadInput when a file cannot be read to its end; then nothing is taken.
    """
    staged = stage(connection, extract, terms, say)
    _mark(connection, extract)
    with connection.transaction():
        connection.execute("select set_config('rems.actor', 'system: import', true)")
        connection.execute("select rems_begin('system', 'background.import', %s)", [f"FAERS {extract.quarter}"])
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        taken = connection.execute(FRESH).rowcount
        connection.execute("create index on fresh (number)")
        connection.execute("analyze fresh")
        sound = _count(connection, Kind.DEMO, "is null")
        tally = Tally(
            uuid7(),
            f"FAERS {extract.quarter}",
            read=sound + staged.refused_records,
            taken=taken,
            known=sound - taken,
            refused=staged.refused_records,
            lines_refused=sum(_count(connection, kind, "is not null") for kind in Kind),
        )
        _keep_run(connection, extract, tally, staged.lines)
        for after in range(0, taken, BATCH):
            for statement in TAKEN:
                connection.execute(statement, {"run": tally.run_id, "after": after, "upto": after + BATCH})
            say(f"{min(after + BATCH, taken):,} of {taken:,} new cases taken")
    if taken:
        connection.execute(f"analyze {', '.join(ADDED)}")
    return tally


def refusals(connection: Connection, run_id: UUID, *, limit: int) -> Iterator[tuple[str, int, str]]:
    """The first refused lines of a run: file, line, reason."""
    yield from connection.execute(
        "select file, line, reason from import_refusal where run_id = %s order by id limit %s", [run_id, limit]
    )


def _mark(connection: Connection, extract: Extract) -> None:
    """Give a reason to the lines that can only be refused when the files are seen together."""
    values = {"demo": extract.files[Kind.DEMO].name}

    def run(statement: str, kind: Kind) -> None:
        begins = f"left(concat_ws('$', l.primary_id, l.case_id, {_of_line(BEGINS[kind])}), 500)"
        connection.execute(statement.format(stage=table(kind), begins=begins), values)

    run(REPEATED, Kind.DEMO)
    others = [kind for kind in Kind if kind is not Kind.DEMO]
    for statement in (REST, ORPHANED):
        for kind in others:
            run(statement, kind)
    for kind in (Kind.INDI, Kind.THER):
        run(DRUGLESS, kind)


def _of_line(columns: str) -> str:
    return ", ".join(f"l.{column}" for column in columns.split(", "))


def _keep_run(connection: Connection, extract: Extract, tally: Tally, lines: Mapping[Kind, int]) -> None:
    files = {
        extract.files[kind].name: {"sha256": extract.digest(kind), "lines": number} for kind, number in lines.items()
    }
    numbers = {"read": tally.read, "taken": tally.taken, "known": tally.known, "refused": tally.refused}
    values: dict[str, Any] = {"run": tally.run_id, "source": tally.source, "files": Jsonb(files), **numbers}
    connection.execute(RUN, {**values, "lines": tally.lines_refused})
    for kind in Kind:
        name = {"run": tally.run_id, "file": extract.files[kind].name}
        connection.execute(REFUSALS.format(stage=table(kind)), name)


def _count(connection: Connection, kind: Kind, reason: str) -> int:
    counted = connection.execute(f"select count(*) from {table(kind)} where reason {reason}")  # noqa: S608  (own names)
    (number,) = counted.fetchone() or (0,)
    return int(number)
