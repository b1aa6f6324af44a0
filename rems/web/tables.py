"""Lists to take away: CSV in UTF-8 with its mark, or XLSX; no spreadsheet takes a text of theirs for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter
from flask import Response

from rems.web.downloads import file_answer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 18  # of a column, in characters


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


def xlsx_answer(filename: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The same as a workbook of one sheet (title up to 31 letters): days are days, and a text stays a text.

    Written row by row, so that a long list costs no more memory than a short one.
    """
    kept = io.BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(kept, {"constant_memory": True, "in_memory": False, **plain_text})
    sheet, bold = book.add_worksheet(title), book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_column(0, len(heads) - 1, WIDTH)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, heads, bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif value is not None:
                sheet.write(number, column, value)
    book.close()
    return file_answer(kept.getvalue(), filename, XLSX)
