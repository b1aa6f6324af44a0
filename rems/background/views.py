"""Pages of this floor."""

from flask import Blueprint

bp = Blueprint("background", __name__)


@bp.get("/background")
def index() -> str:
    return "stub"
