"""Lists to take away: CSV in UTF-8 with its mark, which no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from rems.web.downloads import file_answer


def plain(words: object) -> object:
    """A value as a cell; a text that a spreadsheet would take for a formula is quoted."""
    if not isinstance(words, str):
        return "" if words is None else words
    return f"'{words}" if words[:1] in ("=", "+", "-", "@", "\t", "\r") else words


def csv_answer(filename: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download of these rows under these heads."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(heads)
    table.writerows([plain(value) for value in row] for row in rows)
    return file_answer(text.getvalue().encode("utf-8-sig"), filename, "text/csv; charset=utf-8")
