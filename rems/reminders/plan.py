"""The one statement that plans every reminder: it costs what is due, not what exists, and may run twice at once.

What comes near its end is told on the newest rung of its ladder that has come, by the calendar of its site, to those
who hold a role that can act on it. A ladder may lead on after the end: its days are below zero then, and more people
are told. The unique key of a reminder makes a second run change nothing.
"""

from sqlalchemy import text

# Read it from top to bottom: what ends soon, where and what day it is there, which rung has come, who is told, and
# what of that was not planned before. Only for the last are words looked up.
PLAN = text("""
with rung as (
  select 'visit_closes' as kind, unnest(cast(:visit_days as int[])) as days
  union all select 'clock_runs_out', unnest(cast(:clock_days as int[]))
  union all select 'lot_expires', unnest(cast(:lot_days as int[]))
  union all select 'visit_overdue', 0
  union all select unnest(array['action_due', 'check_due']), d from unnest(cast(:action_days as int[])) as d
  union all select unnest(array['action_late', 'check_late']), -d from unnest(cast(:action_late_days as int[])) as d
),
listener (kind, role) as (
  values ('visit_closes', 'site_coordinator'), ('visit_overdue', 'site_coordinator'),
    ('clock_runs_out', 'case_processor'), ('lot_expires', 'pharmacist'), ('lot_expires', 'site_coordinator'),
    ('action_due', 'site_coordinator'), ('action_due', 'authorized_representative'),
    ('check_due', 'site_coordinator'), ('check_due', 'authorized_representative'),
    ('action_late', 'site_coordinator'), ('action_late', 'authorized_representative'),
    ('check_late', 'site_coordinator'), ('check_late', 'authorized_representative'),
    ('action_late', 'program_manager'), ('check_late', 'program_manager')
),
measure as (
  select c.*, 'action' as part, c.due_on as ends_on
  from corrective_action c
  where c.done_on is null
    and c.due_on between :utc_day - 31 + (select min(days) from rung where kind = 'action_late')
      and :utc_day + 1 + (select max(days) from rung where kind = 'action_due')
  union all
  select c.*, 'check', c.check_on
  from corrective_action c
  where c.done_on is not null and c.checked_on is null
    and c.check_on between :utc_day - 31 + (select min(days) from rung where kind = 'check_late')
      and :utc_day + 1 + (select max(days) from rung where kind = 'check_due')
),
thing as (
  select 'visit_closes' as kind, v.scope_id, v.program_id, v.id as subject_id, v.closes_on as due_on
  from planned_visit v
  where v.held_on is null and not v.provisional
    and v.closes_on between :utc_day - 1 and :utc_day + 1 + (select max(days) from rung where kind = 'visit_closes')
  union all
  select 'visit_overdue', v.scope_id, v.program_id, v.id, v.closes_on
  from planned_visit v
  where v.held_on is null and not v.provisional and v.closes_on between :utc_day - 31 and :utc_day
  union all
  select 'clock_runs_out', d.scope_id, d.program_id, d.id, d.due_on
  from deadline d
  where d.due_on between :utc_day - 1 and :utc_day + 1 + (select max(days) from rung where kind = 'clock_runs_out')
  union all
  select 'lot_expires', l.scope_id, l.program_id, l.id, l.expires_on
  from stock_lot l
  where l.expires_on between :utc_day - 1 and :utc_day + 1 + (select max(days) from rung where kind = 'lot_expires')
    and 0 < (
      select sum(m.vials) from stock_movement m where m.lot_id = l.id and not m.void
        and not exists (select from stock_movement newer where newer.supersedes_id = m.id)
    )
  union all
  select m.part || k.ending, m.scope_id, m.program_id, m.root_id, m.ends_on
  from measure m cross join (values ('_due'), ('_late')) as k (ending)
  where not m.void and not exists (select from corrective_action newer where newer.supersedes_id = m.id)
    and exists (
      select from deviation d
      where d.root_id = m.deviation_id and d.closed_on is null and not d.void
        and not exists (select from deviation newer where newer.supersedes_id = d.id)
    )
),
here as (
  select t.*, s.site_id, (cast(:now as timestamptz) at time zone st.timezone)::date as today
  from thing t join scope s on s.id = t.scope_id join site st on st.id = s.site_id
),
told as (
  select h.*,
    h.due_on - (select min(r.days) from rung r where r.kind = h.kind and h.due_on - h.today <= r.days) as told_on
  from here h
  where (h.kind in ('visit_overdue', 'action_late', 'check_late')) = (h.due_on < h.today)
),
reached as (
  select t.*, g.account_id, g.from_on, g.until_on
  from told t join listener l on l.kind = t.kind join role_grant g on g.site_id = t.site_id and g.role = l.role
  union all
  select t.*, g.account_id, g.from_on, g.until_on
  from told t join listener l on l.kind = t.kind join role_grant g on g.program_id = t.program_id and g.role = l.role
),
fresh as (
  select distinct r.kind, r.scope_id, r.program_id, r.subject_id, r.due_on, r.told_on, r.account_id
  from reached r join account a on a.id = r.account_id and a.active
  where r.told_on is not null and r.from_on <= r.today and (r.until_on is null or r.until_on >= r.today)
    and not exists (
      select from reminder known
      where known.scope_id = r.scope_id and known.subject_id = r.subject_id and known.kind = r.kind
        and known.due_on = r.told_on and known.account_id = r.account_id
    )
),
said as (
  select f.*, p.number || ': ' || v.title as what, '/patients/' || p.id as path
  from fresh f join planned_visit v on v.id = f.subject_id join patient p on p.id = v.patient_id
  where f.kind in ('visit_closes', 'visit_overdue')
  union all
  select f.*, e.case_number || ': ' || d.what, '/events/' || e.id
  from fresh f join deadline d on d.id = f.subject_id join adverse_event e on e.id = d.event_id
  where f.kind = 'clock_runs_out'
  union all
  select f.*, upper(left(l.product, 1)) || substr(l.product, 2) || ' lot ' || l.lot, '/sites/' || l.scope_id || '/stock'
  from fresh f join stock_lot l on l.id = f.subject_id
  where f.kind = 'lot_expires'
  union all
  select f.*, st.name || ', ' || c.kind || ' action: ' || left(regexp_replace(c.what, '\\s+', ' ', 'g'), 120),
    '/deviations/' || c.deviation_id
  from fresh f join corrective_action c on c.id = f.subject_id
    join scope s on s.id = f.scope_id join site st on st.id = s.site_id
  where f.kind in ('action_due', 'action_late', 'check_due', 'check_late')
)
insert into reminder
  (id, scope_id, program_id, subject_id, kind, due_on, account_id, subject, body, path, state, planned_at, failure)
select uuidv7(), scope_id, program_id, subject_id, kind, told_on, account_id, what,
  case kind when 'visit_closes' then 'The window of this visit closes on '
    when 'visit_overdue' then 'The window of this visit closed on '
    when 'clock_runs_out' then 'This report is due on '
    when 'lot_expires' then 'This lot expires on '
    when 'action_due' then 'This action is to be done by '
    when 'action_late' then 'This action was to be done by '
    when 'check_due' then 'The effect of this action is to be checked by '
    when 'check_late' then 'The effect of this action was to be checked by ' end
    || to_char(due_on, 'FMDD Mon YYYY') || '.',
  path, 'planned', :now, ''
from said
on conflict do nothing
returning id
""")
