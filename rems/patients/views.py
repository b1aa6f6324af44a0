"""Pages of this floor."""

from flask import Blueprint

bp = Blueprint("patients", __name__)


@bp.get("/patients")
def index() -> str:
    return "stub"
