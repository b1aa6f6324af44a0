"""Papers for the tests: a document with a proof, and what its pages say."""

from datetime import UTC, date, datetime
from io import BytesIO

from pypdf import PdfReader

from rems.paper.page import Document, Proof

DIGEST = "41d07be29a550c1f8832d6a417bb90ce" * 2
PROOF = Proof(
    as_of=date(2021, 12, 15),
    known_at=datetime(2022, 1, 31, 23, 59, tzinfo=UTC),
    program_line="KYMRIAH REMS, version of 2017-08-30",
    rules_digest="5c77e0a1" * 8,
    content_digest=DIGEST,
    seal_line="8,412 of 2026-11-24 15:02 UTC 7c1e 90aa 52fd 33b8",
    verify_address="rems.example/verify",
)


def document(**changes):
    given = {
        "title": "Site compliance report",
        "scope_line": "Harrow Lake University Hospital",
        "subline": "KYMRIAH REMS, version of 30 August 2017",
        "facts": [("As of", "Wednesday 15 December 2021"), ("Asked by", "Noor Haddad, auditor")],
        "footer": PROOF,
    }
    return Document(**{**given, **changes})


def reader(pdf):
    return PdfReader(BytesIO(pdf))


def texts(pdf):
    return [page.extract_text() for page in reader(pdf).pages]
