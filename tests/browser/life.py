"""One site at a browser: its people sit down in turn, fill in its forms, and read its certification of any day."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from rems.core.actor import Actor
from rems.core.db import reading
from rems.trail.knowing import settled
from tests.browser.test_certification import look
from tests.factories import KYMRIAH, PASSWORD, Hospital


def said(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


READ = """async address => {
  const text = await (await fetch(address)).text();
  return new DOMParser().parseFromString(text, "text/html").querySelector(".split > div").textContent;
}"""


class Life:
    """One site and its pages; `seen` keeps what a page said of a day as known at a moment."""

    def __init__(
        self,
        page: Page,
        hospital: Hospital,
        enter: Callable[[Actor], None],
        axe: Callable[[Page], list[Any]],
        shots: Callable[[Page, str], None],
        *,
        code: str = KYMRIAH,
    ) -> None:
        self.page, self.hospital, self.enter, self.axe, self.shots = page, hospital, enter, axe, shots
        self.site = f"/sites/{hospital.site_id}"
        self.here = f"{self.site}/programs/{code}"
        self.signer = ""
        self.seen: dict[str, str] = {}

    def look(self, name: str) -> None:
        """Of a page in a state that no other walk tries."""
        look(self.page, f"life-{name}", self.axe, self.shots)

    def keep(self, name: str) -> None:
        """A picture alone."""
        self.shots(self.page, f"life-{name}")

    def sits(self, actor: Actor) -> None:
        """Somebody else sits down at the browser."""
        assert actor.id is not None
        self.enter(actor)
        self.signer = self.hospital.world.emails[actor.id]

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f"[name='{name}']").fill(value)

    def sign(self, button: str, **values: str) -> None:
        """Fill in, give both parts of a signature where both are asked, and press."""
        self.fill(**values, password=PASSWORD)
        if self.page.locator("[name=signer]").count():
            self.fill(signer=self.signer)
        self.press(button)

    def press(self, button: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).click()

    def sign_for(self, day: date, button: str, name: str = "", **values: str) -> None:
        """Sign for another day than the page shows: it shows that day first, and is signed when it was looked at."""
        self.sign(button, holds_on=said(day), **values)
        expect(self.page.get_by_text("another day stood on this page").first).to_be_visible()
        if name:
            self.look(name)
        self.sign(button)

    def told(self, query: str) -> str:
        """What the page of the certification says, beside its margin; fetched without its pictures and styles."""
        found: str = self.page.evaluate(READ, f"{self.here}?{query}")
        return found

    def note(self, days: Iterable[date]) -> None:
        """A step is done: read each of those days, as known at this moment."""
        with reading(self.hospital.manager):
            known_at, sure = settled()
        assert sure
        for day in days:
            query = f"as_of={day}&known_at={known_at:%Y-%m-%dT%H:%M:%S.%fZ}"
            self.seen[query] = self.told(query)
