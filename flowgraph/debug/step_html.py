"""How a stepper shows itself in a notebook: what ran last, what is about to run, its line, its values."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Sequence
from html import escape
from typing import Any

from flowgraph import errors
from flowgraph.debug.step_place import Place
from flowgraph.debug.step_values import Value

# Colours are the page's own, more or less see-through: they read in light and in dark notebooks.
_BOX = "border-left:3px solid #b87700;padding:2px 12px;font-size:0.92em"
_CELL = "text-align:left;padding:1px 10px;font-family:monospace;background:none;vertical-align:middle"
_FAINT = "opacity:0.65"
_MARK = "background:rgba(184,119,0,0.25)"
_SIDE = 48


def stepper_html(stepper: Any) -> str:
    """Where a stepper stands."""
    ran = f"{stepper.ran} op{'' if stepper.ran == 1 else 's'} ran"
    rows = [f'<div style="{_FAINT}">{escape(f"{ran}. {stepper.reason}" if stepper.reason else ran)}</div>']
    if stepper.last is not None and stepper.last.outputs:
        rows.append(_values(f"{stepper.last.name} gave", stepper.last.outputs))
    if stepper.place is not None:
        rows += _place(stepper.place)
    return f'<div style="{_BOX}">{"".join(rows)}</div>'


def _place(place: Place) -> list[str]:
    name, kind = escape(place.name), escape(place.type)
    rows = [f'<div>about to run: <b style="font-family:monospace">{name}</b> ({kind})</div>']
    rows += [f'<div style="{_FAINT}">{escape(note)}</div>' for note in place.notes]
    if place.op.site is not None:
        rows.append(f'<div style="{_FAINT}">made at {escape(errors.place(place.op.site))}</div>')
    if place.lines:
        rows.append(f'<pre style="margin:2px 0;background:none">{"".join(map(_line, place.lines))}</pre>')
    if place.inputs:
        rows.append(_values("it takes", place.inputs))
    return rows


def _line(line: tuple[int, str, bool]) -> str:
    number, text, here = line
    style = f' style="{_MARK}"' if here else f' style="{_FAINT}"'
    return f"<span{style}>{number:4d}  {escape(text)}</span>\n"


def _values(title: str, values: Sequence[Value]) -> str:
    cells = "".join(
        f'<tr style="background:none"><td style="{_CELL}">{escape(value.name)}</td>'
        f'<td style="{_CELL}">{escape(value.line)}</td><td style="{_CELL}">{_picture(value)}</td></tr>'
        for value in values
    )
    return f'<div>{escape(title)}</div><table style="border-collapse:collapse">{cells}</table>'


def _picture(value: Value) -> str:
    """An array of two axes or more as a small grey picture."""
    pixels = value.summary.get("pixels")
    if pixels is None:
        return ""
    height, width, data = pixels
    png = base64.b64encode(_png(height, width, base64.b64decode(data))).decode()
    scale = max(_SIDE // max(height, width), 1)
    size = f"width:{width * scale}px;height:{height * scale}px;image-rendering:pixelated"
    return f'<img alt="" style="{size};margin:1px" src="data:image/png;base64,{png}">'


def _png(height: int, width: int, grey: bytes) -> bytes:
    """Grey values as a PNG file."""
    rows = b"".join(b"\0" + grey[row * width : (row + 1) * width] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", binascii.crc32(kind + data))
        for kind, data in parts
    )
