"""Pages of this floor."""

from flask import Blueprint

bp = Blueprint("stock", __name__)


@bp.get("/stock")
def index() -> str:
    return "stub"
