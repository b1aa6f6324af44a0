"""A file that is sent: its kind is read from its content, not from its name."""

from collections.abc import Sequence
from typing import Any

from rems.web.fields import Asked

BEGINNINGS = {"pdf": (b"%PDF-",), "png": (b"\x89PNG\r\n\x1a\n",), "jpeg": (b"\xff\xd8\xff",), "zip": (b"PK\x03\x04",)}
NAMES = {
    "pdf": "a PDF",
    "png": "a PNG picture",
    "jpeg": "a JPEG picture",
    "zip": "a ZIP file",
    "text": "text (UTF-8)",
    "csv": "a CSV list",
}
MEGABYTE = 1024 * 1024


def kind_of(content: bytes) -> str:
    """pdf, png, jpeg, zip, text, or empty for anything else."""
    for kind, beginnings in BEGINNINGS.items():
        if content.startswith(beginnings):
            return kind
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if b"\x00" in content else "text"


def either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


class UploadField(Asked):
    """A file of one of `kinds`, at most `megabytes`. `.data` is bytes, `.filename` its sent name, `.found` its kind."""

    kind = "upload"
    missing = "{}: choose a file"

    def __init__(
        self,
        label: str,
        *,
        kinds: Sequence[str] = ("pdf", "png", "jpeg"),
        megabytes: int = 10,
        hint: str = "",
        **more: Any,
    ) -> None:
        allowed = either([NAMES[kind] for kind in kinds])
        says = hint or f"{allowed[:1].upper()}{allowed[1:]}, up to {megabytes} MB. It is checked by its content."
        super().__init__(label, hint=says, **more)
        self.kinds, self.megabytes, self.allowed = tuple(kinds), megabytes, allowed
        self.filename = self.found = ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        sent = valuelist[0] if valuelist else None
        self.data = None
        if sent is not None and getattr(sent, "filename", None):
            self.filename = sent.filename.replace("\\", "/").rsplit("/", 1)[-1]
            self.data = sent.read(self.megabytes * MEGABYTE + 1)
            self.found = kind_of(self.data)

    def is_empty(self) -> bool:
        return self.data is None

    def wrong(self) -> str:
        if not self.data:
            return f'"{self.filename}" is empty'
        if len(self.data) > self.megabytes * MEGABYTE:
            return f'"{self.filename}" is larger than {self.megabytes} MB'
        listed = "csv" in self.kinds and self.found in ("text", "")  # in which letters, its reader says
        return "" if listed or self.found in self.kinds else f'"{self.filename}" is not {self.allowed}'

    def text(self) -> str:
        return ""
