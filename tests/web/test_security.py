"""Closed pages, headers, cookies, and where a link may lead."""

import pytest

from rems.web.security import POLICY, cookie_settings, safe_next


@pytest.fixture
def stranger(app):
    app.extensions["signed_in"] = False
    return app.test_client()


def test_a_stranger_is_led_to_the_sign_in_page_and_back(stranger):
    answer = stranger.get("/closed?as_of=2021-12-15")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/closed?as_of%3D2021-12-15"


def test_a_stranger_can_change_nothing(stranger):
    assert stranger.post("/act").status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/healthz", "/readyz", "/static/look.js", "/style.css", "/design"],
)
def test_what_is_public_answers(stranger, path):
    with stranger.get(path) as answer:
        assert answer.status_code == 200


def test_every_other_page_is_closed(app, stranger):
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if not rule.arguments]
    closed = {rule.endpoint for rule in rules if "GET" in rule.methods and stranger.get(rule.rule).status_code == 302}
    assert closed == {"closed", "anyday.choose"}


def test_headers_are_strict_and_signed_in_pages_are_not_kept(client):
    headers = client.get("/closed").headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    with client.get("/static/look.css") as answer:
        assert "no-store" not in answer.headers.get("Cache-Control", "")


def test_with_https_cookies_stay_on_this_host(make):
    client = make(https=True).test_client()
    answer = client.get("/closed", base_url="https://rems.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-rems=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert cookie_settings(https=False)["SESSION_COOKIE_SECURE"] is False


def test_a_change_that_comes_from_another_site_is_refused(client):
    assert client.post("/act", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", "/a\nb", "javascript:x"]
)
def test_a_link_cannot_lead_away(target):
    assert safe_next(target, "/home") == "/home"


def test_a_link_can_lead_on():
    assert safe_next("/patients?page=2") == "/patients?page=2"
