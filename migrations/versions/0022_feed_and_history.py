"""A calendar feed for each person; infusions taken over from before this system; indexes for lists of any length."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

# The address of a feed is a person's own: made and revoked by them alone; each fetch is noted by the system.
PROTECTED = """
select protect('calendar_feed', 'own', 'account_id', 'select, insert, update', 'secret_digest');
drop policy added_by on calendar_feed;
drop policy changed_by on calendar_feed;
create policy added_by on calendar_feed for insert with check (
  (select rems_setting('everywhere')) = 'on' or account_id = (select rems_setting('account'))::uuid);
create policy changed_by on calendar_feed for update using (
  (select rems_setting('everywhere')) = 'on' or account_id = (select rems_setting('account'))::uuid) with check (
  (select rems_setting('everywhere')) = 'on' or account_id = (select rems_setting('account'))::uuid);
"""


def upgrade() -> None:
    feed()
    taken_over()
    lists()


def feed() -> None:
    name = "calendar_feed"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_digest", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{name}_account_id")),
        sa.UniqueConstraint("secret_digest", name=op.f(f"uq_{name}_secret_digest")),
        sa.CheckConstraint("length(secret_digest) = 64", name=op.f(f"ck_{name}_digest_is_sha256")),
    )
    op.create_index(
        f"uq_{name}_account_id", name, ["account_id"], unique=True, postgresql_where=sa.text("revoked_at IS NULL")
    )
    op.execute(PROTECTED)


def taken_over() -> None:
    op.add_column("infusion", sa.Column("taken_over", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.alter_column("infusion", "authorization_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_infusion_authorized_or_taken_over"), "infusion", "(authorization_id IS NULL) = (taken_over <> '')"
    )


def lists() -> None:
    name, open_ = "planned_visit", sa.text("held_on IS NULL")
    unset = sa.text("held_on IS NULL AND closes_on IS NULL")
    op.create_index(f"ix_{name}_of_program", name, ["program_id", "closes_on"], postgresql_where=open_)
    op.create_index(f"ix_{name}_unset_of_program", name, ["program_id", "target_on"], postgresql_where=unset)
    op.create_index(f"ix_{name}_unset", name, ["scope_id", "target_on"], postgresql_where=unset)
