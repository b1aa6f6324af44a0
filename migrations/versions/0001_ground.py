"""The ground: who acts, the trail, and the function that protects a table."""

from alembic import op

revision = "0001"
down_revision = None

SETTINGS = """
create function rems_setting(p_name text) returns text language sql stable as
$$ select nullif(current_setting('rems.' || p_name, true), '') $$;

create function rems_actor() returns text language sql stable as $$ select rems_setting('actor') $$;
create function rems_moment() returns timestamptz language sql stable as $$ select rems_setting('at')::timestamptz $$;
create function rems_scopes() returns uuid[] language sql stable as $$ select coalesce(rems_setting('scopes'), '{}')::uuid[] $$;
create function rems_programs() returns uuid[] language sql stable as $$ select coalesce(rems_setting('programs'), '{}')::uuid[] $$;

create function rems_begin(p_role text, p_action text, p_reason text) returns void language plpgsql as $$
begin
  perform pg_current_xact_id();
  if rems_actor() is null then
    raise exception 'nobody is named for this transaction' using errcode = 'RM001';
  end if;
  perform set_config('rems.role', p_role, true), set_config('rems.action', p_action, true),
          set_config('rems.reason', p_reason, true), set_config('rems.history', '', true),
          set_config('rems.at', clock_timestamp()::text, true);
end $$;

create function rems_begin_history(p_at text, p_role text, p_action text, p_reason text) returns void language plpgsql as $$
begin
  perform rems_begin(p_role, p_action, p_reason);
  perform set_config('rems.at', p_at::timestamptz::text, true), set_config('rems.history', 'on', true);
end $$;
revoke execute on function rems_begin_history(text, text, text, text) from public;
"""

TRAIL = """
create schema trail;
create function trail.era() returns int language sql immutable as $$ select 1 $$;

create table trail.entry (
  id uuid primary key default uuidv7(),
  era int not null,
  xid xid8 not null,
  moment timestamptz not null,
  actor text not null check (actor <> ''),
  role text not null,
  action text not null check (action <> ''),
  reason text not null,
  table_name text not null,
  row_key text not null,
  operation text not null check (operation in ('insert', 'update', 'delete')),
  scope_id uuid,
  program_id uuid,
  demonstration boolean not null,
  before jsonb,
  after jsonb,
  canonical text not null,
  digest bytea not null check (length(digest) = 32)
);
create index ix_entry_row on trail.entry (table_name, row_key, id);
create index ix_entry_order on trail.entry (era, xid, id);
create index ix_entry_scope on trail.entry (scope_id, moment desc, id desc);
create index ix_entry_moment on trail.entry (moment desc, id desc);

create function trail.canonical(e trail.entry) returns text language sql stable as $$
  select jsonb_build_array(e.id, e.era, e.xid::text, (extract(epoch from e.moment) * 1000000)::bigint, e.actor, e.role, e.action,
    e.reason, e.table_name, e.row_key, e.operation, e.scope_id, e.program_id, e.demonstration, e.before, e.after)::text
$$;

-- Arguments of the trigger: the column that holds the scope, and the columns that never enter the trail.
create function trail.write() returns trigger language plpgsql security definer
set search_path = pg_catalog, trail, public, pg_temp set timezone = 'UTC' as $$
declare
  e trail.entry;
  hidden text[] := string_to_array(coalesce(tg_argv[1], ''), ',');
  whole jsonb;
  moment timestamptz := public.rems_moment();
begin
  if public.rems_actor() is null or public.rems_setting('action') is null or moment is null then
    raise exception 'nobody is named for this change of %', tg_table_name using errcode = 'RM001';
  end if;
  if (moment < transaction_timestamp() or moment > clock_timestamp() or public.rems_setting('history') is not null)
     and not (moment <= clock_timestamp() and pg_has_role(session_user, 'rems_owner', 'member')) then
    raise exception 'the moment of a change of % is set by the database alone', tg_table_name using errcode = 'RM002';
  end if;
  if tg_op <> 'INSERT' then e.before := to_jsonb(old) - hidden; end if;
  if tg_op <> 'DELETE' then e.after := to_jsonb(new) - hidden; end if;
  whole := coalesce(e.after, e.before);
  e.id := uuidv7();
  e.era := trail.era();
  e.xid := pg_current_xact_id();
  e.moment := moment;
  e.actor := public.rems_actor();
  e.role := coalesce(public.rems_setting('role'), '');
  e.action := public.rems_setting('action');
  e.reason := coalesce(public.rems_setting('reason'), '');
  e.table_name := tg_table_name;
  e.row_key := whole ->> 'id';
  e.operation := lower(tg_op);
  e.scope_id := case when tg_argv[0] <> '' then (whole ->> tg_argv[0])::uuid end;
  e.program_id := (whole ->> 'program_id')::uuid;
  e.demonstration := public.rems_setting('history') is not null;
  e.canonical := trail.canonical(e);
  e.digest := sha256(convert_to(e.canonical, 'UTF8'));
  insert into trail.entry select e.*;
  return null;
end $$;

create function trail.refuse() returns trigger language plpgsql as $$
begin
  raise exception '% of % is refused: the record is never changed', lower(tg_op), tg_table_name using errcode = 'RM003';
end $$;
create trigger entry_is_kept before update or delete on trail.entry for each row execute function trail.refuse();
create trigger entry_is_not_emptied before truncate on trail.entry for each statement execute function trail.refuse();
alter table trail.entry enable always trigger entry_is_kept;
alter table trail.entry enable always trigger entry_is_not_emptied;
"""

# One expression decides who sees a row, one who writes it. Each settings look-up stands in a sub-select, so that it is
# made once per statement.
PROTECT = """
create function rems_policy(p_kind text, p_scope text) returns text language sql immutable as $$
  select '(select rems_setting(''everywhere'')) = ''on'' or ' || case p_kind
    when 'scope' then format('%1$I = any ((select rems_scopes())::uuid[])
      or program_id = any ((select rems_programs())::uuid[])', p_scope)
    when 'site' then format('%1$I = any ((select rems_scopes())::uuid[])
      or program_id = any ((select rems_programs())::uuid[])
      or (program_id is null and %1$I in (select s.site_id from public.scope s where s.program_id = any ((select rems_programs())::uuid[])))', p_scope)
    when 'own' then format('(select rems_setting(''admin'')) = ''on'' or %1$I = (select rems_setting(''account''))::uuid', p_scope)
    when 'admin' then '(select rems_setting(''admin'')) = ''on'''
    when 'reference' then '(select rems_actor()) is not null'
  end
$$;

-- What is a person's own is written by administrators alone (nobody grants themselves a role), reference data by the owner.
create function rems_writes(p_kind text, p_scope text) returns text language sql immutable as $$
  select case p_kind when 'own' then rems_policy('admin', '') when 'reference' then 'false' else rems_policy(p_kind, p_scope) end
$$;

-- protect('patient'): trail, no truncation, row-level security and the grants of a table, all at once.
create function protect(p_table text, p_kind text default 'scope', p_scope text default 'scope_id', p_verbs text default 'select, insert',
  p_hidden text default '', p_trail boolean default true) returns void language plpgsql as $$
declare
  writes text := rems_writes(p_kind, p_scope);
begin
  if p_trail then
    execute format('create trigger writes_the_trail after insert or update or delete on public.%I for each row execute function trail.write(%L, %L)',
      p_table, case when p_kind in ('scope', 'site') then p_scope else '' end, p_hidden);
  end if;
  execute format('create trigger is_not_emptied before truncate on public.%I for each statement execute function trail.refuse()', p_table);
  execute format('alter table public.%I enable row level security', p_table);
  execute format('create policy seen_by on public.%I for select using (%s)', p_table, rems_policy(p_kind, p_scope));
  execute format('create policy added_by on public.%I for insert with check (%s)', p_table, writes);
  execute format('create policy changed_by on public.%I for update using (%2$s) with check (%2$s)', p_table, writes);
  execute format('create policy removed_by on public.%I for delete using (%s)', p_table, writes);
  execute format('grant %s on public.%I to rems_app', p_verbs, p_table);
end $$;

-- A row of a site in a program may point at a row of the site itself, and the other way round; never at another site's.
create function rems_same_site() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  parent uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
  theirs uuid;
begin
  if parent is not null then
    execute format('select s.site_id from public.%I p join public.scope s on s.id = p.scope_id where p.id = $1', tg_argv[1])
      into theirs using parent;
    if theirs is distinct from (select s.site_id from public.scope s where s.id = new.scope_id) then
      raise exception '% of % is of another site', tg_argv[0], tg_table_name using errcode = 'foreign_key_violation';
    end if;
  end if;
  return null;
end $$;

-- same_site('infusion', 'location_id', 'location'): for what a foreign key cannot say, since the two scopes differ.
create function same_site(p_table text, p_column text, p_parent text) returns void language plpgsql as $$
begin
  execute format('create constraint trigger %I after insert or update on public.%I for each row execute function rems_same_site(%L, %L)',
    p_column || '_is_of_the_site', p_table, p_column, p_parent);
end $$;
revoke execute on function protect(text, text, text, text, text, boolean), same_site(text, text, text) from public;

grant usage on schema trail to rems_app;
grant select on trail.entry to rems_app;
alter table trail.entry enable row level security;
"""


def upgrade() -> None:
    op.execute("revoke create on schema public from public")
    op.execute(SETTINGS)
    op.execute(TRAIL)
    op.execute(PROTECT)
