"""The certificate of a passed assessment as PDF."""

from datetime import UTC, datetime

from rems.core.errors import IllegalMove
from rems.paper.certificate import Certificate, render_certificate
from rems.paper.page import Proof, content_digest, page_size
from rems.sites.models import Site, StaffMember
from rems.sites.queries import Entry
from rems.sites.rules import ROLE_WORDS, StaffRole, said
from rems.training.models import AssessmentAttempt
from rems.training.rules import THROUGH_WORDS

LONGEST_NUMBER = 12


def certificate_pdf(
    attempt: AssessmentAttempt, who: StaffMember, role: StaffRole, entry: Entry, site: Site, *, now: datetime
) -> bytes:
    """Who passed what, when and how well. Raises IllegalMove for an attempt that was not passed."""
    if not attempt.passed:
        raise IllegalMove("This attempt was not passed, so there is no certificate of it.")
    number = attempt.id.hex[-LONGEST_NUMBER:].upper()
    content = {
        "number": number,
        "person": who.id,
        "attempt": attempt.id,
        "set": attempt.question_set,
        "answers": attempt.answers,
        "score": [attempt.correct, attempt.questions, attempt.pass_mark_percent],
        "holds_on": attempt.holds_on,
    }
    mark = f"{attempt.pass_mark_percent} % of right answers"
    recorded, printed = attempt.recorded_at.astimezone(UTC), now.astimezone(UTC)
    return render_certificate(
        Certificate(
            number=number,
            site=who.name,
            place=f"{ROLE_WORDS[role]}, {site.name}",
            program=entry.program.title,
            version_line=attempt.question_set,
            statement=f"has passed the knowledge assessment of this program with {attempt.correct} of "
            f"{attempt.questions} right answers.",
            days=[
                ("Passed on", said(attempt.holds_on)),
                ("Pass mark", mark),
                ("How it was taken", THROUGH_WORDS[attempt.came_through]),
                ("Recorded", f"{said(recorded.date())}, {recorded:%H:%M} UTC"),
                ("Printed", f"{said(printed.date())}, {printed:%H:%M} UTC"),
            ],
            title="Certificate of a knowledge assessment",
            footer=Proof(
                as_of=attempt.holds_on,
                known_at=None,
                program_line=entry.program.code,
                rules_digest="",
                content_digest=content_digest(content),
            ),
            page_size=page_size(site.country),
        )
    )
