"""Evidence that serves several programs of a site, and what is common to the sponsors of a site."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# Evidence and signatures are seen by the site and by the sponsor of the one program that they stand under. What a site
# has in common for all its sponsors stays as it is: the site itself, its places, its people, its vials.
APART = """
do $$
declare
  name text;
  who text := rems_policy('scope', 'scope_id');
begin
  foreach name in array array['evidence', 'signature'] loop
    execute format('alter policy seen_by on public.%I using (%s)', name, who);
    execute format('alter policy added_by on public.%I with check (%s)', name, who);
    execute format('alter policy changed_by on public.%I using (%2$s) with check (%2$s)', name, who);
    execute format('alter policy removed_by on public.%I using (%s)', name, who);
  end loop;
end $$;

-- The tables whose rows without a program are common to the sponsors of a site. A migration that protects another one
-- as 'site' names it here too; a test compares the two.
create function rems_common() returns text[] language sql immutable parallel safe as
$$ select array[TABLES] $$;

-- An entry of the trail is seen by whoever sees the row it is about.
alter policy seen_by on trail.entry using (
  (select rems_setting('everywhere')) = 'on' or (select rems_setting('admin')) = 'on' and scope_id is null
  or scope_id = any ((select rems_scopes())::uuid[]) or program_id = any ((select rems_programs())::uuid[])
  or (program_id is null and table_name = any ((select rems_common())::text[])
    and scope_id in (select s.site_id from public.scope s where s.program_id = any ((select rems_programs())::uuid[])))
);
"""
COMMON = (
    *("site", "location", "staff_member", "staff_role_change", "site_identifier", "site_contact"),
    *("stock_lot", "stock_movement", "reservation"),
)


def upgrade() -> None:
    op.add_column("evidence", sa.Column("shared_from_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_evidence_shared_from_id_scope_id"),
        "evidence",
        "evidence",
        ["shared_from_id", "scope_id"],
        ["id", "scope_id"],
    )
    op.create_check_constraint(op.f("ck_evidence_serves_a_program"), "evidence", "program_id IS NOT NULL")
    op.create_index("ix_evidence_shared_from_id", "evidence", ["shared_from_id"], unique=False)
    op.execute(APART.replace("TABLES", ", ".join(f"'{name}'" for name in COMMON)))
