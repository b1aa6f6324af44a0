"""What the web server writes of a request, without what an address may hold: keys of patients, and secrets of links."""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

# A key is a UUID; a secret of a one-time link or a calendar is longer than any word of an address of ours.
_KEYS = re.compile(r"(?<![\w-])[\w-]{20,}(?=[./?&\s\"'#]|$)", re.ASCII)
_ASKED = re.compile(r"\?[^\s\"']*")


def discreet(text: str) -> str:
    """An address, or a line that holds one, without keys, secrets and what was asked for after the question mark."""
    return _KEYS.sub("…", _ASKED.sub("?…", text))


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """The logger of gunicorn: in its access log and in its errors, addresses are written discreetly."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(_mask)

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """The parts of a line of the access log, whatever format asks for them."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        hidden = {name: "-" for name in found if name.startswith("{") or name in ("q", "f")}
        return {**found, **{n: discreet(str(found[n])) for n in ("r", "U") if found.get(n)}, **hidden}


def _mask(record: logging.LogRecord) -> bool:
    """gunicorn names the address of a request that failed."""
    if isinstance(record.args, tuple):
        record.args = tuple(discreet(one) if isinstance(one, str) and "/" in one else one for one in record.args)
    return True
