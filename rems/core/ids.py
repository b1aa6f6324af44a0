"""Keys: UUID version 7 (RFC 9562), made in Python so that rows can be written in batches."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new key: 48 bits of milliseconds, 74 bits that rise within a process, so that keys sort by their making."""
    global _last
    with _lock:
        # 12 bits of a finer clock keep the order of keys made within one millisecond; a step forward keeps them unique.
        moment = (time.time_ns() * 4096) // 1_000_000
        _last = moment if moment > _last else _last + 1
        stamp = _last
    milliseconds, fine = divmod(stamp, 4096)
    chance = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | fine << 64 | 0b10 << 62 | chance)
