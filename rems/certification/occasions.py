"""Requirements that are asked only when something happened: a new representative, a pause, an audit. Pure."""

from collections.abc import Callable
from datetime import date, timedelta

from rems.certification.facts import Answer, FindingState, SiteFacts
from rems.certification.words import full_stop, listed, long_day, plural
from rems.programs.rules import EvidenceKind, Quantity, Requirement, Unit

SOON_DAYS = 30
LIMIT = "inactivity_limit"


def on_occasion(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    """The answer for one requirement of this sort; the kind of its evidence says which occasion it is about."""
    rule = _RULES.get(asked.evidence) if asked.evidence else None
    return (rule or _when_recorded)(asked, facts, on)


def _when_recorded(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    if found := facts.newest(asked.evidence, facts.site_id):
        return FindingState.MET, full_stop(found.summary or f"Recorded {long_day(found.holds_on)}")
    return FindingState.NOT_ASKED, "Nothing is recorded that would ask for it."


def _new_representative(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    """A representative who followed another needs a form of their own."""
    who = facts.representative
    if who is None:
        return FindingState.NOT_ASKED, "Nobody is designated on this day."
    if not who.former:
        return FindingState.NOT_ASKED, f"Same representative since {long_day(who.since)}."
    change = f"{who.name} followed {who.former} on {long_day(who.since)}"
    if found := facts.newest(asked.evidence, who.id):
        return FindingState.MET, f"{change} and enrolled {long_day(found.holds_on)}."
    return FindingState.NOT_MET, f"{change}; the new enrollment form is missing."


def _audit(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    """Not met while a critical finding of an audit is open; each open one is named."""
    if still := facts.of(EvidenceKind.AUDIT_FINDING):
        named = listed([p.summary.rstrip(".") or f"one of {long_day(p.holds_on)}" for p in still])
        return FindingState.NOT_MET, f"{plural(len(still), 'critical audit finding')} open: {named}."
    return _when_recorded(asked, facts, on)


def _inactivity(asked: Requirement, facts: SiteFacts, on: date) -> Answer:
    """Counted anew from the certification, the last infusion and each retraining, whichever came last."""
    limit = asked.parameters.get(LIMIT)
    if not isinstance(limit, Quantity) or limit.unit in (Unit.HOURS, Unit.WORKING_DAYS):
        return FindingState.NOT_ASKED, "No limit of inactivity is established."
    starts = [day for day in (facts.certified_on, facts.last_infused_on) if day]
    if not starts:
        return FindingState.NOT_ASKED, "Counted from the certification or the last infusion; there is neither."
    active = max(starts)
    since = "Last infusion" if active == facts.last_infused_on else "No infusion since the certification"
    said = f"{since} on {long_day(active)}, {(on - active).days:,} days before"
    first_due = _after(limit, active)
    retrained = facts.newest(asked.evidence, facts.site_id)
    if on < first_due:
        if (first_due - on).days <= SOON_DAYS:
            return FindingState.DUE_SOON, f"{said}; retraining is asked from {long_day(first_due)}."
        return FindingState.NOT_ASKED, f"{said}; asked after {limit}."
    if retrained is None or retrained.holds_on <= active:
        return FindingState.NOT_MET, f"{said}; retraining has been asked since {long_day(first_due)}, none is recorded."
    again = _after(limit, retrained.holds_on)
    said = f"{said}; staff retrained {long_day(retrained.holds_on)}"
    if on >= again:
        return FindingState.NOT_MET, f"{said}, asked again since {long_day(again)}."
    return (FindingState.DUE_SOON if again - on <= timedelta(SOON_DAYS) else FindingState.MET), f"{said}."


def asked_from(asked: Requirement, facts: SiteFacts) -> date | None:
    """The day from which retraining is asked after a pause; None where nothing is counted."""
    limit = asked.parameters.get(LIMIT)
    days = [day for day in (facts.certified_on, facts.last_infused_on) if day]
    if retrained := facts.newest(asked.evidence, facts.site_id):
        days.append(retrained.holds_on)
    return limit.after(max(days)) if isinstance(limit, Quantity) and days else None


def _after(limit: Quantity, day: date) -> date:
    found = limit.after(day)
    if found is None:
        raise ValueError(f"{limit} cannot be counted from a day")
    return found


_RULES: dict[EvidenceKind, Callable[[Requirement, SiteFacts, date], Answer]] = {
    EvidenceKind.ENROLLMENT_FORM: _new_representative,
    EvidenceKind.RETRAINING: _inactivity,
    EvidenceKind.AUDIT: _audit,
}
