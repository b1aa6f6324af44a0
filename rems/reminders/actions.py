"""Plan what has come due, each thing once, and send it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import text

from rems.access import queries as accounts
from rems.core import mail
from rems.core.actor import Actor
from rems.core.db import transaction
from rems.core.settings import Settings
from rems.reminders.models import Reminder
from rems.reminders.rules import ReminderState
from rems.work.engine import defer_many

CLOCK = Actor.system("reminders")

# One statement plans everything: it costs what is due, not what exists, and the unique key makes a second run change nothing.
# A window, a clock or an expiry is told on the newest rung of its ladder that has come, to those who hold a role that can act.
PLAN = text(
    """
with rung as (
  select 'visit_closes' as kind, unnest(cast(:visit_days as int[])) as days
  union all select 'clock_runs_out', unnest(cast(:clock_days as int[]))
  union all select 'lot_expires', unnest(cast(:lot_days as int[]))
  union all select 'visit_overdue', 0
),
thing as (
  select v.scope_id, v.program_id, v.id as subject_id, v.closes_on as due_on, p.number || ': ' || v.title as what,
    '/patients/' || v.patient_id as path, 'visit_closes' as kind
  from planned_visit v join patient p on p.id = v.patient_id
  where v.held_on is null and not v.provisional
    and v.closes_on between :utc_day - 1 and :utc_day + 1 + (select max(days) from rung where kind = 'visit_closes')
  union all
  select v.scope_id, v.program_id, v.id, v.closes_on, p.number || ': ' || v.title, '/patients/' || v.patient_id, 'visit_overdue'
  from planned_visit v join patient p on p.id = v.patient_id
  where v.held_on is null and not v.provisional and v.closes_on between :utc_day - 31 and :utc_day
  union all
  select d.scope_id, d.program_id, d.id, d.due_on, e.case_number || ': ' || d.what, '/events/' || d.event_id, 'clock_runs_out'
  from deadline d join adverse_event e on e.id = d.event_id
  where d.due_on between :utc_day - 1 and :utc_day + 1 + (select max(days) from rung where kind = 'clock_runs_out')
  union all
  select l.scope_id, l.program_id, l.id, l.expires_on, l.product || ' lot ' || l.lot, '/sites/' || l.scope_id || '/stock', 'lot_expires'
  from stock_lot l
  where l.expires_on between :utc_day - 1 and :utc_day + 1 + (select max(days) from rung where kind = 'lot_expires')
    and (select coalesce(sum(m.vials), 0) from stock_movement m where m.lot_id = l.id) > 0
),
here as (  -- the day is the site's own
  select t.*, s.site_id, (cast(:now as timestamptz) at time zone st.timezone)::date as today
  from thing t join scope s on s.id = t.scope_id join site st on st.id = s.site_id
),
told as (
  select h.*, h.due_on - (select min(r.days) from rung r where r.kind = h.kind and h.due_on - h.today <= r.days) as told_on
  from here h
  where case when kind = 'visit_overdue' then due_on < today else due_on >= today end
),
reached as (
  select distinct t.*, g.account_id
  from told t join role_grant g on g.site_id = t.site_id or g.program_id = t.program_id
  join account a on a.id = g.account_id and a.active
  where t.told_on is not null and g.from_on <= today and (g.until_on is null or g.until_on >= today)
    and g.role = any (case t.kind when 'clock_runs_out' then array['case_processor']
      when 'lot_expires' then array['pharmacist', 'site_coordinator'] else array['site_coordinator'] end)
)
insert into reminder (id, scope_id, program_id, subject_id, kind, due_on, account_id, subject, body, path, state, planned_at, failure)
select uuidv7(), scope_id, program_id, subject_id, kind, told_on, account_id, what,
  case kind when 'visit_closes' then 'The window of this visit closes on ' when 'visit_overdue' then 'The window of this visit closed on '
    when 'clock_runs_out' then 'This report is due on ' else 'This lot expires on ' end || to_char(due_on, 'FMDD Mon YYYY') || '.',
  path, 'planned', :now, ''
from reached
on conflict do nothing
returning id
"""
)


def plan_reminders(*, now: datetime) -> int:
    """Plan one reminder per thing due, rung of its ladder and person who can act. Returns how many were new."""
    settings: Settings = current_app.extensions["rems_settings"]
    with transaction(CLOCK, "reminders.plan", at=now) as session:
        values: Mapping[str, Any] = {
            "utc_day": now.date(),
            "now": now,
            **{name: settings.value("reminders", name) for name in ("visit_days", "clock_days", "lot_days")},
        }
        new = list(session.scalars(PLAN, values))
        defer_many("reminders.deliver", "reminder_id", new, queue="mail")
    return len(new)


def deliver(reminder_id: UUID, *, now: datetime) -> bool:
    """Send one planned reminder and note where it went; a second run finds it sent and does nothing. Whether it was sent.

    Raises OSError or smtplib.SMTPException when the mail server can't be reached: the job tries again.
    """
    settings: Settings = current_app.extensions["rems_settings"]
    with transaction(CLOCK, "reminders.deliver", at=now) as session:
        row = session.get(Reminder, reminder_id, with_for_update=True)
        if row is None or row.state == ReminderState.SENT:
            return False
        person = accounts.account_by_id(row.account_id)
        if person is None or not person.active:
            row.state, row.failure = ReminderState.FAILED, "the account is closed"
            return False
        body = f"{person.name},\n\n{row.subject}\n{row.body}\n\n{settings.base_url}{row.path}\n"
        mail.send(settings, key=str(row.id), to=person.email, subject=row.subject, body=body, now=now)
        row.state, row.sent_at, row.failure = ReminderState.SENT, now, ""
    return True


def note_failure(reminder_id: UUID, why: str, *, now: datetime) -> None:
    """Keep the reason of a failed sending on the reminder, while the job goes on trying."""
    with transaction(CLOCK, "reminders.note_failure", at=now) as session:
        row = session.get(Reminder, reminder_id)
        if row is not None and row.state == ReminderState.PLANNED:
            row.failure = why[:500]
