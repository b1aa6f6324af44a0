"""Who may sign in, sites, their people, evidence and certification."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

PROTECTED = """
create sequence certificate_number;
grant usage on sequence certificate_number to rems_app;
select protect('program', 'reference', '', 'select');
select protect('program_version', 'reference', '', 'select');
select protect('scope', 'scope', 'id');
select protect('account', 'own', 'id', 'select, insert, update', 'password_hash');
select protect('role_grant', 'own', 'account_id', 'select, insert, update');
select protect('sign_in', 'admin', '');
select protect('site', 'site', 'id', 'select, insert, update');
select protect('signature', 'site');
select protect('location', 'site');
select protect('staff_member', 'site', 'scope_id', 'select, insert, update');
select protect('authorized_representative');
select protect('site_enrollment');
select protect('evidence', 'site');
select protect('training_record');
select protect('assessment_attempt');
select protect('certification');
select same_site('authorized_representative', 'staff_member_id', 'staff_member');
select same_site('training_record', 'staff_member_id', 'staff_member');
select same_site('assessment_attempt', 'staff_member_id', 'staff_member');
grant select on alembic_version to rems_app;
create policy seen_by on trail.entry for select using (
  (select rems_setting('everywhere')) = 'on' or (select rems_setting('admin')) = 'on' and scope_id is null
  or scope_id = any ((select rems_scopes())::uuid[]) or program_id = any ((select rems_programs())::uuid[])
  or (program_id is null and scope_id in (select s.site_id from public.scope s where s.program_id = any ((select rems_programs())::uuid[])))
);
"""

# Nobody is signed in yet when these are asked, so they run as the owner and give just what sign-in needs.
SIGN_IN = """
create function access_account(p_email text, p_id uuid)
returns table (id uuid, email text, name text, password_hash text, active boolean, session_stamp int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id, a.email, a.name, a.password_hash, a.active, a.session_stamp from public.account a
  where a.email = p_email or a.id = p_id
$$;

-- The day of a grant is that of the site's own calendar; a program has no place, its day is that of UTC.
create function access_holdings(p_account uuid, p_at timestamptz)
returns table (role text, site_id uuid, program_id uuid, scopes uuid[], timezone text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select g.role, g.site_id, g.program_id,
    (select array_agg(s.id) from public.scope s where s.site_id = g.site_id), coalesce(t.timezone, '')
  from public.role_grant g left join public.site t on t.id = g.site_id,
    lateral (select (p_at at time zone coalesce(t.timezone, 'UTC'))::date as today) as here
  where g.account_id = p_account and g.from_on <= here.today and (g.until_on is null or g.until_on >= here.today)
  order by g.from_on, g.id
$$;

create function access_failures(p_email text, p_address text, p_since timestamptz)
returns table (account_failures int, account_failed_at timestamptz, address_failures int, address_failed_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with mine as (
    select recorded_at from public.sign_in f where f.email = p_email and not f.succeeded and f.recorded_at > p_since - interval '1 day'
      and f.recorded_at > coalesce((select max(recorded_at) from public.sign_in s where s.email = p_email and s.succeeded), '-infinity')
  ), theirs as (
    select recorded_at from public.sign_in f where f.address = p_address and not f.succeeded and f.recorded_at > p_since
  )
  select (select count(*) from mine)::int, (select max(recorded_at) from mine),
    (select count(*) from theirs)::int, (select max(recorded_at) from theirs)
$$;

-- An administrator names sites when giving a role, and sees nothing else of them.
create function access_sites()
returns table (id uuid, name text, city text, country text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.id, t.name, t.city, t.country from public.site t where public.rems_setting('admin') = 'on' order by t.folded, t.id
$$;

-- Accounts are written by administrators alone; of their own a person changes the password, and nothing else.
create function access_change_own_password(p_hash text) returns int
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  update public.account set password_hash = p_hash, session_stamp = session_stamp + 1, version = version + 1
  where id = public.rems_setting('account')::uuid and active returning session_stamp
$$;
revoke execute on function access_sites(), access_change_own_password(text) from public;
grant execute on function access_sites(), access_change_own_password(text) to rems_app;
revoke execute on function access_account(text, uuid), access_holdings(uuid, timestamptz), access_failures(text, text, timestamptz) from public;
grant execute on function access_account(text, uuid), access_holdings(uuid, timestamptz), access_failures(text, text, timestamptz) to rems_app;
"""


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("session_stamp", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_account_has_a_name")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_account_email_is_folded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "program",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("code", name=op.f("uq_program_code")),
    )
    op.create_table(
        "program_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_program_version_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_version")),
        sa.UniqueConstraint("program_id", "version", name=op.f("uq_program_version_program_id_version")),
    )
    op.create_table(
        "scope",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(program_id IS NULL) = (id = site_id)", name=op.f("ck_scope_home_is_the_site")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_scope_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope")),
        sa.UniqueConstraint("id", "program_id", name=op.f("uq_scope_id_program_id")),
        sa.UniqueConstraint(
            "site_id", "program_id", name=op.f("uq_scope_site_id_program_id"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index("ix_sign_in_address_at", "sign_in", ["address", "recorded_at"], unique=False)
    op.create_index("ix_sign_in_email_at", "sign_in", ["email", "recorded_at"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_site_country_is_iso")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_site_has_a_name")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_site_program_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_folded"), "site", ["folded"], unique=False)
    op.create_table(
        "certification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("rules_digest", sa.Text(), nullable=False),
        sa.Column("findings", JSONB(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_certification_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_certification_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["certification.id", "certification.scope_id"],
            name=op.f("fk_certification_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_certification_id_scope_id")),
        sa.UniqueConstraint("number", name=op.f("uq_certification_number")),
    )
    op.create_index("ix_certification_scope_id", "certification", ["scope_id", "holds_on"], unique=False)
    op.create_index(
        "uq_certification_supersedes_id",
        "certification",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "representative-designated",
                "enrollment-form",
                "live-training",
                "material-review",
                "knowledge-assessment",
                "staff-training",
                "procedure-new-staff",
                "procedure-verify-tocilizumab",
                "site-qualification",
                "tocilizumab-verified",
                "wallet-card",
                "alert-card",
                "case-report",
                "records-kept",
                "audit",
                "registry-consent",
                "traceability",
                "infusion",
                "contact",
                "retraining",
                name="evidencekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "site",
                "person",
                "patient",
                "infusion",
                "case",
                name="subjectkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
        sa.Column("source_table", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= holds_on", name=op.f("ck_evidence_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.site_id", "scope.program_id"],
            name=op.f("fk_evidence_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_evidence_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["evidence.id", "evidence.scope_id"],
            name=op.f("fk_evidence_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_evidence_id_scope_id")),
    )
    op.create_index("ix_evidence_scope_id", "evidence", ["scope_id", "kind", "holds_on"], unique=False)
    op.create_index("ix_evidence_subject_id", "evidence", ["subject_id", "kind"], unique=False)
    op.create_index(
        "uq_evidence_supersedes_id",
        "evidence",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hospital", "clinic", "unit", name="locationkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "scope_id"], ["location.id", "location.scope_id"], name=op.f("fk_location_parent_id_scope_id")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_location_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_location_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_location_id_scope_id")),
        sa.UniqueConstraint("scope_id", "name", name=op.f("uq_location_scope_id_name")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "site_coordinator",
                "authorized_representative",
                "pharmacist",
                "treating_physician",
                "program_manager",
                "case_processor",
                "medical_reviewer",
                "auditor",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("site_id IS NULL OR program_id IS NULL", name=op.f("ck_role_grant_held_for_one_thing")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_role_grant_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_role_grant_program_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_role_grant_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_account_id", "role_grant", ["account_id"], unique=False)
    op.create_index("ix_role_grant_program_id", "role_grant", ["program_id"], unique=False)
    op.create_index("ix_role_grant_site_id", "role_grant", ["site_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("printed_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "meaning",
            sa.Enum(
                "authorship",
                "responsibility",
                "review",
                "approval",
                name="meaning",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("subject_table", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_signature_digest_is_sha256")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signature_account_id")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"], ["scope.id", "scope.program_id"], name=op.f("fk_signature_scope_id_program_id")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_signature_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_index("ix_signature_subject", "signature", ["subject_table", "subject_id"], unique=False)
    op.create_table(
        "staff_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "physician",
                "nurse",
                "pharmacist",
                "cell_therapist",
                "coordinator",
                "other",
                name="staffrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_staff_member_leaves_after_joining")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_staff_member_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_staff_member_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_staff_member_id_scope_id")),
    )
    op.create_index("ix_staff_member_scope_id", "staff_member", ["scope_id"], unique=False)
    op.create_table(
        "assessment_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("question_set", sa.Text(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("pass_mark_percent", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "correct BETWEEN 0 AND questions", name=op.f("ck_assessment_attempt_score_within_questions")
        ),
        sa.CheckConstraint(
            "pass_mark_percent BETWEEN 1 AND 100", name=op.f("ck_assessment_attempt_pass_mark_is_a_share")
        ),
        sa.CheckConstraint(
            "passed = (correct * 100 >= pass_mark_percent * questions)",
            name=op.f("ck_assessment_attempt_passed_by_the_mark"),
        ),
        sa.CheckConstraint("questions > 0", name=op.f("ck_assessment_attempt_asks_something")),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_assessment_attempt_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_assessment_attempt_scope_id")),
        sa.ForeignKeyConstraint(
            ["staff_member_id", "site_id"],
            ["staff_member.id", "staff_member.scope_id"],
            name=op.f("fk_assessment_attempt_staff_member_id_site_id"),
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["assessment_attempt.id", "assessment_attempt.scope_id"],
            name=op.f("fk_assessment_attempt_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_attempt")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_assessment_attempt_id_scope_id")),
    )
    op.create_index(
        "uq_assessment_attempt_supersedes_id",
        "assessment_attempt",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "authorized_representative",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_authorized_representative_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_authorized_representative_scope_id")),
        sa.ForeignKeyConstraint(
            ["staff_member_id"], ["staff_member.id"], name=op.f("fk_authorized_representative_staff_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["authorized_representative.id", "authorized_representative.scope_id"],
            name=op.f("fk_authorized_representative_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorized_representative")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_authorized_representative_id_scope_id")),
    )
    op.create_index(
        "ix_authorized_representative_scope_id", "authorized_representative", ["scope_id", "holds_on"], unique=False
    )
    op.create_index(
        "uq_authorized_representative_supersedes_id",
        "authorized_representative",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "training_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("staff_member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "live-training",
                "material-review",
                "staff-training",
                name="trainingkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_training_record_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_training_record_scope_id")),
        sa.ForeignKeyConstraint(
            ["staff_member_id", "site_id"],
            ["staff_member.id", "staff_member.scope_id"],
            name=op.f("fk_training_record_staff_member_id_site_id"),
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["training_record.id", "training_record.scope_id"],
            name=op.f("fk_training_record_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_record")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_training_record_id_scope_id")),
    )
    op.create_index(
        "uq_training_record_supersedes_id",
        "training_record",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.create_table(
        "site_enrollment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("holds_on", sa.Date(), nullable=False),
        sa.Column("representative_id", sa.Uuid(), nullable=False),
        sa.Column("attestations", JSONB(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("rems_moment()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("rems_actor()"), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id", "program_id"],
            ["scope.id", "scope.program_id"],
            name=op.f("fk_site_enrollment_scope_id_program_id"),
        ),
        sa.ForeignKeyConstraint(
            ["representative_id", "scope_id"],
            ["authorized_representative.id", "authorized_representative.scope_id"],
            name=op.f("fk_site_enrollment_representative_id_scope_id"),
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_site_enrollment_scope_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "scope_id"],
            ["site_enrollment.id", "site_enrollment.scope_id"],
            name=op.f("fk_site_enrollment_supersedes_id_scope_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_enrollment")),
        sa.UniqueConstraint("id", "scope_id", name=op.f("uq_site_enrollment_id_scope_id")),
    )
    op.create_index(
        "uq_site_enrollment_supersedes_id",
        "site_enrollment",
        ["supersedes_id"],
        unique=True,
        postgresql_where=sa.text("supersedes_id IS NOT NULL"),
    )
    op.execute(PROTECTED)
    op.execute(SIGN_IN)
