"""Small tables in HTML, by which objects show themselves in a notebook.

Colours are the page's own, more or less see-through: they read in light and in dark notebooks. All texts are escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

ACCENT = "#b87700"
MOST_ROWS = 40
"""A list with more rows says how many are left out."""

_TABLE = f"border-collapse:collapse;border-left:3px solid {ACCENT};font-size:0.92em"
_ROW = "background:none"
_KEY = "text-align:left;padding:1px 12px 1px 10px;opacity:0.65;font-weight:normal;background:none;vertical-align:top"
_VALUE = "text-align:left;padding:1px 10px;font-family:monospace;background:none;white-space:pre-wrap"
_NUMBER = "text-align:right;padding:1px 10px;font-family:monospace;background:none"


def card(rows: Iterable[tuple[str, str]]) -> str:
    """What is known of one thing: a row for each fact, its name before it.

    >>> print(card([("name", "<x>")]))
    <table ...><tbody><tr ...><th scope="row" ...>name</th><td ...>&lt;x&gt;</td></tr></tbody></table>
    """
    lines = [_row(f'<th scope="row" style="{_KEY}">{escape(k)}</th>', _cell(v)) for k, v in rows]
    return _table("", lines)


def listing(heads: Sequence[str], rows: Sequence[Sequence[str | int]], unit: str = "rows") -> str:
    """Many things of one kind, a row each; numbers stand to the right. The first `MOST_ROWS` are shown.

    >>> print(listing(["name", "bytes"], [["w", 4000]]))
    <table ...<th scope="col" ...>name</th>...<td ...>w</td><td ...>4,000</td>...
    """
    numeric = [any(isinstance(row[i], int) for row in rows) for i in range(len(heads))]
    aligned = [_KEY.replace("text-align:left", "text-align:right") if number else _KEY for number in numeric]
    cells = [f'<th scope="col" style="{style}">{escape(text)}</th>' for text, style in zip(heads, aligned, strict=True)]
    lines = [_row(*map(_cell, row)) for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        more = f"and {len(rows) - MOST_ROWS:,} more {unit}"
        lines.append(_row(f'<td colspan="{len(heads)}" style="{_KEY}">{escape(more)}</td>'))
    return _table(f"<thead>{_row(*cells)}</thead>", lines, "margin-top:6px;")


def size_text(size: int) -> str:
    """A number of bytes as people say it.

    >>> [size_text(n) for n in (0, 999, 4000, 2_560_000)]
    ['0 bytes', '999 bytes', '4.0 kB', '2.6 MB']
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


def _table(head: str, lines: Sequence[str], style: str = "") -> str:
    return f'<table style="{style}{_TABLE}">{head}<tbody>{"".join(lines)}</tbody></table>'


def _row(*cells: str) -> str:
    return f'<tr style="{_ROW}">{"".join(cells)}</tr>'


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f'<td style="{_NUMBER}">{value:,}</td>'
    return f'<td style="{_VALUE}">{escape(value)}</td>'
