"""Signing as 21 CFR Part 11 wants it: verified signers, refused attempts, what was signed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MEANINGS = "'attestation', 'authorship', 'responsibility', 'review', 'approval'"

PROTECTED = """
select protect('identity_check', 'own', 'account_id');
select protect('signing_attempt', 'own', 'account_id');
select protect('signing_lock', 'own', 'account_id');
create trigger email_is_never_changed before update of email on account
  for each row when (old.email is distinct from new.email) execute function trail.refuse();
"""

# The two of 0002, which now also tell and keep since when a password is in use, and whether its owner alone knows it.
PASSWORDS = """
drop function access_account(text, uuid);
create function access_account(p_email text, p_id uuid)
returns table (id uuid, email text, name text, password_hash text, active boolean, session_stamp int,
  password_own boolean, password_set_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.password_hash, a.active, a.session_stamp, a.password_own, a.password_set_at
  from public.account a where a.email = p_email or a.id = p_id
$$;
revoke execute on function access_account(text, uuid) from public;
grant execute on function access_account(text, uuid) to rems_app;

create or replace function access_change_own_password(p_hash text) returns int
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update public.account set password_hash = p_hash, password_own = true, password_set_at = public.rems_moment(),
    session_stamp = session_stamp + 1, version = version + 1
  where id = public.rems_setting('account')::uuid and active returning session_stamp
$$;
"""


def upgrade() -> None:
    op.add_column("account", sa.Column("password_own", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "account",
        sa.Column("password_set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.execute("alter table signature drop constraint ck_signature_meaning")
    op.execute(f"alter table signature add constraint ck_signature_meaning check (meaning in ({MEANINGS}))")
    op.add_column("signature", sa.Column("content", sa.Text(), nullable=True))  # empty: signed before it was kept
    op.create_check_constraint(
        op.f("ck_signature_digest_is_of_the_content"),
        "signature",
        "content IS NULL OR digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')",
    )
    identity_check()
    signing_attempt()
    signing_lock()
    op.execute(PROTECTED)
    op.execute(PASSWORDS)


def of_an_account(table: str, *columns: sa.Column) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def moment(name: str = "recorded_at") -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False)


def one_of(column: str, name: str, *values: str) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=False)


def identity_check() -> None:
    op.create_table(
        "identity_check",
        *of_an_account(
            "identity_check",
            sa.Column("name", sa.Text(), nullable=False),
            one_of("way", "way", "in_person", "by_video", "by_employer"),
            sa.Column("document", sa.Text(), nullable=False),
            sa.Column("verified_by", sa.Text(), nullable=False),
            sa.Column("verified_on", sa.Date(), nullable=False),
            sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
            sa.Column("reason", sa.Text(), server_default="", nullable=False),
            sa.Column("recorder_id", sa.Uuid(), nullable=True),
            moment(),
            sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        ),
        sa.ForeignKeyConstraint(["recorder_id"], ["account.id"], name=op.f("fk_identity_check_recorder_id")),
        sa.CheckConstraint("recorder_id <> account_id", name=op.f("ck_identity_check_not_by_oneself")),
        sa.CheckConstraint(
            "name <> '' AND document <> '' AND verified_by <> ''", name=op.f("ck_identity_check_says_who_and_how")
        ),
        sa.CheckConstraint("NOT void OR reason <> ''", name=op.f("ck_identity_check_withdrawn_with_a_reason")),
    )
    op.create_index("ix_identity_check_account_id", "identity_check", ["account_id", "recorded_at"], unique=False)


def signing_attempt() -> None:
    op.create_table(
        "signing_attempt",
        *of_an_account(
            "signing_attempt",
            one_of(
                "outcome",
                "outcome",
                "right",
                "wrong",
                "too_soon",
                "incomplete",
                "locked",
                "unverified",
                "password_not_own",
                "password_too_old",
            ),
            sa.Column("whole", sa.Boolean(), nullable=False),
            sa.Column("series", sa.Uuid(), nullable=True),
            moment(),
        ),
    )
    op.create_index("ix_signing_attempt_account_id", "signing_attempt", ["account_id", "recorded_at"], unique=False)
    op.create_index("ix_signing_attempt_recorded_at", "signing_attempt", ["recorded_at"], unique=False)


def signing_lock() -> None:
    op.create_table(
        "signing_lock",
        *of_an_account(
            "signing_lock",
            sa.Column("locked", sa.Boolean(), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
            moment(),
            sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_signing_lock_says_why")),
    )
    op.create_index("ix_signing_lock_account_id", "signing_lock", ["account_id", "recorded_at"], unique=False)
