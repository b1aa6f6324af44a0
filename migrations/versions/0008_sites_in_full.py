"""Sites in full: identifiers, contacts, roles of people over time, imports."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass
