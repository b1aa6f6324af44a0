"""Settings: config/default.toml for what a reviewer may read, REMS_… variables for the place and its secrets."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rems.core import vault
from rems.core.errors import SetupError
from rems.core.vault import Vault

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASES, MAIL_SERVERS = ("postgresql", "postgres"), ("smtp", "smtps")
MIN_SECRET, MIN_DIFFERENT = 32, 12  # characters
MAKE_ONE = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
MOST_PROXIES = 5


@dataclass(frozen=True)
class Settings:
    """What the program was started with. `database_url` empty: the program runs its own PostgreSQL under `data_dir`."""

    data_dir: Path
    database_url: str
    owner_database_url: str
    secret_key: str
    demo: bool
    smtp_url: str
    base_url: str
    metrics_token: str
    proxies: int
    values: Mapping[str, Mapping[str, Any]]
    vault: Vault = field(repr=False)

    @property
    def embedded(self) -> bool:
        return not self.database_url

    def value(self, section: str, name: str) -> Any:
        return self.values[section][name]


def read(env: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises SetupError with one sentence that names the variable and what is expected."""
    data_dir = Path(env.get("REMS_DATA_DIR") or ROOT / "instance").resolve()
    url, owner_url = env.get("REMS_DATABASE_URL"), env.get("REMS_OWNER_DATABASE_URL", "")
    if owner_url and url is None:
        raise SetupError(
            "REMS_DATABASE_URL is missing: REMS_OWNER_DATABASE_URL is set, so both must be; "
            "the first for the role rems_app."
        )
    for name, given in (("REMS_DATABASE_URL", url), ("REMS_OWNER_DATABASE_URL", owner_url or None)):
        if given is not None and (wrong := _wrong_address(given, DATABASES)):
            raise SetupError(f"{name} must be an address like postgresql://rems_app:…@host:5432/rems; {wrong}.")
    smtp_url = env.get("REMS_SMTP_URL", "")
    if smtp_url and (wrong := _wrong_address(smtp_url, MAIL_SERVERS)):
        raise SetupError(
            f"REMS_SMTP_URL must be an address like smtp://user:password@host:587 or smtps://host:465; {wrong}."
        )
    if (demo_given := env.get("REMS_DEMO", "0")) not in ("0", "1"):
        raise SetupError(f'REMS_DEMO must be 0 or 1, not "{demo_given}".')
    demo = demo_given == "1"
    if not (proxies := env.get("REMS_PROXIES", "0")).isascii() or not proxies.isdigit() or int(proxies) > MOST_PROXIES:
        raise SetupError(f'REMS_PROXIES must be a number from 0 to {MOST_PROXIES}, not "{proxies}".')
    return Settings(
        data_dir=data_dir,
        database_url=url or "",
        owner_database_url=owner_url,
        secret_key=_secret(env, data_dir, own=not url, demo=demo),
        demo=demo,
        smtp_url=smtp_url,
        base_url=env.get("REMS_BASE_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/"),
        metrics_token=env.get("REMS_METRICS_TOKEN", ""),
        proxies=int(proxies),
        values=file_values(),
        vault=_vault(env, data_dir, own=not url, demo=demo),
    )


def file_values() -> dict[str, dict[str, Any]]:
    """What config/default.toml says, by section."""
    return tomllib.loads((ROOT / "config" / "default.toml").read_text(encoding="utf-8"))


def _wrong_address(given: str, kinds: tuple[str, ...]) -> str:
    """What is wrong with an address, without what it may hold of a password; empty: nothing."""
    if not given:
        return "it is empty"
    kind, sign, _ = given.partition("://")
    if not sign or kind not in kinds:
        return f'it begins with "{given.split(":", 1)[0][:20]}"'
    try:
        named = (urlsplit(given).hostname, urlsplit(given).port)
    except ValueError:
        return "its host or port can't be read; signs like / @ : in a password are written as %2F %40 %3A"
    return "it names no host" if kinds == MAIL_SERVERS and not named[0] else ""


def _secret(env: Mapping[str, str], data_dir: Path, *, own: bool, demo: bool) -> str:
    given = env.get("REMS_SECRET_KEY")
    if given is None:
        if not own and not demo:
            raise SetupError(f"REMS_SECRET_KEY is missing. {MAKE_ONE}")
    elif not demo and (len(given) < MIN_SECRET or len(set(given)) < MIN_DIFFERENT):
        raise SetupError(
            f"REMS_SECRET_KEY is too weak: it needs {MIN_SECRET} characters or more, made at random. {MAKE_ONE}"
        )
    return given or _own_file(data_dir, "secret-key", secrets.token_urlsafe(48))


def _vault(env: Mapping[str, str], data_dir: Path, *, own: bool, demo: bool) -> Vault:
    """The keys of what is kept encrypted. Raises SetupError for none with a database of one's own, or a wrong one."""
    given = env.get("REMS_DATA_KEYS", "")
    if not given and not own and not demo:
        raise SetupError(f"REMS_DATA_KEYS is missing: contact details of patients are encrypted. {vault.MAKE_ONE}")
    return vault.read_keys(given or _own_file(data_dir, "data-keys", vault.new_key("own")))


def _own_file(data_dir: Path, name: str, draft_text: str) -> str:
    """A secret kept in the data folder, made at the first start. Raises SetupError: the folder can't be used."""
    file = data_dir / name
    try:
        if not file.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            draft = data_dir / f"{name}.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(draft_text, encoding="ascii")
            with suppress(FileExistsError):  # the first of several starting processes wins
                os.link(draft, file)
            draft.unlink()
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise SetupError(f"REMS_DATA_DIR can't be used: {error.strerror or error}: {error.filename}.") from error
