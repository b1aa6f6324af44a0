"""A signature on paper: who, why, when, of what, and what changed since."""

from datetime import UTC, datetime

from rems.paper.cells import State
from rems.signatures.binding import BROKEN, VALID, Difference, earlier
from rems.signatures.models import Signature
from rems.signatures.printed import printed
from rems.signatures.queries import Proved
from rems.signatures.rules import Meaning

SIGNATURE = Signature(
    printed_name="Ada Grau",
    role="program manager",
    meaning=Meaning.APPROVAL,
    statement="Approval of certificate 0007",
    signed_at=datetime(2026, 11, 24, 15, 42, tzinfo=UTC),
    timezone="America/Chicago",
    digest="ab" * 32,
)


def test_a_paper_names_the_signer_the_meaning_and_the_moment_with_its_zone() -> None:
    found = printed(Proved(SIGNATURE, VALID))
    assert (found.printed_name, found.meaning) == (
        "Ada Grau, program manager",
        "Approval. Approval of certificate 0007",
    )
    assert found.moment_line == "Tue 24 Nov 2026, 09:42:00 CST (15:42:00 UTC)"
    assert found.standing and (found.standing.state, found.standing.word, found.changes) == (State.MET, "Valid", "")


def test_a_paper_says_what_changed_since_it_was_signed() -> None:
    many = [Difference(f"place{n}", "x", None) for n in range(7)]
    found = printed(Proved(SIGNATURE, earlier(many)))
    assert found.standing and found.standing.word == "Signed an earlier version"
    assert found.changes.startswith("The record has changed in 7 places since it was signed.")
    assert 'place0: "x" then, nothing now' in found.changes
    assert found.changes.endswith("; and 2 more")


def test_a_broken_signature_says_so_on_paper() -> None:
    found = printed(Proved(SIGNATURE, BROKEN))
    assert found.standing and found.standing.state is State.LATE
    assert found.changes == BROKEN.sentence
