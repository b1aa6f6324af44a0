"""The design sheet in a real browser: axe objects to nothing, the policy stops nothing, nothing is too wide."""

import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server


def test_the_sheet_is_for_the_demonstration_only(make):
    assert make(demo=False).test_client().get("/design").status_code == 404


def test_no_template_carries_a_style_or_a_script(client):
    text = client.get("/design").text
    assert " style=" not in text
    assert "<style" not in text
    assert "javascript:" not in text
    assert text.count("<script") == text.count('<script type="module" src=')


@pytest.fixture
def address(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everyone_can_use_it(chromium, address, width, theme):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": name, "value": theme, "url": address} for name in ("theme", "theme_choice")])
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        for path in ("/design", "/closed?as_of=2021-12-15", "/fails/Incomplete", "/another-day?as_of=24/11"):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address + path)
            assert page.locator("html").get_attribute("data-bs-theme") == theme
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
            page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
            found = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in Axe().run(page).response["violations"]]
            assert found == [], path
        stopped = [text for text in said if "Failed to load resource" not in text]  # 422 pages say so themselves
        assert stopped == []
    finally:
        context.close()


def test_the_theme_the_menu_and_the_dialog_work_by_keyboard(chromium, address):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(f"{address}/design")
        page.locator("details.menu summary").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Dark").press("Enter")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        page.keyboard.press("Escape")
        assert page.locator("details.menu").get_attribute("open") is None
        page.reload()
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        page.keyboard.press("Control+k")
        assert page.evaluate("document.activeElement.id") == "find"
        opener = page.locator("[data-ask]")
        opener.focus()
        page.keyboard.press("Space")
        assert page.locator("#void-modal").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#void-modal").is_visible()
        assert opener.evaluate("one => one === document.activeElement")
    finally:
        page.close()
