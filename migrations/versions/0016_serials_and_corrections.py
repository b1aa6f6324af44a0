"""Serial number of a box, lots that take the place of wrong ones, and a balance checked for the lot that a row leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

NAME = "stock_lot"
KEY = ("scope_id", "location_id", "lot", "strength_mg", "expires_on")

# The first as 0014 wrote it, and besides: a movement that supersedes one of another lot changes that lot's balance too.
# RM011: fewer than no vials at the end of a day; RM013: one lot, or one box, twice at a place (a lot that another took
# the place of stands no more, so no unique key can say this).
CHECKED = """
create or replace function rems_lot_stays_above_zero() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
  low record;
  lots uuid[] := array[new.lot_id, (select was.lot_id from public.stock_movement was where was.id = new.supersedes_id)];
begin
  perform pg_advisory_xact_lock(hashtextextended('stock ' || new.scope_id, 0));
  select * into low from (
    select m.lot_id, m.holds_on as on_day,
      sum(sum(m.vials)) over (partition by m.lot_id order by m.holds_on) as vials
    from public.stock_movement m
    where m.lot_id = any (lots) and not m.void
      and not exists (select from public.stock_movement newer where newer.supersedes_id = m.id)
    group by m.lot_id, m.holds_on
  ) as level where level.vials < 0 order by level.on_day limit 1;
  if found then
    raise exception 'lot % would have % vials at the end of %', low.lot_id, low.vials, low.on_day using errcode = 'RM011';
  end if;
  return null;
end $$;

create function rems_lot_stands_once() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('stock ' || new.scope_id, 0));
  if (
    select count(*) from public.stock_lot l
    where l.scope_id = new.scope_id and l.location_id = new.location_id and l.serial = new.serial
      and case when new.serial = '' then (l.lot, l.strength_mg, l.expires_on) = (new.lot, new.strength_mg, new.expires_on)
        else l.gtin = new.gtin end
      and not exists (select from public.stock_lot newer where newer.supersedes_id = l.id)
  ) > 1 then
    raise exception 'lot % would stand twice at a place', new.id using errcode = 'RM013';
  end if;
  return null;
end $$;
create constraint trigger stands_once after insert on public.stock_lot deferrable initially deferred
  for each row execute function rems_lot_stands_once();
"""


def upgrade() -> None:
    op.add_column(NAME, sa.Column("serial", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(NAME, sa.Column("supersedes_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_{NAME}_supersedes_id_scope_id"), NAME, NAME, ["supersedes_id", "scope_id"], ["id", "scope_id"]
    )
    op.create_index(
        f"uq_{NAME}_supersedes_id",
        NAME,
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.drop_constraint(f"uq_{NAME}_{'_'.join(KEY)}", NAME, type_="unique")
    op.create_index(f"ix_{NAME}_scope_id", NAME, list(KEY), unique=False)
    op.create_check_constraint(op.f(f"ck_{NAME}_serial_of_a_product"), NAME, "serial = '' OR gtin <> ''")
    op.execute(CHECKED)
