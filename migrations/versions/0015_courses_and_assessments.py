"""Courses in editions, live sessions, question sets, one-time links; of an attempt each answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"

# What a sponsor sets up for all sites of its program is read by them and written by it. A table with a scope column
# may hold rows of one site under the program too (`p_scope`), which are that site's and the sponsor's.
PROGRAM_KIND = """
create or replace function rems_policy(p_kind text, p_scope text) returns text language sql immutable as $$
  select '(select rems_setting(''everywhere'')) = ''on'' or ' || case p_kind
    when 'scope' then format('%1$I = any ((select rems_scopes())::uuid[])
      or program_id = any ((select rems_programs())::uuid[])', p_scope)
    when 'site' then format('%1$I = any ((select rems_scopes())::uuid[])
      or program_id = any ((select rems_programs())::uuid[])
      or (program_id is null and %1$I in (select s.site_id from public.scope s where s.program_id = any ((select rems_programs())::uuid[])))', p_scope)
    when 'own' then format('(select rems_setting(''admin'')) = ''on'' or %1$I = (select rems_setting(''account''))::uuid', p_scope)
    when 'admin' then '(select rems_setting(''admin'')) = ''on'''
    when 'reference' then '(select rems_actor()) is not null'
    when 'program' then rems_policy('sponsor', p_scope)
      || case when p_scope = '' then ' or ' else format(' or %I is null and ', p_scope) end
      || 'program_id in (select s.program_id from public.scope s where s.id = any ((select rems_scopes())::uuid[]))'
    when 'sponsor' then 'program_id = any ((select rems_programs())::uuid[])'
      || case when p_scope = '' then '' else format(' or %I = any ((select rems_scopes())::uuid[])', p_scope) end
  end
$$;

create or replace function rems_writes(p_kind text, p_scope text) returns text language sql immutable as $$
  select case p_kind when 'own' then rems_policy('admin', '') when 'reference' then 'false'
    when 'program' then rems_policy('sponsor', p_scope) else rems_policy(p_kind, p_scope) end
$$;

create or replace function protect(p_table text, p_kind text default 'scope', p_scope text default 'scope_id', p_verbs text default 'select, insert',
  p_hidden text default '', p_trail boolean default true) returns void language plpgsql as $$
declare
  writes text := rems_writes(p_kind, p_scope);
begin
  if p_trail then
    execute format('create trigger writes_the_trail after insert or update or delete on public.%I for each row execute function trail.write(%L, %L)',
      p_table, case when p_kind in ('scope', 'site', 'program') then p_scope else '' end, p_hidden);
  end if;
  execute format('create trigger is_not_emptied before truncate on public.%I for each statement execute function trail.refuse()', p_table);
  execute format('alter table public.%I enable row level security', p_table);
  execute format('create policy seen_by on public.%I for select using (%s)', p_table, rems_policy(p_kind, p_scope));
  execute format('create policy added_by on public.%I for insert with check (%s)', p_table, writes);
  execute format('create policy changed_by on public.%I for update using (%2$s) with check (%2$s)', p_table, writes);
  execute format('create policy removed_by on public.%I for delete using (%s)', p_table, writes);
  execute format('grant %s on public.%I to rems_app', p_verbs, p_table);
end $$;
"""
PROTECTED = """
select protect('course_file', 'program', '', 'select, insert', 'content');
select protect('course_edition', 'program', '');
select protect('live_session', 'program', 'scope_id');
select protect('session_place');
select protect('question_set', 'program', '');
select protect('assessment_link');
select protect('extra_attempt');
select same_site('session_place', 'staff_member_id', 'staff_member');
select same_site('assessment_link', 'staff_member_id', 'staff_member');
select same_site('extra_attempt', 'staff_member_id', 'staff_member');
"""

Column = sa.Column[object]


def upgrade() -> None:
    op.execute(PROGRAM_KIND)
    course_files()
    course_editions()
    live_sessions()
    question_sets()
    attempts_and_trainings()
    session_places()
    links()
    extra_attempts()
    op.execute(PROTECTED)


def kept(*columns: Column, scoped: bool = False) -> list[Column]:
    """The columns that every fact has, with its own between them; `scoped`: it belongs to a site in the program."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        *([sa.Column("scope_id", sa.Uuid(), nullable=False)] if scoped else []),
        sa.Column("program_id", sa.Uuid(), nullable=scoped),
        sa.Column("holds_on", sa.Date(), nullable=False),
        *columns,
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ]


def keys(name: str, within: str, **others: str) -> list[sa.Constraint]:
    """The keys that every fact has; `others` are columns that name a row within the same scope or program."""
    own = {"supersedes_id": name, **others}
    found: list[sa.Constraint] = [key(name, column, within, table, within) for column, table in own.items()]
    if within == "scope_id":
        found.append(key(name, "scope_id", "program_id", "scope", "program_id"))
        found.append(sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")))
    else:
        found.append(sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f(f"fk_{name}_program_id")))
    return [
        *found,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", within, name=op.f(f"uq_{name}_id_{within}")),
    ]


def key(name: str, column: str, with_: str, table: str, its: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column, with_], [f"{table}.id", f"{table}.{its}"], name=op.f(f"fk_{name}_{column}_{with_}")
    )


def corrected_once(name: str) -> None:
    where = sa.text("supersedes_id IS NOT NULL")
    op.create_index(f"uq_{name}_supersedes_id", name, ["supersedes_id"], unique=True, postgresql_where=where)


def first_of(name: str, words: str, *columns: str) -> None:
    """Of these columns' values there is one first state."""
    where = sa.text("supersedes_id IS NULL")
    op.create_index(f"uq_{name}_{words}", name, list(columns), unique=True, postgresql_where=where)


def found_by(name: str, *columns: str) -> None:
    op.create_index(f"ix_{name}_{columns[0]}", name, list(columns), unique=False)


def check(name: str, words: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{words}"))


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


KINDS = ("trainingkind", "live-training", "material-review", "staff-training")


def text(name: str) -> Column:
    return sa.Column(name, sa.Text(), nullable=False)


def course_files() -> None:
    name = "course_file"
    size, content = (
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        name,
        *kept(text("name"), size, text("sha256"), content),
        *keys(name, "program_id"),
        check(name, "digest_is_sha256", "length(sha256) = 64"),
        check(name, "is_not_empty", "size > 0"),
    )
    corrected_once(name)


def course_editions() -> None:
    name = "course_edition"
    op.create_table(
        name,
        *kept(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("series_id", sa.Uuid(), nullable=False),
            sa.Column("kind", one_of(*KINDS), nullable=False),
            text("title"),
            text("edition"),
            sa.Column("form", one_of("materialform", "page", "file"), nullable=False),
            text("page"),
            sa.Column("file_id", sa.Uuid(), nullable=True),
            sa.Column("renews", sa.Boolean(), nullable=False),
            sa.Column("withdrawn_on", sa.Date(), nullable=True),
        ),
        *keys(name, "program_id", root_id=name, series_id=name, file_id="course_file"),
        check(name, "has_a_name", "title <> '' AND edition <> ''"),
        check(name, "file_where_it_is_one", "(form = 'file') = (file_id IS NOT NULL)"),
        check(name, "page_where_it_is_one", "(form = 'page') = (page <> '')"),
    )
    corrected_once(name)
    found_by(name, "program_id", "holds_on")
    first_of(name, "edition", "series_id", "edition")


def live_sessions() -> None:
    name = "live_session"
    op.create_table(
        name,
        *kept(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("scope_id", sa.Uuid(), nullable=True),
            sa.Column("kind", one_of(*KINDS), nullable=False),
            text("title"),
            text("trainer"),
            text("place"),
            sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
            text("timezone"),
            sa.Column("minutes", sa.Integer(), nullable=False),
            sa.Column("canceled_on", sa.Date(), nullable=True),
            text("note"),
        ),
        *keys(name, "program_id", root_id=name),
        key(name, "scope_id", "program_id", "scope", "program_id"),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        check(name, "says_what_who_where", "title <> '' AND trainer <> '' AND place <> ''"),
        check(name, "lasts", "minutes > 0"),
        check(name, "canceled_with_a_reason", "canceled_on IS NULL OR note <> ''"),
    )
    corrected_once(name)
    found_by(name, "program_id", "holds_on")


def question_sets() -> None:
    name = "question_set"
    op.create_table(
        name,
        *kept(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("series_id", sa.Uuid(), nullable=False),
            text("title"),
            text("edition"),
            sa.Column("content", JSONB(), nullable=False),
            sa.Column("published_on", sa.Date(), nullable=True),
            sa.Column("withdrawn_on", sa.Date(), nullable=True),
        ),
        *keys(name, "program_id", root_id=name, series_id=name),
        check(name, "has_a_name", "title <> '' AND edition <> ''"),
        check(name, "withdrawn_after_published", "withdrawn_on IS NULL OR withdrawn_on >= published_on"),
    )
    corrected_once(name)
    found_by(name, "program_id")
    found_by(name, "root_id")
    first_of(name, "edition", "series_id", "edition")


def attempts_and_trainings() -> None:
    """What was recorded before was written down by hand, of a set that is not kept here."""
    name = "assessment_attempt"
    through = one_of("through", "recorded", "account", "link")
    op.add_column(name, sa.Column("came_through", through, nullable=False, server_default="recorded"))
    op.add_column(name, sa.Column("question_set_id", sa.Uuid(), nullable=True))
    op.add_column(name, sa.Column("answers", JSONB(), nullable=False, server_default="{}"))
    for column in ("came_through", "answers"):
        op.alter_column(name, column, server_default=None)
    op.create_foreign_key(
        op.f(f"fk_{name}_question_set_id_program_id"),
        name,
        "question_set",
        ["question_set_id", "program_id"],
        ["id", "program_id"],
    )
    taken = "(came_through = 'recorded') = (question_set_id IS NULL)"
    op.create_check_constraint(op.f(f"ck_{name}_taken_here_of_a_set"), name, taken)
    name = "training_record"
    op.add_column(name, sa.Column("edition_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_{name}_edition_id_program_id"),
        name,
        "course_edition",
        ["edition_id", "program_id"],
        ["id", "program_id"],
    )


def of_a_person() -> list[Column]:
    return [sa.Column("site_id", sa.Uuid(), nullable=False), sa.Column("staff_member_id", sa.Uuid(), nullable=False)]


def their_key(name: str) -> sa.ForeignKeyConstraint:
    return key(name, "staff_member_id", "site_id", "staff_member", "scope_id")


def session_places() -> None:
    name = "session_place"
    presence = one_of("presence", "registered", "attended", "absent", "canceled")
    op.create_table(
        name,
        *kept(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            sa.Column("session_id", sa.Uuid(), nullable=False),
            *of_a_person(),
            sa.Column("presence", presence, nullable=False),
            sa.Column("training_id", sa.Uuid(), nullable=True),
            scoped=True,
        ),
        *keys(name, "scope_id", root_id=name, training_id="training_record"),
        their_key(name),
        key(name, "session_id", "program_id", "live_session", "program_id"),
        check(name, "attending_makes_a_training", "(presence = 'attended') = (training_id IS NOT NULL)"),
    )
    corrected_once(name)
    found_by(name, "session_id")
    first_of(name, "first", "session_id", "staff_member_id")


def links() -> None:
    name = "assessment_link"
    op.create_table(
        name,
        *kept(
            sa.Column("root_id", sa.Uuid(), nullable=False),
            *of_a_person(),
            sa.Column("question_set_id", sa.Uuid(), nullable=False),
            text("token_digest"),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("used", sa.Boolean(), nullable=False),
            sa.Column("canceled", sa.Boolean(), nullable=False),
            sa.Column("attempt_id", sa.Uuid(), nullable=True),
            scoped=True,
        ),
        *keys(name, "scope_id", root_id=name, attempt_id="assessment_attempt"),
        their_key(name),
        key(name, "question_set_id", "program_id", "question_set", "program_id"),
        check(name, "digest_is_sha256", "length(token_digest) = 64"),
        check(name, "used_or_canceled", "NOT (used AND canceled)"),
        check(name, "used_for_an_attempt", "used = (attempt_id IS NOT NULL)"),
    )
    corrected_once(name)
    found_by(name, "scope_id")
    first_of(name, "token_digest", "token_digest")


def extra_attempts() -> None:
    name = "extra_attempt"
    op.create_table(
        name,
        *kept(*of_a_person(), sa.Column("question_set_id", sa.Uuid(), nullable=False), text("reason"), scoped=True),
        *keys(name, "scope_id"),
        their_key(name),
        key(name, "question_set_id", "program_id", "question_set", "program_id"),
        check(name, "has_a_reason", "reason <> ''"),
    )
    corrected_once(name)
    found_by(name, "scope_id")
