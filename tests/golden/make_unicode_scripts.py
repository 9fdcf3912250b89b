"""Write flowgraph/kernels/unicode_scripts.py: the script of every code point, as TensorFlow 1.15.5 (ICU) has it.

python3.7 tests/golden/make_unicode_scripts.py
"""

from __future__ import annotations

import base64
import json
import os
import textwrap
import zlib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

HEAD = '''"""The script of each code point by ICU's numbers; written by tests/golden/make_unicode_scripts.py."""

from __future__ import annotations

import base64
import functools
import json
import zlib
from typing import Any

import numpy as np

# how long each run of code points of one script is, and its number: two lists as JSON, deflated
_RUNS = (
%s
)


@functools.cache
def _runs() -> tuple[Any, Any]:
    lengths, numbers = json.loads(zlib.decompress(base64.b85decode(_RUNS)))
    return np.cumsum(lengths), np.array(numbers, np.int32)


def scripts(points: Any) -> Any:
    """The number of each code point's script; -1 for what is no code point.

    >>> scripts(np.array([65, 0x3B1, -1]))
    array([25, 14, -1], dtype=int32)
    """
    starts, numbers = _runs()
    points = np.asarray(points)
    found = numbers[np.searchsorted(starts, points, side="right") - 1]
    return np.where((points >= 0) & (points <= 0x10FFFF), found, np.int32(-1))
'''


def main():
    with tf.Session() as session:
        numbers = session.run(tf.strings.unicode_script(np.arange(0x110000, dtype=np.int32)))
    starts = [0] + (np.flatnonzero(np.diff(numbers)) + 1).tolist()
    runs = [np.diff([0] + starts).tolist(), numbers[starts].tolist()]
    packed = base64.b85encode(zlib.compress(json.dumps(runs, separators=(",", ":")).encode(), 9)).decode()
    lines = "\n".join('    b"%s"' % line for line in textwrap.wrap(packed, 108))
    path = Path(__file__).resolve().parents[2] / "flowgraph" / "kernels" / "unicode_scripts.py"
    path.write_text(HEAD % lines)
    print("%d runs" % len(starts))


if __name__ == "__main__":
    main()
