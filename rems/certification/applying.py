"""The application of a site: its tasks, whose turn each is, and what is submitted. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from rems.access.rules import Permission
from rems.certification import rules
from rems.certification.acts import act_row
from rems.certification.mending import Place, place_of
from rems.certification.moves import returned, waiting
from rems.certification.queries import Standing
from rems.certification.rules import Finding, FindingState
from rems.certification.states import Act
from rems.core.lens import Lens
from rems.programs.rules import Ask, EvidenceKind, Requirement, Version
from rems.sites import details
from rems.sites import queries as sites
from rems.sites.models import Site
from rems.sites.rules import PROCESSES, ROLE_WORDS


class TaskState(StrEnum):
    """How a task of the application stands."""

    DONE = "done"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    CANNOT_START = "cannot_start_yet"
    RETURNED = "returned"
    WITH_PROGRAM = "with_the_program"


class Part(StrEnum):
    """The parts of the task list, in their order."""

    REPRESENTATIVE = "Authorized representative"
    PEOPLE = "People"
    SITE = "Processes and rescue medicine"
    PROGRAM = "Looked at by the program"


@dataclass(frozen=True)
class Task:
    """One thing to do before a site can be certified. `turn` names who; `returned` is what the program asks for."""

    finding: Finding
    part: Part
    state: TaskState
    place: Place | None
    turn: str
    returned: str = ""

    @property
    def code(self) -> str:
        return self.finding.requirement.code

    @property
    def title(self) -> str:
        return self.finding.requirement.title

    @property
    def done(self) -> bool:
        """Nothing is left for the site to do before it submits; what was returned is checked by people."""
        return self.state in (TaskState.DONE, TaskState.WITH_PROGRAM, TaskState.RETURNED) and (
            not self.finding.gap or self.of_program
        )

    @property
    def of_program(self) -> bool:
        """The program records it, not the site."""
        return recorded_by_program(self.place)


BY_PROGRAM = "the program manager"


def recorded_by_program(place: Place | None) -> bool:
    """Whether what is mended there is not in the hands of the site."""
    return place is None or place.permission is Permission.SITE_CERTIFY


def tasks(standing: Standing, reasons: Mapping[str, str]) -> tuple[Task, ...]:
    """The tasks of the day; `reasons` are those of the last return, by the code of the requirement."""
    found = [f for f in rules.to_become_certified(standing.findings) if f.state is not FindingState.NOT_ASKED]
    named = any(f.met for f in found if f.requirement.evidence is EvidenceKind.REPRESENTATIVE_DESIGNATED)
    asks_for_one = any(f.requirement.evidence is EvidenceKind.REPRESENTATIVE_DESIGNATED for f in found)
    made = [_task(f, reasons.get(f.requirement.code, ""), blocked=asks_for_one and not named) for f in found]
    order = list(Part)
    return tuple(sorted(made, key=lambda t: order.index(t.part)))


def _task(finding: Finding, reason: str, *, blocked: bool) -> Task:
    asked, place = finding.requirement, place_of(finding.requirement)
    by_program = recorded_by_program(place)
    turn = BY_PROGRAM if by_program else f"the {place.who}" if place else BY_PROGRAM
    if reason:
        state = TaskState.RETURNED
    elif not finding.gap:
        state = TaskState.DONE
    elif by_program:
        state = TaskState.WITH_PROGRAM
    elif blocked and asked.ask is Ask.REPRESENTATIVE_HAS:
        state = TaskState.CANNOT_START
    elif asked.ask is Ask.EACH_STAFF_HAS and not finding.why.startswith("0 of"):
        state = TaskState.IN_PROGRESS
    else:
        state = TaskState.NOT_STARTED
    return Task(finding, _part(asked, by_program=by_program), state, place, turn, reason)


def _part(asked: Requirement, *, by_program: bool) -> Part:
    if by_program:
        return Part.PROGRAM
    if asked.ask is Ask.REPRESENTATIVE_HAS or asked.evidence is EvidenceKind.REPRESENTATIVE_DESIGNATED:
        return Part.REPRESENTATIVE
    return Part.PEOPLE if asked.ask is Ask.EACH_STAFF_HAS else Part.SITE


def asks_for_representative(version: Version | None) -> bool:
    """Whether the rules of a version know an authorized representative, who then is the one to submit."""
    return version is not None and any(
        r.evidence is EvidenceKind.REPRESENTATIVE_DESIGNATED for r in version.requirements
    )


def open_tasks(found: Sequence[Task]) -> list[Task]:
    """What the site has to do before it may submit."""
    return [t for t in found if not t.done]


def reasons_of(scope_id: UUID, acts: Sequence[Act]) -> Mapping[str, str]:
    """What the program asked to be corrected, by the code of the requirement; empty once it was submitted again."""
    last = returned(acts)
    row = act_row(scope_id, last.id) if last and last.id else None
    kept: Mapping[str, str] = row.content.get("tasks", {}) if row else {}
    return kept


def may_be_returned(scope_id: UUID, acts: Sequence[Act], found: Sequence[Task]) -> dict[str, str]:
    """The tasks that a return may name, by their codes: those of the day, and those of the application that waits."""
    last = waiting(acts)
    row = act_row(scope_id, last.id) if last and last.id else None
    asked = row.content.get("findings", {}) if row else {}
    return {t.code: t.title for t in found} | {code: one["title"] for code, one in asked.items()}


def as_submitted(site: Site, standing: Standing) -> dict[str, Any]:
    """What is submitted, as it stands on the day: statements with their wording, people, stock, processes, findings."""
    entry, lens = standing.entry, standing.lens
    version = standing.version
    before = [f for f in rules.to_become_certified(standing.findings) if f.state is not FindingState.NOT_ASKED]
    people = [p for p in details.people(site.id, lens) if p.there(lens.as_of)]
    return {
        "site": {"name": site.name, "place": ", ".join(filter(None, [site.city, site.region, site.country]))},
        "version": version.version if version else "",
        "rules": version.digest if version else "",
        "representative": _representative(entry.scope_id, lens),
        "statements": _statements(standing),
        "people": [
            {"name": p.name, "role": ROLE_WORDS[p.role], "since": p.from_on.isoformat()}
            for p in sorted(people, key=lambda p: (p.name, p.from_on))
        ],
        "stock": [f.why for f in before if f.requirement.ask is Ask.DOSES_ON_SITE],
        "processes": [
            {"title": f.requirement.title, "shown": f.why}
            for f in before
            if f.requirement.evidence in PROCESSES and not recorded_by_program(place_of(f.requirement))
        ],
        "findings": {
            f.requirement.code: {"title": f.requirement.title, "state": f.state.value, "why": f.why} for f in before
        },
    }


def _representative(scope_id: UUID, lens: Lens) -> dict[str, str] | None:
    found = sites.representative(scope_id, lens)
    if found is None:
        return None
    named, person = found
    return {"name": person.name, "role": ROLE_WORDS[details.role_of(person, lens)], "since": named.holds_on.isoformat()}


def _statements(standing: Standing) -> dict[str, Any] | None:
    """The enrollment form in force: its wording, the version it was signed under, who signed, the proof."""
    signed = sites.signed_form(standing.entry, standing.lens)
    if signed is None:
        return None
    return {
        "wording": dict(signed.form.attestations),
        "version": signed.form.program_version,
        "signed_by": signed.person.name,
        "signed_for": signed.form.holds_on.isoformat(),
        "digest": signed.proved.signature.digest,
    }
