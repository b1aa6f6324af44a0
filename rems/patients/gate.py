"""The gate before an infusion: from the facts of one day to a yes, or to what is missing and who can mend it. Pure."""

from rems.patients.gate_values import Check, Found, Gate, GateFacts, Mend, Receipt, Rescue
from rems.patients.rules import CARDS, DEFERRAL_QUESTIONS, FactKind, said
from rems.programs.rules import Ask, EvidenceKind, Stage, Stop, Version
from rems.sites.rules import StaffRole

__all__ = [  # the values of the gate are at hand here too
    "CARD_OF",
    "Check",
    "Found",
    "Gate",
    "GateFacts",
    "Mend",
    "Receipt",
    "Rescue",
    "asks_before_infusion",
    "gate",
]

# What a site is asked before it may infuse; sponsor's duties, labeled advice and later cases are not.
_ASKED = frozenset(
    {
        Ask.SITE_HAS,
        Ask.REPRESENTATIVE_HAS,
        Ask.EACH_STAFF_HAS,
        Ask.DOSES_ON_SITE,
        Ask.EACH_INFUSION_HAS,
        Ask.EACH_PATIENT_HAS,
    }
)
_BEFORE = frozenset({Stage.BECOME_CERTIFIED, Stage.BEFORE_ADMINISTRATION})
CARD_OF: dict[EvidenceKind, FactKind] = {
    EvidenceKind.WALLET_CARD: FactKind.WALLET_CARD,
    EvidenceKind.ALERT_CARD: FactKind.ALERT_CARD,
}


def asks_before_infusion(version: Version | None) -> bool:
    """Does a version ask anything of a site before it infuses? None (not in force) asks nothing."""
    return version is not None and any(r.ask in _ASKED and r.stage in _BEFORE for r in version.requirements)


def gate(facts: GateFacts) -> Gate:
    """Every check of the day, in the order of consequence, and whether all that stop are met.

    A weight older than `fresh_days` warns; the other checks stop while the program asks. The deferral questions must be
    answered anew when the answers are older than that. A second infusion of the same patient is always stopped.
    """
    asks = asks_before_infusion(facts.rules)
    found = [*_site(facts), *_rescue(facts), *_patient(facts), _product(facts)]
    if not asks:
        found = [
            _as_advice(c)
            for c in found
            if c.code not in ("certified", "rescue") and not c.code.startswith(("training:", "finding:"))
        ]
    if facts.infused_on:
        why = f"{facts.number} was infused on {said(facts.infused_on)}; a second infusion is not recorded here."
        found.insert(0, Check("infused", "Not infused yet", why, False, True))
    checks = tuple(found)
    missing = [c for c in checks if not c.met and c.stop]
    return Gate(checks, not missing, _sentence(facts, checks, asks), asks)


def _as_advice(check: Check) -> Check:
    return Check(check.code, check.title, check.why, check.met, False, check.mend, check.who)


def _sentence(facts: GateFacts, checks: tuple[Check, ...], asks: bool) -> str:
    stops = sum(not c.met and c.stop for c in checks)
    warns = sum(not c.met and not c.stop for c in checks)
    if stops:
        verb = "is" if stops == 1 else "are"
        also = f", and {warns} {'is a warning' if warns == 1 else 'are warnings'}" if warns else ""
        return f"{stops} of {len(checks)} checks {verb} missing{also}."
    if not asks:
        why = facts.not_in_force or f"{facts.program} asks nothing of a site before an infusion."
        open_ = f" {warns} of {len(checks)} are open." if warns else ""
        return f"{why} What follows is advice and stops nothing.{open_}"
    also = f", {warns} with a warning" if warns else ""
    return f"All {len(checks)} checks were looked at{also}; none stops the infusion."


def _site(facts: GateFacts) -> list[Check]:
    who = (StaffRole.COORDINATOR,)
    title = f"Site certified on {said(facts.on)}"
    certified = Check("certified", title, facts.certified_why, facts.certified, True, Mend.CERTIFICATION, who, True)
    trained = [_of_rule(f"training:{t.code}", t, Mend.TRAINING) for t in facts.training]
    others = [_of_rule(f"finding:{f.code}", f, Mend.CERTIFICATION) for f in facts.open_findings]
    return [certified, *trained, *others]


def _of_rule(code: str, found: Found, mend: Mend) -> Check:
    """A requirement of the program: whether it stops or warns is what its data say."""
    return Check(code, found.title, found.why, found.met, found.stop, mend, (StaffRole.COORDINATOR,), found.stop)


def _rescue(facts: GateFacts) -> list[Check]:
    need = facts.rescue.needed
    if not need:
        return []
    count = {1: "One dose", 2: "Two doses"}.get(need, f"{need} doses")
    title = f"{count} of tocilizumab for this patient"
    if facts.weight_kg is None:
        why = "The dose depends on the weight, and no weight is recorded."
        return [Check("rescue", title, why, False, facts.rescue.stop, Mend.WEIGHT, (StaffRole.NURSE,))]
    held = f" {facts.rescue.held} held for {facts.number}." if facts.rescue.held else ""
    why = " ".join(filter(None, [facts.rescue.words + held, facts.rescue.further]))
    met = facts.rescue.possible >= need
    stop = facts.rescue.stop
    return [Check("rescue", title, why, met, stop, Mend.STOCK, (StaffRole.PHARMACIST,), stop)]


def _patient(facts: GateFacts) -> list[Check]:
    return [_weight(facts), *_cards(facts), _consent(facts), _deferral(facts)]


def _weight(facts: GateFacts) -> Check:
    title, nurse = f"Weight not older than {facts.fresh_days} days", (StaffRole.NURSE,)
    if facts.weight_kg is None or facts.weighed_on is None:
        return Check("weight", title, "No weight is recorded.", False, True, Mend.WEIGHT, nurse)
    days = (facts.on - facts.weighed_on).days
    fresh = days <= facts.fresh_days
    age = "" if fresh else f", {days} days before; weigh again"
    return Check(
        "weight", title, f"{facts.weight_kg} kg on {said(facts.weighed_on)}{age}.", fresh, False, Mend.WEIGHT, nurse
    )


def _cards(facts: GateFacts) -> list[Check]:
    """The cards that the version asks for; where it asks for none, the wallet card is advice."""
    rules = facts.rules.requirements if facts.rules else ()
    asked = {CARD_OF[r.evidence]: r.stop is Stop.LEGAL_STOP for r in rules if r.evidence in CARD_OF}
    checks = []
    for kind in asked or (FactKind.WALLET_CARD,):
        given = facts.cards.get(kind)
        why = f"Given on {said(given)}." if given else "Not recorded as given."
        checks.append(
            Check(
                kind,
                f"{CARDS[kind]} given",
                why,
                given is not None,
                asked.get(kind, False),
                Mend.CARD,
                (StaffRole.NURSE, StaffRole.PHYSICIAN),
                asked.get(kind, False),
            )
        )
    return checks


def _consent(facts: GateFacts) -> Check:
    why = f"Given on {said(facts.consented_on)}." if facts.consented_on else "No consent to treatment is in force."
    met = facts.consented_on is not None
    return Check("consent", "Consent to treatment", why, met, True, Mend.CONSENT, (StaffRole.PHYSICIAN,))


def _deferral(facts: GateFacts) -> Check:
    title, physician = "No reason to defer", (StaffRole.PHYSICIAN,)
    if facts.deferral is None or facts.deferral_on is None:
        names = ", ".join(q.lower() for q in DEFERRAL_QUESTIONS.values())
        why = f"Not answered: {names}. Four questions, one minute."
        return Check("deferral", title, why, False, True, Mend.DEFERRAL, physician)
    if found := [
        DEFERRAL_QUESTIONS[code] for code, yes in facts.deferral.items() if yes and code in DEFERRAL_QUESTIONS
    ]:
        why = f"{'; '.join(found)} (answered on {said(facts.deferral_on)}): the physician decides when to infuse."
        return Check("deferral", title, why, False, True, Mend.DEFERRAL, physician)
    if (facts.on - facts.deferral_on).days > facts.fresh_days:
        why = f"Answered on {said(facts.deferral_on)}, more than {facts.fresh_days} days before; ask again."
        return Check("deferral", title, why, False, True, Mend.DEFERRAL, physician)
    why = f"All four answered no on {said(facts.deferral_on)}."
    return Check("deferral", title, why, True, True, Mend.DEFERRAL, physician)


def _product(facts: GateFacts) -> Check:
    got, title, who = facts.receipt, "Product is this patient's", (StaffRole.CELL_THERAPIST, StaffRole.PHARMACIST)
    if got is None:
        return Check("product", title, "No product is received for this patient.", False, True, Mend.PRODUCT, who)
    bags = "1 bag" if got.bags == 1 else f"{got.bags} bags"
    seen = f"{got.product}, chain of identity {got.identity}, lot {got.lot}, {bags}"
    if got.product != facts.product:
        why = f"{seen}: the patient is enrolled for {facts.product}."
        return Check("product", title, why, False, True, Mend.PRODUCT, who)
    if got.expires_on < facts.on:
        why = f"{seen}: it expired on {said(got.expires_on)}."
        return Check("product", title, why, False, True, Mend.PRODUCT, who)
    return Check("product", title, f"{seen}, use by {said(got.expires_on)}.", True, True, Mend.PRODUCT, who)
