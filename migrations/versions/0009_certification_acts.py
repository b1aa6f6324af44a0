"""Certification by acts: applications, reviews, suspensions, invoked exceptions, overrides."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass
