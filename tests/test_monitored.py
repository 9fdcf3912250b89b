"""Sessions that train log what TensorFlow 1.15.5 logs, call hooks when it does, and end by the same errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import flowgraph as tf
from tests import checkpoint_scripts, monitored_scripts
from tests.golden.told import scripts, told

GOLDEN: dict[str, list[str]] = {}
for _name in ("monitored", "checkpoints"):
    GOLDEN.update(json.loads((Path(__file__).parent / "golden" / f"{_name}.json").read_text(encoding="utf-8")))
SCRIPTS = {**scripts(monitored_scripts), **scripts(checkpoint_scripts)}


def test_every_script_is_recorded() -> None:
    assert set(SCRIPTS) == set(GOLDEN)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_tells_what_tensorflow_tells(name: str) -> None:
    assert told(tf, SCRIPTS[name]) == GOLDEN[name]
