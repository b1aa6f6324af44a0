"""Is the process up (`/healthz`), is all it needs in order (`/readyz`), and numbers for Prometheus (`/metrics`)."""

import hmac
import os
from collections.abc import Callable
from time import perf_counter

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from rems.web.security import public

Check = Callable[[], object]
bp = Blueprint("health", __name__)
LATENCY_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """The process's own numbers; others may add theirs to `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "rems_requests", "Requests answered", ("endpoint", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "rems_request_seconds", "Seconds to answer", ("endpoint",), buckets=LATENCY_S, registry=self.registry
        )


def init_health(app: Flask) -> None:
    """Register the three pages. A check is a named callable that raises when its part is not in order."""
    app.extensions.setdefault("rems_checks", {})
    app.extensions["rems_meters"] = Meters()
    app.before_request(start_timer)
    app.after_request(count_request)
    app.register_blueprint(bp)


def start_timer() -> None:
    g.rems_started = perf_counter()


def count_request(response: Response) -> Response:
    meters: Meters = current_app.extensions["rems_meters"]
    endpoint = request.endpoint or "none"
    meters.requests.labels(endpoint, request.method if request.endpoint else "any", str(response.status_code)).inc()
    if "rems_started" in g:
        meters.seconds.labels(endpoint).observe(perf_counter() - g.rems_started)
    return response


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return {"up": True}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """503 when a check fails; the reason goes to the log, only the name to the caller."""
    checks: dict[str, Check] = current_app.extensions["rems_checks"]
    found = {name: _in_order(name, check) for name, check in checks.items()}
    ready = all(found.values())
    return {
        "ready": ready,
        "checks": {name: "in order" if fine else "not in order" for name, fine in found.items()},
    }, 200 if ready else 503


def _in_order(name: str, check: Check) -> bool:
    try:
        check()
    except Exception:
        current_app.logger.warning("check %s failed", name, exc_info=True)
        return False
    return True


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """For the bearer of REMS_METRICS_TOKEN; without one, for this machine only (and not through a proxy)."""
    if not _may_measure():
        abort(404)
    registry = current_app.extensions["rems_meters"].registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_measure() -> bool:
    token = str(current_app.config.get("REMS_METRICS_TOKEN") or "")
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return request.remote_addr in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers
