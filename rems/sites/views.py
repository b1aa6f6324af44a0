"""Pages of this floor."""

from flask import Blueprint

bp = Blueprint("sites", __name__)


@bp.get("/sites")
def index() -> str:
    return "stub"
