"""What machines ask: up, ready, numbers."""


def test_ready_only_when_every_check_is_in_order(app):
    client = app.test_client()
    app.extensions["rems_checks"]["database"] = lambda: None
    assert client.get("/readyz").json == {"ready": True, "checks": {"database": "in order"}}

    def broken():
        raise RuntimeError("the password is hunter2")

    app.extensions["rems_checks"]["migrations"] = broken
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"] == {"database": "in order", "migrations": "not in order"}
    assert "hunter2" not in answer.text


def test_requests_are_counted_for_this_machine_alone(app):
    client = app.test_client()
    client.get("/healthz")
    assert 'rems_requests_total{endpoint="health.healthz",method="GET",status="200"} 1.0' in client.get("/metrics").text
    assert client.get("/metrics", headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 404
    app.config["REMS_METRICS_TOKEN"] = "a token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a token"}).status_code == 200
