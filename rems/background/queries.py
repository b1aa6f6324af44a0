"""Look up public reports: a page of a filtered list, one report with all it says, an import. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, desc, false, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from rems.access.rules import Permission, require
from rems.background.layout import BIGGEST
from rems.background.models import ImportRefusal, ImportRun, PublicDrug, PublicReaction, PublicReport, PublicWord
from rems.background.rules import EXPEDITED_DAYS, words_of
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.errors import BadInput, NotFound

Part = TypeVar("Part", PublicDrug, PublicReaction)
SIZE = 50
COUNTED = 1_000
ASKED_WORDS = 8


@dataclass(frozen=True)
class Asked:
    """What a list of public reports is asked for; an empty value asks for nothing."""

    text: str = ""
    cart: bool = False
    group: str = ""
    report_type: str = ""
    late: bool = False


@dataclass
class Line:
    """A report as a list shows it: its first product (a CAR-T product before others) and its first reactions."""

    report: PublicReport
    product: str = ""
    cart_product: str = ""
    products: int = 0
    reaction: str = ""
    reactions: int = 0


@dataclass(frozen=True)
class Whole:
    """One report with everything that was kept of it."""

    report: PublicReport
    drugs: Sequence[PublicDrug]
    reactions: Sequence[PublicReaction]
    versions: Sequence[PublicReport]
    run: ImportRun
    refusals: Sequence[ImportRefusal] = field(default=())


def visible(actor: Actor) -> Select[PublicReport]:
    """The public reports an actor may see: all or none. Raises NotAllowed."""
    require(actor, Permission.BACKGROUND_READ)
    return select(PublicReport)


def found(actor: Actor, asked: Asked) -> Select[PublicReport]:
    """The reports that fit: every word begins a word of the report, and every filter holds."""
    query = visible(actor)
    words = words_of(asked.text)[:ASKED_WORDS]
    if asked.text and not words:
        return query.where(false())
    for word in words:
        # `^@` (starts with) keeps its index under row-level security; LIKE would not
        begins = select(PublicWord.report_id).where(PublicWord.word.op("^@")(word))
        query = query.where(PublicReport.id.in_(begins))
    if asked.cart:
        query = query.where(PublicReport.cart)
    if asked.group:
        of_group = select(PublicReaction.report_id).where(PublicReaction.group == asked.group)
        query = query.where(PublicReport.id.in_(of_group))
    if asked.report_type:
        query = query.where(PublicReport.report_type == asked.report_type)
    if asked.late:
        query = query.where(PublicReport.report_type == "EXP", PublicReport.days_taken > EXPEDITED_DAYS)
    return query


def page(actor: Actor, asked: Asked, *, after: str = "", size: int = SIZE) -> tuple[list[Line], int | None]:
    """`size + 1` reports after the one numbered `after`, the newest at FDA first; and how many fit (None: over 1,000).

    Raises BadInput when `after` is no report.
    """
    query = found(actor, asked)
    number = db.session.scalar(select(func.count()).select_from(query.limit(COUNTED + 1).subquery())) or 0
    if after:
        last = _place(actor, after)
        query = query.where(tuple_(PublicReport.fda_received, PublicReport.id) < tuple_(last.fda_received, last.id))
    reports = list(
        db.session.scalars(query.order_by(desc(PublicReport.fda_received), desc(PublicReport.id)).limit(size + 1))
    )
    return _lines(reports), number if number <= COUNTED else None


def whole(actor: Actor, primary_id: int) -> Whole:
    """One report by its primaryid. Raises NotFound."""
    report = _report(actor, primary_id)
    if report is None:
        raise NotFound(f"There is no public report {primary_id}.")
    of_case = visible(actor).where(PublicReport.case_id == report.case_id).order_by(PublicReport.case_version)
    refused = select(ImportRefusal).where(
        ImportRefusal.primary_id == report.primary_id, ImportRefusal.run_id == report.run_id
    )
    return Whole(
        report,
        drugs=_of(PublicDrug, report),
        reactions=_of(PublicReaction, report),
        versions=list(db.session.scalars(of_case)),
        run=run(actor, report.run_id),
        refusals=list(db.session.scalars(refused.order_by(ImportRefusal.id))),
    )


def kept(actor: Actor) -> int:
    """How many public reports there are: what all imports have taken."""
    require(actor, Permission.BACKGROUND_READ)
    return int(db.session.scalar(select(func.coalesce(func.sum(ImportRun.cases_taken), 0))) or 0)


def latest_runs(actor: Actor, limit: int = 5) -> list[ImportRun]:
    """The newest imports, the newest first."""
    require(actor, Permission.BACKGROUND_READ)
    return list(db.session.scalars(select(ImportRun).order_by(ImportRun.started_at.desc()).limit(limit)))


def run(actor: Actor, run_id: UUID) -> ImportRun:
    """One import. Raises NotFound."""
    require(actor, Permission.BACKGROUND_READ)
    if (one := db.session.get(ImportRun, run_id)) is None:
        raise NotFound("There is no such import.")
    return one


def refusals(actor: Actor, run_id: UUID, *, after: str = "", size: int = SIZE) -> list[ImportRefusal]:
    """`size + 1` refused lines of an import after the one with the key `after`, in the order of the files."""
    query = select(ImportRefusal).where(ImportRefusal.run_id == run(actor, run_id).id)
    if after:
        try:
            query = query.where(ImportRefusal.id > UUID(after))
        except ValueError:
            raise BadInput(f'after "{after[:40]}" is no refused line of this import.', "after") from None
    return list(db.session.scalars(query.order_by(ImportRefusal.id).limit(size + 1)))


def _report(actor: Actor, primary_id: int) -> PublicReport | None:
    if primary_id > BIGGEST:
        return None
    return db.session.scalars(visible(actor).where(PublicReport.primary_id == primary_id)).one_or_none()


def _place(actor: Actor, after: str) -> PublicReport:
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 20 else 0
    if (last := _report(actor, number)) is None:
        raise BadInput(f'after "{after[:40]}" is no public report; begin the list anew.', "after")
    return last


def _of(kind: type[Part], report: PublicReport) -> list[Part]:
    return list(db.session.scalars(select(kind).where(kind.report_id == report.id).order_by(kind.id)))


def _lines(reports: Sequence[PublicReport]) -> list[Line]:
    """The first product and reaction of each report, and how many there are: one statement for each."""
    lines = {report.id: Line(report) for report in reports}
    drug, reaction, dose = PublicDrug, PublicReaction, aliased(PublicDrug)
    products = select(func.count(dose.seq.distinct())).where(dose.report_id == drug.report_id).scalar_subquery()
    first_drugs = (
        select(drug.report_id, drug.name, drug.product, products)
        .where(drug.report_id.in_(lines))
        .ext(distinct_on(drug.report_id))
        .order_by(drug.report_id, (drug.product == "").asc(), (drug.role != "PS").asc(), drug.id)
    )
    for key, name, product, number in db.session.execute(first_drugs):
        lines[key].product, lines[key].cart_product, lines[key].products = name, product, number
    first_reactions = (
        select(reaction.report_id, reaction.term, func.count().over(partition_by=reaction.report_id))
        .where(reaction.report_id.in_(lines))
        .ext(distinct_on(reaction.report_id))
        .order_by(reaction.report_id, (reaction.group == "").asc(), reaction.id)
    )
    for key, term, number in db.session.execute(first_reactions):
        lines[key].reaction, lines[key].reactions = term, number
    return list(lines.values())
