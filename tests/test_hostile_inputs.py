"""Whoever sends files or strings that were made to hurt gets an error of TensorFlow's kinds, and nothing else happens."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.hostile import harmed, harmed_message, refused
from tests.hostile_readers import READERS

FEW = {name: 12 for name in READERS if "graph" in name or "Dataset" in name or "Reader" in name}
FEW |= {"saved_model": 12, "notebook": 12, "script": 6}


@pytest.mark.parametrize("name", READERS)
def test_harm_is_refused_or_does_nothing(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    reader = READERS[name]
    samples, read, dice = reader.samples(), reader.opened(tmp_path), random.Random(name)
    for sample in samples:
        read(sample)
    for _ in range(FEW.get(name, 60)):
        sample = dice.choice(samples)
        data = harmed(sample, dice) if isinstance(sample, bytes) else harmed_message(sample, dice)
        if not isinstance(data, bytes) and dice.random() < 0.3:
            data = harmed(data.SerializeToString(), dice)
        refused(lambda: read(data), reader.also)  # noqa: B023 (called at once)
