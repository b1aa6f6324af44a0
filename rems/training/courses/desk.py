"""What every page of courses needs: its blueprint, and the words of its states."""

from flask import Blueprint
from markdown_it import MarkdownIt
from markupsafe import Markup

from rems.training.courses.rules import EditionState

bp = Blueprint("courses", __name__)

STATE_WORDS = {
    EditionState.COMING: ("Coming", "wait"),
    EditionState.IN_USE: ("In use", "met"),
    EditionState.WITHDRAWN: ("Not in use", "off"),
}
# Markdown without HTML and pictures: what is written shows as text, and nothing is loaded from elsewhere.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@bp.app_template_filter("markdown")
def markdown(text: str) -> Markup:
    """A page as it was written in Markdown; its headings stand below that of the page, its figures to the right."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 2)}"
        elif token.attrs.pop("style", "") == "text-align:right":  # of a cell; the content policy drops styles
            token.attrs["class"] = "num"
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704  (HTML is switched off)
