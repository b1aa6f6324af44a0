"""Encrypt what the database must not be able to read: AES-256-GCM under keys that only the program has."""

import base64
import binascii
import os
import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rems.core.errors import SetupError

KEY_BYTES, NONCE_BYTES, MIN_DIFFERENT = 32, 12, 12
FORM = b"\x01"  # the first byte of every sealed value: how the rest is read
NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")
MAKE_ONE = "Make one with: python -m rems keys new NAME"


@dataclass(frozen=True)
class Key:
    """One key: the name that each value carries, and the secret, which no log and no page shows."""

    name: str
    secret: bytes = field(repr=False)

    @property
    def head(self) -> bytes:
        """How every value begins that this key sealed."""
        name = self.name.encode("ascii")
        return FORM + bytes([len(name)]) + name


@dataclass(frozen=True)
class Cell:
    """Where a sealed value stands. It opens there and nowhere else, so that it cannot be moved to another row."""

    table: str
    column: str
    row: UUID

    @property
    def bound(self) -> bytes:
        return "\0".join((self.table, self.column, str(self.row))).encode()


class Unreadable(SetupError):
    """A sealed value does not open: no such key is given, or it was changed or moved."""


@dataclass(frozen=True)
class Vault:
    """The keys of an installation; the first seals, all open."""

    keys: tuple[Key, ...]

    def seal(self, text: str, cell: Cell) -> bytes:
        """The text under the first key, readable at that cell alone; another time it looks different."""
        key, nonce = self.keys[0], os.urandom(NONCE_BYTES)
        sealed = AESGCM(key.secret).encrypt(nonce, text.encode(), key.head + cell.bound)
        return key.head + nonce + sealed

    def open(self, value: bytes, cell: Cell) -> str:
        """The text of a sealed value. Raises Unreadable without its key, or where it was changed or moved."""
        key = self._key_of(value)
        begin = len(key.head)
        nonce, sealed = value[begin : begin + NONCE_BYTES], value[begin + NONCE_BYTES :]
        try:
            return AESGCM(key.secret).decrypt(nonce, sealed, key.head + cell.bound).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable(
                f'A value in {cell.table} does not open with the key "{key.name}" of REMS_DATA_KEYS: it is not the '
                "key that sealed it, or the value was changed or moved."
            ) from error

    def is_current(self, value: bytes) -> bool:
        """Whether the first key sealed it."""
        return value.startswith(self.keys[0].head)

    def _key_of(self, value: bytes) -> Key:
        for key in self.keys:
            if value.startswith(key.head):
                return key
        raise Unreadable(
            f'A value is sealed with the key "{name_of(value)}", which is not in REMS_DATA_KEYS. '
            "Put it back at the end of the list; python -m rems keys rotate makes it needless."
        )


def name_of(value: bytes) -> str:
    """The name of the key that sealed a value; "?" for what no vault sealed."""
    if value[:1] != FORM or len(value) < 2:
        return "?"
    return value[2 : 2 + value[1]].decode("ascii", errors="replace")


def new_key(name: str) -> str:
    """A new key as the setting writes it. Raises SetupError for a name that cannot be one."""
    _check_name(name)
    return f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode('ascii')}"


def read_keys(text: str) -> Vault:
    """The keys of REMS_DATA_KEYS, `name:base64,name:base64`. Raises SetupError, which never shows a key."""
    keys: list[Key] = []
    for number, part in enumerate(text.split(","), 1):
        name, sign, coded = part.strip().partition(":")
        if not sign:
            raise SetupError(f"REMS_DATA_KEYS: entry {number} is not written name:base64. {MAKE_ONE}")
        _check_name(name)
        if any(key.name == name for key in keys):
            raise SetupError(f'REMS_DATA_KEYS names the key "{name}" twice; each has a name of its own.')
        keys.append(Key(name, _secret(name, coded)))
    return Vault(tuple(keys))


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise SetupError("REMS_DATA_KEYS: the name of a key is 1 to 20 letters, digits, - and _, such as 2026a.")


def _secret(name: str, coded: str) -> bytes:
    try:
        found = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SetupError(f'REMS_DATA_KEYS: the key "{name}" is no base64. {MAKE_ONE}') from error
    if len(found) != KEY_BYTES:
        raise SetupError(
            f'REMS_DATA_KEYS: the key "{name}" has {len(found)} bytes; it needs exactly {KEY_BYTES}. {MAKE_ONE}'
        )
    if len(set(found)) < MIN_DIFFERENT:
        raise SetupError(f'REMS_DATA_KEYS: the key "{name}" was not made at random. {MAKE_ONE}')
    return found
