"""The blueprint of the pages of follow-up."""

from flask import Blueprint

bp = Blueprint("followup", __name__)
