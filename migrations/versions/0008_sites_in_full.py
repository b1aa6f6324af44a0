"""Sites in full: identifiers, contacts, roles of people over time, locations that move or close."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# What the form of before called the identifier was the number the sponsor or a registry knew the site by.
MOVED = """
select set_config('rems.actor', 'system: migrations', true);
select rems_begin('system', 'migrations.identifiers', 'Identifiers stand in a table of their own');
insert into site_identifier (id, scope_id, program_id, holds_on, kind, value, folded)
  select uuidv7(), s.id, null, current_date, 'other', s.identifier, lower(regexp_replace(s.identifier, '[^[:alnum:]]', '', 'g'))
  from site s where regexp_replace(s.identifier, '[^[:alnum:]]', '', 'g') <> '';
"""

# Whether a number is another site's, also one that the asker may not see; which one is not said.
TAKEN = """
create function site_identifier_taken(p_site uuid, p_kind text, p_folded text, p_program uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from public.site_identifier i
    where i.kind = p_kind and i.folded = p_folded and i.program_id is not distinct from p_program and i.scope_id <> p_site
      and not i.void and not exists (select from public.site_identifier l where l.supersedes_id = i.id)
  )
$$;
revoke execute on function site_identifier_taken(uuid, text, text, uuid) from public;
grant execute on function site_identifier_taken(uuid, text, text, uuid) to rems_app;
"""
PROTECTED = """
select protect('staff_role_change', 'site');
select protect('site_identifier', 'site');
select protect('site_contact', 'site');
grant update on location to rems_app;
"""


def words(name: str, kind: str, *values: str) -> sa.Column[str]:
    listed = sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, listed, nullable=False)


def fact(name: str, *columns: sa.Column[object], more: tuple[sa.Constraint, ...] = (), entry: str = "id") -> None:
    """A table of facts; `entry` is the column of scope that its scope is a key of, together with the program."""
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        *columns,
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            [f"scope.{entry}", "scope.program_id"],
            name=op.f(f"fk_{name}_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f(f"fk_{name}_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            [f"{name}.id", f"{name}.scope_id"],
            name=op.f(f"fk_{name}_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", "scope_id", name=op.f(f"uq_{name}_id_scope_id")),
        *more,
    )
    op.create_index(f"ix_{name}_scope_id", name, ["scope_id", "holds_on"], unique=False)
    op.create_index(
        f"uq_{name}_supersedes_id",
        name,
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )


def upgrade() -> None:
    fact(
        "staff_role_change",
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        words("role", "staffrole", "physician", "nurse", "pharmacist", "cell_therapist", "coordinator", "other"),
        more=(
            sa.ForeignKeyConstraint(
                ["staff_member_id", "scope_id"],
                ["staff_member.id", "staff_member.scope_id"],
                name=op.f("fk_staff_role_change_staff_member_id_scope_id"),
            ),
        ),
    )
    fact(
        "site_identifier",
        words("kind", "identifierkind", "npi", "facility", "cibmtr", "ebmt", "fact", "sponsor", "other"),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        more=(sa.CheckConstraint("value <> '' AND folded <> ''", name=op.f("ck_site_identifier_has_a_value")),),
        entry="site_id",
    )
    op.create_index("ix_site_identifier_kind_folded", "site_identifier", ["kind", "folded"], unique=False)
    fact(
        "site_contact",
        words(
            "role",
            "contactrole",
            "certification",
            "pharmacy",
            "cell_laboratory",
            "safety",
            "quality",
            "around_the_clock",
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        words("preferred", "reach", "email", "phone"),
        more=(
            sa.CheckConstraint("name <> ''", name=op.f("ck_site_contact_has_a_name")),
            sa.CheckConstraint("phone <> '' OR email <> ''", name=op.f("ck_site_contact_can_be_reached")),
        ),
    )
    op.add_column("location", sa.Column("until_on", sa.Date(), nullable=True))
    op.add_column("location", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("staff_member", sa.Column("mistaken", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(PROTECTED)
    op.execute(TAKEN)
    op.execute(MOVED)
    op.drop_column("site", "identifier")
