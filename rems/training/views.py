"""Pages of this floor."""

from flask import Blueprint

bp = Blueprint("training", __name__)
