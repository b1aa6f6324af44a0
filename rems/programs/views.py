"""Pages of this floor."""

from flask import Blueprint

bp = Blueprint("programs", __name__)


@bp.get("/programs")
def index() -> str:
    return "stub"
