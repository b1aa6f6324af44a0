"""A real server on loopback and a real Chromium; each page is tried with axe and looked at in two widths."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from rems.core.actor import Actor
from tests.factories import PASSWORD, World

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


# A browser that leaves a page drops what it was still loading; the server of the tests then forgets to close the file.
DROPPED = r"ignore:Exception ignored in. <_io.FileIO name=.*rems/static:pytest.PytestUnraisableExceptionWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings(DROPPED))


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """The application behind a real server on a free port of loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, live: str) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE, base_url=live)
    page = context.new_page()
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    context.close()
    assert not [b for b in broken if "the server responded with a status of" not in b], broken


@pytest.fixture
def sign_in(page: Page, world: World) -> Callable[[Actor], None]:
    """Sign in through the real form as an account that the test made; whoever was signed in before is not any more."""

    def enter(actor: Actor) -> None:
        assert actor.id is not None
        page.wait_for_load_state()  # a late answer to the page before would bring its session back
        page.goto("about:blank")
        page.context.clear_cookies()
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(world.emails[actor.id])
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/today**")

    return enter


@pytest.fixture
def shots() -> Callable[[Page, str], None]:
    """Keep a picture of the page in both widths where REMS_SHOTS names a folder; else do nothing."""
    folder = os.environ.get("REMS_SHOTS", "")

    def keep(page: Page, name: str) -> None:
        if not folder:
            return
        page.wait_for_load_state()
        Path(folder).mkdir(parents=True, exist_ok=True)
        for width, size in (("1280", WIDE), ("390", NARROW)):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    return keep


@pytest.fixture
def axe() -> Callable[[Page], list[Any]]:
    """What axe-core finds wrong (WCAG 2.0 to 2.2, A and AA, and best practice), at desktop and phone width."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (only where a browser is)

    def look(page: Page) -> list[Any]:
        page.wait_for_load_state()  # a click comes back as soon as the new page begins
        found: list[Any] = []
        for size in (WIDE, NARROW):
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
            for one in Axe().run(page).response["violations"]:
                found += [(one["id"], n["html"][:200], n["failureSummary"][:300]) for n in one["nodes"]]
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        return found

    return look
