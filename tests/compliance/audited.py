"""An audit at each of its stages, made through the program's own actions."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from rems.compliance import actions as compliance
from rems.compliance.actions import Plan as Against
from rems.compliance.audits import planning, queries, reporting, working
from rems.compliance.audits.models import SiteAudit
from rems.compliance.audits.planning import Plan
from rems.compliance.audits.queries import FindingLine
from rems.compliance.audits.rules import AuditFormat, Item, Side, Verdict
from rems.compliance.audits.working import Noted, Said
from rems.compliance.rules import ActionKind, DeviationSeverity
from rems.core.db import db, reading
from rems.core.lens import Lens
from rems.sites import queries as sites
from tests.factories import PASSWORD, Hospital

CRITICAL = Noted(DeviationSeverity.CRITICAL, "", "Vials stood outside the refrigerator for a weekend.")
MINOR = Noted(DeviationSeverity.MINOR, "", "Two signatures had no date.")


@dataclass
class Audited:
    """An audit of a site, and the day on which all of it happens (that of the test's clock)."""

    hospital: Hospital
    key: UUID

    @property
    def today(self) -> date:
        return self.hospital.world.today

    @property
    def manager(self) -> dict[str, Any]:
        return {"by": self.hospital.manager, "now": self.hospital.world.now}

    @property
    def site(self) -> dict[str, Any]:
        return {"by": self.hospital.coordinator, "now": self.hospital.world.now}

    def row(self, lens: Lens | None = None) -> SiteAudit:
        with reading(self.hospital.manager):
            found = queries.audit(self.hospital.manager, self.key, lens)
            db.session.expunge_all()  # it stays as it was read
            return found

    def items(self) -> tuple[Item, ...]:
        with reading(self.hospital.manager):
            entry = sites.entry_of_scope(self.hospital.manager, self.hospital.scope_id)
            return queries.items_of(queries.audit(self.hospital.manager, self.key), entry, self.today)

    def findings(self) -> list[FindingLine]:
        with reading(self.hospital.manager):
            found = queries.findings_of(self.key)
            db.session.expunge_all()
            return found

    def seen(self, side: Side = Side.AUDITOR) -> UUID | None:
        with reading(self.hospital.manager):
            return max((r.id for (_, s), r in queries.answers_of(self.key).items() if s is side), default=None)

    def begun(self) -> "Audited":
        planning.begin(self.row().id, begun_on=self.today, **self.manager)
        return self

    def answered(self) -> "Audited":
        """Everything conforms."""
        given = {item.code: Said(Verdict.CONFORMS, "Seen on site.") for item in self.items()}
        working.answer(self.key, Side.AUDITOR, given, seen=self.seen(), **self.manager)
        return self

    def noted(self, *several: Noted) -> "Audited":
        for one in several:
            working.note_finding(self.key, one, **self.manager)
        return self

    def reported(self, on: date | None = None) -> "Audited":
        said = {"conclusion": "The site is well kept.", "reported_on": on or self.today, "password": PASSWORD}
        reporting.report(self.row().id, **said, **self.manager)
        return self

    def corrected(self, number: int = 1) -> None:
        """The deviation of a finding is looked into, acted against, checked and closed, on the day of the report."""
        [line] = [one for one in self.findings() if one.row.number == number]
        assert line.deviation is not None
        key = compliance.investigate(line.deviation.id, "Nobody looked.", **self.site)
        against = Against(ActionKind.CORRECTIVE, "Alarm", "Ilse", self.today, self.today, self.today + timedelta(1))
        done = compliance.finish(
            compliance.plan(key, against, **self.site), done_on=self.today, note="Set", **self.site
        )
        compliance.check_effect(done, effective=True, checked_on=self.today, note="It rings.", **self.site)
        compliance.close(key, closed_on=self.today, **self.site)


def planned(
    hospital: Hospital, *, form: AuditFormat = AuditFormat.ON_SITE, also: tuple[str, ...] = (), on: date | None = None
) -> Audited:
    """An audit planned for the day of the test's clock, or for another one."""
    asked = Plan(form, on or hospital.world.today, "Jane Doe", "Everything", also)
    key = planning.plan(hospital.site_id, hospital.code, asked, by=hospital.manager, now=hospital.world.now)
    return Audited(hospital, key)
