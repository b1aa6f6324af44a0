"""Every table of the program, imported once, so that the metadata is whole."""

from rems.access import models as access
from rems.background import models as background
from rems.certification import models as certification
from rems.compliance import models as compliance
from rems.compliance.audits import models as audits
from rems.core.db import Base
from rems.events import models as events
from rems.evidence import models as evidence
from rems.followup import models as followup
from rems.followup.bedside import models as bedside
from rems.followup.feed import models as feed
from rems.followup.handover import models as handover
from rems.followup.questionnaires import models as questionnaires
from rems.followup.turns import models as turns
from rems.patients import models as patients
from rems.patients.identity import models as identity
from rems.programs import models as programs
from rems.reminders import models as reminders
from rems.reports import models as reports
from rems.signatures import models as signatures
from rems.sites import models as sites
from rems.stock import models as stock
from rems.training import import_models as training_imports
from rems.training import models as training
from rems.training.assessments import models as assessments
from rems.training.courses import models as courses

METADATA = Base.metadata
FLOORS = (
    access,
    programs,
    signatures,
    sites,
    evidence,
    training,
    courses,
    assessments,
    training_imports,
    stock,
    background,
    certification,
    patients,
    identity,
    events,
    followup,
    turns,
    handover,
    feed,
    bedside,
    questionnaires,
    compliance,
    audits,
    reminders,
    reports,
)
