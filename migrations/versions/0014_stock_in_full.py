"""Product number and storage of a lot; the database itself keeps vials above zero on any day, and held only once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# Checked when the transaction ends, one site after the other: whoever comes second sees what the first one did.
# RM011: fewer than no vials at the end of a day; RM012: more vials held than there are.
CHECKED = """
create function rems_lot_stays_above_zero() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  low record;
begin
  perform pg_advisory_xact_lock(hashtextextended('stock ' || new.scope_id, 0));
  select * into low from (
    select m.holds_on as on_day, sum(sum(m.vials)) over (order by m.holds_on) as vials
    from public.stock_movement m
    where m.lot_id = new.lot_id and not m.void
      and not exists (select from public.stock_movement newer where newer.supersedes_id = m.id)
    group by m.holds_on
  ) as level where level.vials < 0 order by level.on_day limit 1;
  if found then
    raise exception 'lot % would have % vials at the end of %', new.lot_id, low.vials, low.on_day using errcode = 'RM011';
  end if;
  return null;
end $$;
create constraint trigger stays_above_zero after insert on public.stock_movement deferrable initially deferred
  for each row execute function rems_lot_stays_above_zero();

create function rems_vials_are_held_once() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  short record;
begin
  perform pg_advisory_xact_lock(hashtextextended('stock ' || new.scope_id, 0));
  if new.void or new.supersedes_id is not null
     or exists (select from public.reservation newer where newer.supersedes_id = new.id) then
    return null;
  end if;
  with standing as (
    select r.holds_on, r.until_on, r.vials from public.reservation r
    where r.lot_id = new.lot_id and not r.void
      and not exists (select from public.reservation newer where newer.supersedes_id = r.id)
  ),
  days as (
    select new.holds_on as on_day
    union
    select s.holds_on from standing s
    where s.holds_on > new.holds_on and (new.until_on is null or s.holds_on <= new.until_on)
  )
  select * into short from (
    select d.on_day,
      (select sum(s.vials) from standing s
       where s.holds_on <= d.on_day and (s.until_on is null or s.until_on >= d.on_day)) as held,
      (select coalesce(sum(m.vials), 0) from public.stock_movement m
       where m.lot_id = new.lot_id and not m.void and m.holds_on <= d.on_day
         and not exists (select from public.stock_movement newer where newer.supersedes_id = m.id)) as there
    from days d
  ) as level where level.held > level.there order by level.on_day limit 1;
  if found then
    raise exception '% vials of lot % would be held on %, and % are there', short.held, new.lot_id, short.on_day, short.there
      using errcode = 'RM012';
  end if;
  return null;
end $$;
create constraint trigger vials_are_held_once after insert on public.reservation deferrable initially deferred
  for each row execute function rems_vials_are_held_once();
"""


# The tables whose rows without a program are common to the sponsors of a site (decision 5): counts of vials are too.
COMMON = (
    *("site", "location", "staff_member", "staff_role_change", "site_identifier", "site_contact"),
    *("stock_lot", "stock_movement", "reservation", "stock_count"),
)
COUNTED = """
select protect('stock_count', 'site');
create or replace function rems_common() returns text[] language sql immutable parallel safe as
$$ select array[TABLES] $$;
"""


def upgrade() -> None:
    counts()
    for name in ("gtin", "storage"):
        op.add_column("stock_lot", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_stock_lot_gtin", "stock_lot", ["gtin"], unique=False)
    op.execute(CHECKED)


def counts() -> None:
    name = "stock_count"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column, "scope_id"], [f"{table}.id", f"{table}.scope_id"], name=op.f(f"fk_{name}_{column}_scope_id")
            )
            for column, table in (("supersedes_id", name), ("lot_id", "stock_lot"))
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f(f"fk_{name}_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", "scope_id", name=op.f(f"uq_{name}_id_scope_id")),
        sa.CheckConstraint("found >= 0", name=op.f(f"ck_{name}_nothing_is_the_least")),
        sa.CheckConstraint("found = expected OR note <> ''", name=op.f(f"ck_{name}_a_difference_is_explained")),
    )
    op.create_index(
        f"uq_{name}_supersedes_id",
        name,
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_index(f"ix_{name}_scope_id", name, ["scope_id", "holds_on"], unique=False)
    op.create_index(f"ix_{name}_lot_id", name, ["lot_id"], unique=False)
    op.execute(COUNTED.replace("TABLES", ", ".join(f"'{table}'" for table in COMMON)))
