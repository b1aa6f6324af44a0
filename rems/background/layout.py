"""What a line of each FAERS file holds, one attribute per column: the rows and how each column is read. Pure.

Source: FDA's "ASC_NTS", the description of the quarterly data extract, October 2022.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import Annotated, Any, get_args, get_type_hints

BIGGEST, SMALL = 2**63 - 1, 2**31 - 1


class Kind(StrEnum):
    DEMO = "DEMO"
    DRUG = "DRUG"
    REAC = "REAC"
    OUTC = "OUTC"
    INDI = "INDI"
    THER = "THER"
    RPSR = "RPSR"


class Broken(Exception):
    """A line or a field is not what it should be; the message completes "line 5 …"."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day that may be partial: a year, or a year and a month."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def on(self) -> date | None:
        """The calendar day; None when it is partial."""
        return date(self.year, self.month, self.day) if self.month and self.day else None

    def __str__(self) -> str:
        """`2014-12-26`, `2014-12` or `2014`."""
        return "-".join(f"{part:0{size}}" for part, size in ((self.year, 4), (self.month, 2), (self.day, 2)) if part)


def text(field: str) -> str:
    return field.strip()


def needed(field: str) -> str:
    """Text that may not be blank: it is all the line says."""
    if not (found := field.strip()):
        raise Broken("is blank")
    return found


def number(field: str) -> str:
    """A number as it is written, without a trailing `.0`; what is no number stays as it is."""
    found = field.strip()
    head, dot, tail = found.partition(".")
    return head if dot and head.isdigit() and not tail.strip("0") else found


def whole(field: str) -> int:
    """A whole number above zero that fits eight bytes; `12.0` is 12."""
    found = number(field)
    if not (found.isascii() and found.isdigit() and len(found) < 20 and 0 < int(found) <= BIGGEST):
        raise Broken(f'is "{found[:40]}", expected a whole number')
    return int(found)


def count(field: str) -> int:
    """A whole number above zero that fits four bytes: a version, the number of a drug."""
    if (found := whole(field)) > SMALL:
        raise Broken(f'is "{found}", expected a whole number up to {SMALL:,}')
    return found


@lru_cache(maxsize=4096)
def day(field: str) -> Day | None:
    """YYYYMMDD, YYYYMM or YYYY, also written `20141226.0`; None for a blank."""
    found = number(field)
    if not found:
        return None
    try:
        if not (found.isascii() and found.isdigit() and len(found) in (4, 6, 8)):
            raise ValueError(found)
        parts = [int(found[:4]), *(int(found[at : at + 2]) for at in range(4, len(found), 2))]
        date(*(parts + [1, 1])[:3])
    except ValueError:
        raise Broken(f'is "{found[:40]}", expected a day as YYYYMMDD, YYYYMM or YYYY') from None
    return Day(*parts)


@dataclass(frozen=True)
class Column:
    """A column by its name: how it is read, the quarter it came in, and what it was called before."""

    name: str
    read: Callable[[str], object] = text
    since: str = ""
    was: tuple[str, ...] = ()


PrimaryId = Annotated[int, Column("primaryid", whole)]
CaseId = Annotated[int, Column("caseid", whole)]


@dataclass(frozen=True, slots=True)
class Demo:
    """The report: one version of one case."""

    line_no: int
    primary_id: PrimaryId
    case_id: CaseId
    case_version: Annotated[int, Column("caseversion", count)]
    initial_or_follow_up: Annotated[str, Column("i_f_code", was=("i_f_cod",))]
    event: Annotated[Day | None, Column("event_dt", day)]
    mfr_received: Annotated[Day | None, Column("mfr_dt", day)]
    fda_first_received: Annotated[Day | None, Column("init_fda_dt", day, was=("init_fda_date",))]
    fda_received: Annotated[Day | None, Column("fda_dt", day)]
    report_type: Annotated[str, Column("rept_cod")]
    authority_number: Annotated[str, Column("auth_num", since="2014Q3")]
    manufacturer_number: Annotated[str, Column("mfr_num")]
    manufacturer: Annotated[str, Column("mfr_sndr")]
    literature: Annotated[str, Column("lit_ref", since="2014Q3")]
    age: Annotated[str, Column("age", number)]
    age_unit: Annotated[str, Column("age_cod")]
    age_group: Annotated[str, Column("age_grp", since="2014Q3")]
    sex: Annotated[str, Column("sex", was=("gndr_cod",))]
    electronic: Annotated[str, Column("e_sub")]
    weight: Annotated[str, Column("wt", number)]
    weight_unit: Annotated[str, Column("wt_cod")]
    sent: Annotated[Day | None, Column("rept_dt", day)]
    to_manufacturer: Annotated[str, Column("to_mfr")]
    reporter: Annotated[str, Column("occp_cod")]
    reporter_country: Annotated[str, Column("reporter_country")]
    country: Annotated[str, Column("occr_country")]


@dataclass(frozen=True, slots=True)
class Drug:
    """A product named in a report."""

    line_no: int
    primary_id: PrimaryId
    case_id: CaseId
    seq: Annotated[int, Column("drug_seq", count)]
    role: Annotated[str, Column("role_cod")]
    name: Annotated[str, Column("drugname")]
    ingredient: Annotated[str, Column("prod_ai", since="2014Q3")]
    name_source: Annotated[str, Column("val_vbm", number)]
    route: Annotated[str, Column("route")]
    dose: Annotated[str, Column("dose_vbm")]
    cumulative_dose: Annotated[str, Column("cum_dose_chr", number)]
    cumulative_unit: Annotated[str, Column("cum_dose_unit", was=("cum_dos_unit",))]
    dechallenge: Annotated[str, Column("dechal")]
    rechallenge: Annotated[str, Column("rechal")]
    lot: Annotated[str, Column("lot_num")]
    expires: Annotated[str, Column("exp_dt", number)]
    application: Annotated[str, Column("nda_num", number)]
    amount: Annotated[str, Column("dose_amt", number)]
    unit: Annotated[str, Column("dose_unit")]
    form: Annotated[str, Column("dose_form")]
    frequency: Annotated[str, Column("dose_freq")]


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction term (MedDRA preferred term as FDA published it)."""

    line_no: int
    primary_id: PrimaryId
    case_id: CaseId
    term: Annotated[str, Column("pt", needed)]
    recurred: Annotated[str, Column("drug_rec_act", since="2014Q3")]


@dataclass(frozen=True, slots=True)
class Outcome:
    line_no: int
    primary_id: PrimaryId
    case_id: CaseId
    code: Annotated[str, Column("outc_cod", needed)]


@dataclass(frozen=True, slots=True)
class Indication:
    """What a product was given for; `seq` is the product's."""

    line_no: int
    primary_id: PrimaryId
    case_id: CaseId
    seq: Annotated[int, Column("indi_drug_seq", count)]
    term: Annotated[str, Column("indi_pt", needed)]


@dataclass(frozen=True, slots=True)
class Therapy:
    """When a product was given; `seq` is the product's. A product stopped and begun again has two."""

    line_no: int
    primary_id: PrimaryId
    case_id: CaseId
    seq: Annotated[int, Column("dsg_drug_seq", count)]
    began: Annotated[Day | None, Column("start_dt", day)]
    ended: Annotated[Day | None, Column("end_dt", day)]
    lasted: Annotated[str, Column("dur", number)]
    lasted_unit: Annotated[str, Column("dur_cod")]


@dataclass(frozen=True, slots=True)
class Source:
    line_no: int
    primary_id: PrimaryId
    case_id: CaseId
    code: Annotated[str, Column("rpsr_cod", needed)]


Row = Demo | Drug | Reaction | Outcome | Indication | Therapy | Source
ROWS: Mapping[Kind, type[Row]] = {
    Kind.DEMO: Demo,
    Kind.DRUG: Drug,
    Kind.REAC: Reaction,
    Kind.OUTC: Outcome,
    Kind.INDI: Indication,
    Kind.THER: Therapy,
    Kind.RPSR: Source,
}


@cache
def columns(kind: Kind) -> tuple[Column, ...]:
    """The columns of a file in the order of its row's attributes, read off their annotations."""
    hints: Mapping[str, Any] = get_type_hints(ROWS[kind], include_extras=True)
    return tuple(part for hint in hints.values() for part in get_args(hint)[1:] if isinstance(part, Column))
