"""Findings asked in plain JSON: what is known of a site on a day, and how each requirement stands. No database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from rems.certification import rules
from rems.certification.facts import Invoked, Member, Piece, Representative, SiteFacts
from rems.cli.asked import DAY, catalogue
from rems.cli.facts import of_object, read
from rems.core.errors import BadInput
from rems.programs.rules import EvidenceKind, Program
from rems.sites.rules import StaffRole

SITE = "site"
NO_DAY = {"type": ["string", "null"], "format": "date", "default": None}
TEXT = {"type": "string", "default": ""}


def schema() -> dict[str, Any]:
    programs = catalogue().programs
    member = of_object(
        "A person who works at the site on the day",
        {
            "name": {"type": "string", "description": "the name, by which evidence is about the person"},
            "role": {"type": "string", "enum": [r.value for r in StaffRole], "description": "what the person does"},
            "from_on": {**DAY, "description": "the first day at the site, such as 2018-01-08"},
        },
        ("name", "role", "from_on"),
    )
    signer = of_object(
        "The authorized representative of the day",
        {
            "name": {"type": "string", "description": "the name, as among the staff"},
            "since": {**DAY, "description": "the day of the designation, such as 2018-04-02"},
            "former": {**TEXT, "description": "the name of the representative before; empty if there was none"},
        },
        ("name", "since"),
    )
    piece = of_object(
        "A piece of evidence",
        {
            "kind": {"type": "string", "enum": [k.value for k in EvidenceKind], "description": "what it shows"},
            "about": {
                **TEXT,
                "default": SITE,
                "description": f'"{SITE}", the name of a person, or the number of an infusion or of a patient',
            },
            "holds_on": {**DAY, "description": "the day from which it holds, such as 2021-12-06"},
            "until_on": {**NO_DAY, "description": "the last day on which it is in force; null: no end is known"},
            "patient": {**TEXT, "description": "for an infusion: the number of the patient"},
            "summary": {**TEXT, "description": "what it says, in a sentence"},
        },
        ("kind", "holds_on"),
    )
    relied = of_object(
        "An exception that the site relies on",
        {
            "code": {
                "type": "string",
                "enum": sorted({e.code for p in programs.values() for e in p.exceptions}),
                "description": "the code of the exception",
            },
            "from_on": {**DAY, "description": "the first day on which the site relies on it, such as 2021-12-10"},
            "until_on": {**NO_DAY, "description": "the last such day; null: until it says otherwise"},
        },
        ("code", "from_on"),
    )
    return of_object(
        "Findings of a site under a program on a day",
        {
            "program": {"type": "string", "enum": sorted(programs), "description": "the code of a program"},
            "on": {**DAY, "description": "the day that is asked about, such as 2021-12-15"},
            "staff": {"type": "array", "items": member, "default": [], "description": "who works at the site"},
            "representative": {**signer, "type": ["object", "null"], "default": None, "description": "who signs"},
            "evidence": {"type": "array", "items": piece, "default": [], "description": "what the site has to show"},
            "doses": {
                "type": "integer",
                "minimum": 0,
                "maximum": 10_000,
                "default": 0,
                "description": "doses of tocilizumab on hand",
            },
            "certified_on": {**NO_DAY, "description": "the day of the newest certificate"},
            "exceptions": {"type": "array", "items": relied, "default": [], "description": "exceptions in use"},
        },
        ("program", "on"),
    )


def findings(given: Any) -> dict[str, Any]:
    """How each requirement of the version in force stands, with the evidence that decided it, counted from 1."""
    known = read(given, schema())
    program, on = catalogue().programs[known["program"]], known["on"]
    version, relied = program.version_on(on), _invoked(known["exceptions"], program)
    if version is None:
        said = f"{program.title} has no version in force on {on}; it asks nothing on this day"
        return {"answer": [], "steps": [said], "source": program.title}
    cited = dict.fromkeys(code for r in version.requirements for code in r.sources)
    found = rules.findings(version, _facts(known, on, rules.asked_since(program, version), relied), on)
    return {
        "answer": [
            {
                "code": f.requirement.code,
                "title": f.requirement.title,
                "state": f.state.value,
                "why": f.why,
                "until_on": f.until.isoformat() if f.until else None,
                "evidence": [key.int for key in f.facts],
                "verified": f.requirement.confidence.verified,
            }
            for f in found
        ],
        "steps": [
            f"In force on {on}: {program.title}, version {version.version}, from {version.effective_from}",
            rules.counted(found),
        ],
        "source": "; ".join(catalogue().sources[code].title for code in cited) or program.title,
    }


def _facts(
    known: Mapping[str, Any], on: date, asked_since: Mapping[str, date], relied: tuple[Invoked, ...]
) -> SiteFacts:
    """The facts as rules read them: what holds on the day, as the database would give it."""
    who = known["representative"]
    pieces = _pieces(known["evidence"], on)
    infused = [p.holds_on for p in pieces if p.kind is EvidenceKind.INFUSION]
    return SiteFacts(
        _key(SITE),
        evidence=pieces,
        staff=tuple(
            Member(_key(m["name"]), m["name"], StaffRole(m["role"]), m["from_on"])
            for m in known["staff"]
            if m["from_on"] <= on
        ),
        representative=Representative(_key(who["name"]), **who) if who and who["since"] <= on else None,
        doses=known["doses"],
        certified_on=known["certified_on"],
        last_infused_on=max(infused, default=None),
        asked_since=asked_since,
        invoked=relied,
    )


def _pieces(given: Sequence[Mapping[str, Any]], on: date) -> tuple[Piece, ...]:
    """Those in force on the day, each with its number in the list as its key."""
    return tuple(
        Piece(
            EvidenceKind(one["kind"]),
            _key(one["about"]),
            one["holds_on"],
            one["until_on"],
            one["summary"],
            one["patient"] or one["about"],
            _key(one["patient"]) if one["patient"] else None,
            UUID(int=number),
        )
        for number, one in enumerate(given, 1)
        if one["holds_on"] <= on and (one["until_on"] is None or on <= one["until_on"])
    )


def _invoked(given: Sequence[Mapping[str, Any]], program: Program) -> tuple[Invoked, ...]:
    known = {e.code: e for e in program.exceptions}
    for one in given:
        if one["code"] not in known:
            has = ", ".join(known) or "none"
            raise BadInput(f"{one['code']} is no exception of {program.title}; it has {has}.", "exceptions")
    return tuple(Invoked(known[one["code"]], one["from_on"], one["until_on"]) for one in given)


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_OID, name)
