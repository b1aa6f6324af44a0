"""The site compliance report: what was met on a day, as known at a moment, and why, as PDF."""

from datetime import datetime

from sqlalchemy import func, select

from rems.certification.queries import Standing
from rems.certification.rules import FindingState
from rems.core.actor import Actor
from rems.core.db import db
from rems.core.lens import Lens
from rems.events.models import AdverseEvent
from rems.paper import parts
from rems.paper.page import Document, Proof, content_digest
from rems.patients.models import Infusion
from rems.core.facts import facts
from rems.signatures import queries as signatures
from rems.sites.models import Site
