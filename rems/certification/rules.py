"""Whether a site met each requirement of a program version on a day, and the fact that decides it. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from rems.certification.aging import counting
from rems.certification.facts import Answer, FindingState, Handover, Invoked, Member, Piece, Representative, SiteFacts
from rems.certification.occasions import SOON_DAYS, on_occasion
from rems.certification.used import pieces_used
from rems.certification.words import done, full_stop, listed, long_day, plural
from rems.programs.rules import Ask, EvidenceKind, Program, Requirement, Stage, Version

__all__ = [  # words of the files beside this one, so that other floors need one import
    "Finding",
    "FindingState",
    "Handover",
    "Invoked",
    "Member",
    "Piece",
    "Representative",
    "SiteFacts",
    "asked_since",
    "asks_for_certification",
    "counted",
    "exception_for",
    "findings",
    "gaps",
    "to_become_certified",
]

YEAR_DAYS = 365
_MET = frozenset({FindingState.MET, FindingState.MET_BY_EXCEPTION, FindingState.DUE_SOON})
_NO_DUTY = {
    Ask.SPONSOR: "The sponsor's duty; it is not asked of the site.",
    Ask.LABEL: "Advice of the label; it is shown and never held against the site.",
}


@dataclass(frozen=True)
class Finding:
    """The state of one requirement for one site on one day. `why` is a sentence that names the fact.

    `until`: the last day on which what meets it is in force (None: no end is known). `facts`: the keys of the records
    that decided it.
    """

    requirement: Requirement
    state: FindingState
    why: str
    until: date | None = None
    facts: tuple[UUID, ...] = ()

    @property
    def met(self) -> bool:
        """Met, also by an exception or not for long. What is not asked is neither met nor a gap."""
        return self.state in _MET

    @property
    def gap(self) -> bool:
        """Asked, and not met."""
        return self.state is FindingState.NOT_MET


def findings(version: Version, facts: SiteFacts, on: date) -> tuple[Finding, ...]:
    """One finding for each requirement of the version, in its order."""
    return tuple(_finding(r, version, facts, on) for r in version.requirements)


def _finding(asked: Requirement, version: Version, facts: SiteFacts, on: date) -> Finding:
    facts, too_old = counting(asked, version, facts, on)
    state, why = _answer(asked, version, facts, on)
    if state is FindingState.NOT_MET and too_old:
        why = f"{why} {too_old}"
    if state in (FindingState.NOT_ASKED, FindingState.WAIVED):
        return Finding(asked, state, why)
    used = pieces_used(asked, facts)
    until = min((p.until_on for p in used if p.until_on), default=None) if state in _MET else None
    return Finding(asked, state, why, until, tuple(p.id for p in used if p.id))


def gaps(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """What was asked and not met."""
    return tuple(f for f in found if f.gap)


def to_become_certified(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that stand before a certificate."""
    return tuple(f for f in found if f.requirement.stage is Stage.BECOME_CERTIFIED)


def asks_for_certification(version: Version) -> bool:
    """Whether a version has requirements that a site meets to become certified; labeling alone has none."""
    return any(r.stage is Stage.BECOME_CERTIFIED and r.ask not in _NO_DUTY for r in version.requirements)


def asked_since(program: Program, version: Version) -> dict[str, date]:
    """From which day on each requirement of a version has been asked, in this version and those right before it."""
    begun = {r.code: version.effective_from for r in version.requirements}
    going_on, first = set(begun), version.effective_from
    while going_on and (before := program.version_on(first - timedelta(days=1))):
        going_on &= {r.code for r in before.requirements}
        first = before.effective_from
        begun |= dict.fromkeys(going_on, first)
    return begun


def _answer(asked: Requirement, version: Version, facts: SiteFacts, on: date) -> Answer:
    if asked.ask in _NO_DUTY:
        return FindingState.NOT_ASKED, _NO_DUTY[asked.ask]
    relied = [one for one in facts.invoked if one.holds(on)]
    if waived := next((one for one in relied if asked.code in one.exception.waives), None):
        return FindingState.WAIVED, f"Not asked while the site relies on: {full_stop(waived.exception.title)}"
    if asked.ask is Ask.DOSES_ON_SITE:
        return _doses(version, facts, relied)
    return _RULES[asked.ask](asked, facts, on)


def exception_for(version: Version, invoked: Sequence[Invoked], on: date) -> Invoked | None:
    """The exception in use on a day that gives another rule in the place of the version's own for tocilizumab."""
    code = version.tocilizumab.code
    return next(
        (one for one in invoked if one.holds(on) and one.exception.replaces == code and one.exception.rule), None
    )


def _doses(version: Version, facts: SiteFacts, relied: Sequence[Invoked]) -> Answer:
    needed = version.tocilizumab.doses
    if not needed:
        return FindingState.NOT_ASKED, "No stock of tocilizumab is a condition on this day."
    on_hand = f"{plural(facts.doses, 'dose')} on hand for {facts.weight_kg} kg"
    why = f"{on_hand}; {needed} {'is' if needed == 1 else 'are'} asked for."
    if facts.doses >= needed:
        return FindingState.MET, why
    for one in relied:
        rule = one.exception.rule
        if rule and one.exception.replaces == version.tocilizumab.code:
            under = f"{why} By exception {rule.doses} {'is' if rule.doses == 1 else 'are'} enough"
            said = f"{under}: {one.exception.title}, in use since {long_day(one.from_on)}."
            return (FindingState.MET_BY_EXCEPTION if facts.doses >= rule.doses else FindingState.NOT_MET), said
    return FindingState.NOT_MET, why


def _site_has(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    if asked.evidence is EvidenceKind.REPRESENTATIVE_DESIGNATED:
        return _designated(facts)
    found = facts.newest(asked.evidence, facts.site_id)
    if found is None:
        return FindingState.NOT_MET, "No record is in force on this day."
    return _in_force(found, full_stop(found.summary or f"Since {long_day(found.holds_on)}"), on)


def _designated(facts: SiteFacts) -> Answer:
    if who := facts.representative:
        return FindingState.MET, f"{who.name}, since {long_day(who.since)}."
    if facts.left:
        return FindingState.NOT_MET, f"{facts.left} works at the site no more, and nobody was designated since."
    return FindingState.NOT_MET, "Nobody is designated on this day."


def _representative_has(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    who = facts.representative
    if who is None:
        return FindingState.NOT_MET, "Nobody is designated on this day, so nobody has done it."
    found = facts.newest(asked.evidence, who.id)
    if found is None:
        return (
            FindingState.NOT_MET,
            f"No {done(asked.evidence)[1]} for {who.name}, representative since {long_day(who.since)}.",
        )
    return _in_force(found, full_stop(found.summary or f"{who.name}, {long_day(found.holds_on)}"), on)


def _each_staff_has(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    people = facts.relevant_staff
    if not people:
        return FindingState.NOT_MET, "Nobody who prescribes, dispenses or administers is recorded for this day."
    newest = {m.id: facts.newest(asked.evidence, m.id) for m in people}
    ended = [p for p in newest.values() if p and p.until_on and (p.until_on - on).days <= SOON_DAYS]
    missing = [m for m in people if newest[m.id] is None]
    state, noun = done(asked.evidence)
    counted = f"{len(people) - len(missing):,} of {len(people):,} {state}."
    if missing:
        names = [f"{m.name}, {_role(m)} since {long_day(m.from_on)}" for m in missing]
        return FindingState.NOT_MET, f"{counted} No {noun} for {listed(names)}."
    if ended:
        first = min(p.until_on for p in ended if p.until_on)
        return FindingState.DUE_SOON, f"{counted} The first of them expires {long_day(first)}."
    return FindingState.MET, counted


def _role(member: Member) -> str:
    return member.role.replace("_", " ")


def _each_infusion_has(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    given = _infusions(asked, facts, on)
    have = {p.about for p in facts.of(asked.evidence)}
    missing = [f"{i.label or 'a patient'}, infused {long_day(i.holds_on)}" for i in given if i.about not in have]
    return _each(asked, len(given), missing, "infusion")


def _each_patient_has(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    patients = {i.patient_id: i for i in _infusions(asked, facts, on) if i.patient_id}
    have = {p.about for p in facts.of(asked.evidence)}
    missing = [
        f"{i.label or 'a patient'}, infused {long_day(i.holds_on)}" for key, i in patients.items() if key not in have
    ]
    return _each(asked, len(patients), missing, "infused patient")


def _infusions(asked: Requirement, facts: SiteFacts, on: date) -> list[Piece]:
    """The infusions of the 365 days before, as far as the requirement was asked then."""
    since = facts.asked_since.get(asked.code, date.min)
    return [
        p for p in facts.of(EvidenceKind.INFUSION) if 0 <= (on - p.holds_on).days < YEAR_DAYS and p.holds_on >= since
    ]


def _each(asked: Requirement, whole: int, missing: Sequence[str], what: str) -> Answer:
    state, noun = done(asked.evidence)
    if not whole:
        return FindingState.NOT_ASKED, f"No {what} in the {YEAR_DAYS} days before."
    begin = f"{plural(whole, what)} in the {YEAR_DAYS} days before"
    if missing:
        have = "none" if len(missing) == whole else f"{whole - len(missing):,}"
        return FindingState.NOT_MET, f"{begin}, {have} of them {state}. No {noun} for {listed(missing)}."
    return FindingState.MET, f"{begin}, {'' if whole == 1 else 'all '}{state}."


def _each_case_has(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    """A case is known here by its report, so each known one has it; that of another day is found by an audit."""
    cases = [p for p in facts.of(asked.evidence) if 0 <= (on - p.holds_on).days < YEAR_DAYS]
    if not cases:
        return FindingState.NOT_ASKED, f"No such event is known in the {YEAR_DAYS} days before."
    all_ = {1: "it was reported", 2: "both were reported"}.get(len(cases), "all were reported")
    return FindingState.MET, f"{plural(len(cases), 'such event')} in the {YEAR_DAYS} days before; {all_}."


def _in_force(found: Piece, why: str, on: date) -> Answer:
    """Met; due soon when the evidence ends within a month."""
    if found.until_on and (found.until_on - on).days <= SOON_DAYS:
        return FindingState.DUE_SOON, f"{why} In force until {long_day(found.until_on)}."
    return FindingState.MET, why


_RULES: dict[Ask, Callable[[Requirement, SiteFacts, date], Answer]] = {
    Ask.SITE_HAS: _site_has,
    Ask.REPRESENTATIVE_HAS: _representative_has,
    Ask.EACH_STAFF_HAS: _each_staff_has,
    Ask.EACH_INFUSION_HAS: _each_infusion_has,
    Ask.EACH_PATIENT_HAS: _each_patient_has,
    Ask.EACH_CASE_HAS: _each_case_has,
    Ask.EVENT_DRIVEN: on_occasion,
}


def counted(found: Sequence[Finding]) -> str:
    """Of 16 requirements 11 are met, 1 is met by exception, 2 have a gap and 2 are not asked."""
    by = Counter(f.state for f in found)
    words = [
        (by[FindingState.MET] + by[FindingState.DUE_SOON], "is met", "are met"),
        (by[FindingState.MET_BY_EXCEPTION], "is met by exception", "are met by exception"),
        (by[FindingState.NOT_MET], "has a gap", "have a gap"),
        (by[FindingState.WAIVED], "is waived", "are waived"),
        (by[FindingState.NOT_ASKED], "is not asked", "are not asked"),
    ]
    parts = [f"{number:,} {one if number == 1 else many}" for number, one, many in words if number]
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Of {plural(len(found), 'requirement')} {said}."
