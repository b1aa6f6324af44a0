"""Whose address a caller has: the connection's own, or what a proxy that we trust says."""

import pytest
from flask import Flask, request

from rems.app import create_app
from rems.core import settings
from rems.core.db import db
from rems.core.place import Place


def behind(where: Place, tmp_path, proxies: str) -> Flask:
    env = {
        "REMS_DEMO": "1",
        "REMS_DATA_DIR": str(tmp_path),
        "REMS_SECRET_KEY": "for tests alone, not for use anywhere else",
        "REMS_METRICS_TOKEN": "a token",
        "REMS_PROXIES": proxies,
    }
    return create_app(settings.read(env), where)


@pytest.mark.parametrize(("proxies", "address"), [("0", "127.0.0.1"), ("1", "203.0.113.9"), ("2", "198.51.100.7")])
def test_only_a_trusted_proxy_says_who_calls(where: Place, tmp_path, proxies: str, address: str) -> None:
    app = behind(where, tmp_path, proxies)
    seen: list[str | None] = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    with app.app_context():
        db.engine.dispose()
    assert seen == [address]


def test_the_meters_are_for_the_bearer_of_the_token(where: Place, tmp_path) -> None:
    app = behind(where, tmp_path, "0")
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a token"}).status_code == 200
    with app.app_context():
        db.engine.dispose()
