"""The table of contents of a long paper: each section with its page, known only once the whole paper is set."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from rems.paper import fonts
from rems.paper.sheet import PaperCanvas
from rems.paper.styles import EDGE, HAIR, INK, SOFT

_LINE, _SIZE = 15.0, 9.0


class Contents(Flowable):
    """A line for each title, which is that of a `section` of the same paper, with its page at the right."""

    canv: PaperCanvas

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self.titles = tuple(titles)
        self.spaceAfter = 6

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:
        self.room = aW
        return aW, _LINE * len(self.titles)

    def draw(self) -> None:
        for place, title in enumerate(self.titles):
            y = _LINE * (len(self.titles) - place) - 11
            end = self._say(title, y)
            self.canv.setStrokeColor(EDGE)
            self.canv.setLineWidth(HAIR)
            self.canv.setDash(0.5, 3)
            self.canv.line(end + 4, y + 1.5, self.room - 18, y + 1.5)
            self.canv.setDash()
            self.canv.saveState()
            self.canv.translate(self.room, y)
            self.canv.doForm(self.canv.page_of(title))
            self.canv.restoreState()
            self.canv.linkRect("", self.canv.page_of(title), (0, y - 3, self.room, y + 11), relative=1, thickness=0)

    def _say(self, text: str, y: float) -> float:
        self.canv.setFillColor(INK)
        x = 0.0
        for name, part in fonts.runs(text, fonts.TEXT):
            self.canv.setFont(name, _SIZE)
            self.canv.drawString(x, y, part)
            x += fonts.stringed(part, name, _SIZE)
        self.canv.setFillColor(SOFT)
        return x
