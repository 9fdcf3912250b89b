"""Every OpDef has the signature, attributes and statefulness of TensorFlow 1.15.5's op of that name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import flowgraph  # noqa: F401 (importing it registers the ops)
from flowgraph.ir.opdef import REGISTRY, REQUIRED, Effect
from tests.golden.notation import attr_text

GOLDEN = json.loads((Path(__file__).parent / "golden" / "opdefs.json").read_text(encoding="utf-8"))
OPS = {name: GOLDEN["ops"].get(name) for name in sorted(REGISTRY) if not name.startswith("_")}
"""The ops both know; a name with an underscore is an op of ours that no graph of a user contains."""


def allowed(attr):
    """The names of the dtypes that a recorded attribute allows, in TF's order; None for any."""
    names = attr.get("allowed")
    return tuple(GOLDEN["type sets"][names] if isinstance(names, str) else names) if names else None


def default_text(attr):
    """A recorded default in the notation of attributes; REQUIRED where there is none."""
    if "default" not in attr:
        return REQUIRED
    value = attr["default"]
    if attr["type"] == "type":
        return value
    if attr["type"] == "tensor":
        value = np.array(value, np.uint8)
    if attr["type"] == "shape":
        value = None if value is None else tuple(value)
    return attr_text(float(value) if attr["type"] == "float" else value)


@pytest.mark.parametrize("name", OPS)
def test_signature(name):
    assert OPS[name] is not None, f"TensorFlow 1.15.5 has no op {name}"
    assert REGISTRY[name].signature == OPS[name]["signature"]


@pytest.mark.parametrize("name", OPS)
def test_attributes(name):
    """The attributes that are not dtypes, with their defaults."""
    op = REGISTRY[name]
    counts = {arg.number_attr for arg in op.inputs}
    theirs = {
        key: default_text(attr)
        for key, attr in OPS[name]["attrs"].items()
        if not attr["type"].endswith("type") and attr["type"] != "list(type)" and key not in counts
    }
    ours = {
        key: value if value is REQUIRED else attr_text(value)
        for key, value in op.defaults.items()
        if key not in op.type_attrs and OPS[name]["attrs"].get(key, {}).get("type") not in {"type", "list(type)"}
    }
    assert ours == theirs


@pytest.mark.parametrize("name", OPS)
def test_types(name):
    """The dtype attributes: what they allow and their defaults."""
    for key, attr in REGISTRY[name].type_attrs.items():
        recorded = OPS[name]["attrs"][key]
        ours = None if attr.allowed is None else tuple(dtype.name for dtype in attr.allowed)
        assert (key, ours) == (key, allowed(recorded))
        assert (key, attr.default and attr.default.name) == (key, recorded.get("default"))


@pytest.mark.parametrize("name", OPS)
def test_stateful(name):
    """What TensorFlow calls stateful has an effect here (more has: ops on ref variables, too)."""
    if "stateful" in OPS[name].get("flags", []):
        assert REGISTRY[name].effect is not Effect.NONE
