"""Streams an extract into temporary tables of one session: every line becomes one row there, to be taken or refused.

Memory does not grow with the files: a line is read, worked out and handed to COPY before the next one is read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from psycopg import Connection

from rems.background import telling
from rems.background.layout import Demo, Drug, Indication, Kind, Outcome, Reaction, Source, Therapy
from rems.background.reading import Extract, Refused
from rems.background.rules import Terms, days_taken, words_of

Answer = TypeVar("Answer")
REMEMBERED, LONG = 8192, 200


@dataclass(frozen=True)
class Stage:
    """A temporary table: its own columns with their types, the values of a row, and the columns it is looked up by."""

    columns: str
    values: Callable[[Any], tuple[object, ...]]
    key: str = "primary_id"

    @property
    def names(self) -> list[str]:
        return [column.split()[0] for column in self.columns.split(",")]


@dataclass(frozen=True)
class Staged:
    """What went into the tables: lines of each file, and the records of DEMO that were refused."""

    lines: Mapping[Kind, int]
    refused_records: int


SHARED = "line bigint, reason text, text text, primary_id bigint, case_id bigint"
DEMO = (
    "case_version int, report_type text, event_on text, mfr_received text, fda_first_received text, "
    "fda_received text, mfr_received_on date, fda_received_on date, days_taken int, manufacturer text, "
    "manufacturer_number text, literature text, age text, sex text, weight text, reporter text, country text, "
    "words text"
)
DRUG = "seq int, role text, name text, ingredient text, route text, dose text, lot text, product text, words text"


def stages(terms: Terms) -> dict[Kind, Stage]:
    """The temporary tables, with what the tables of terms say about a product or a reaction already worked out."""
    product, group, words = _kept(terms.cart_product), _kept(terms.special_interest), _kept(_joined)

    def demo(row: Demo) -> tuple[object, ...]:
        received, fda = row.mfr_received, row.fda_received
        on = (received.on if received else None, fda.on if fda else None)
        days = [str(found or "") for found in (row.event, received, row.fda_first_received, fda)]
        asked = _joined(str(row.primary_id), row.manufacturer_number, row.manufacturer)
        return (
            *(row.case_version, row.report_type.upper(), *days, *on, days_taken(*on)),
            *(row.manufacturer, row.manufacturer_number, row.literature, telling.age(row), row.sex),
            *(telling.weight(row), row.reporter, row.country, asked),
        )

    def drug(row: Drug) -> tuple[object, ...]:
        return (
            *(row.seq, row.role, row.name, row.ingredient, row.route, telling.dose(row), row.lot),
            *(product(row.name, row.ingredient) or "", words(row.name, row.ingredient)),
        )

    def reaction(row: Reaction) -> tuple[object, ...]:
        return row.term, group(row.term) or "", words(row.term)

    def code(row: Outcome | Source) -> tuple[object, ...]:
        return (row.code,)

    def indication(row: Indication) -> tuple[object, ...]:
        return row.seq, row.term

    def therapy(row: Therapy) -> tuple[object, ...]:
        return row.seq, telling.therapy(row)

    return {
        Kind.DEMO: Stage(DEMO, demo),
        Kind.DRUG: Stage(DRUG, drug, "primary_id, seq"),
        Kind.REAC: Stage("term text, interest text, words text", reaction),
        Kind.OUTC: Stage("code text", code),
        Kind.INDI: Stage("seq int, term text", indication, "primary_id, seq"),
        Kind.THER: Stage("seq int, given text", therapy, "primary_id, seq"),
        Kind.RPSR: Stage("code text", code),
    }


def table(kind: Kind) -> str:
    """The temporary table of a file."""
    return f"stage_{kind.lower()}"


def stage(connection: Connection, extract: Extract, terms: Terms, say: Callable[[str], None]) -> Staged:
    """Fill the temporary tables from the seven files, each in one COPY. The connection commits each on its own.

    `say` is told of each file that was read. Raises BadInput when a file cannot be read to its end.
    """
    lines: dict[Kind, int] = {}
    refused_records = 0
    for kind, made in stages(terms).items():
        name, blank = table(kind), [None] * len(made.names)
        columns = ", ".join(["line", "reason", "text", "primary_id", "case_id", *made.names])
        connection.execute(f"create temp table {name} ({SHARED}, {made.columns})")
        lines[kind] = 0
        with connection.cursor() as cursor, cursor.copy(f"copy {name} ({columns}) from stdin") as copy:
            for row in extract.rows(kind):
                lines[kind] += 1
                if isinstance(row, Refused):
                    record = kind is Kind.DEMO and row.record
                    refused_records += record
                    reason = f"{row.reason}; the case is not taken" if record else row.reason
                    copy.write_row((row.line_no, reason, row.text, row.primary_id, None, *blank))
                else:
                    copy.write_row((row.line_no, None, None, row.primary_id, row.case_id, *made.values(row)))
        connection.execute(f"create index on {name} ({made.key})")
        connection.execute(f"analyze {name}")
        say(f"{extract.files[kind].name}: {lines[kind]:,} lines read")
    return Staged(lines, refused_records)


def _joined(*texts: str) -> str:
    return " ".join(words_of(*texts))


def _kept(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """The same function with a memory of bounded size; a long text is worked out anew each time."""
    kept = lru_cache(maxsize=REMEMBERED)(ask)

    def answer(*texts: str) -> Answer:
        return kept(*texts) if sum(map(len, texts)) <= LONG else ask(*texts)

    return answer
