"""Signing as 21 CFR Part 11 wants it: verified signers, refused attempts, what was signed."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass
