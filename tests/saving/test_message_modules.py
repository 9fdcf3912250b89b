"""What old scripts import from tensorflow.core."""

from __future__ import annotations

import importlib

import pytest

import flowgraph as tf
from flowgraph import core, protos


def test_messages_are_those_of_the_surface():
    from flowgraph.core.example import example_pb2
    from flowgraph.core.framework import attr_value_pb2, graph_pb2, summary_pb2
    from flowgraph.core.protobuf import meta_graph_pb2, saver_pb2
    from flowgraph.core.util import event_pb2

    assert graph_pb2.GraphDef is tf.GraphDef
    assert attr_value_pb2.AttrValue is tf.AttrValue
    assert summary_pb2.Summary.Value is tf.Summary.Value
    assert meta_graph_pb2.TensorInfo is tf.TensorInfo
    assert saver_pb2.SaverDef is tf.train.SaverDef
    assert event_pb2.Event is tf.Event
    assert example_pb2.Example is tf.train.Example


def test_values_of_enums():
    from flowgraph.core.framework import types_pb2

    assert tf.float16.as_datatype_enum == types_pb2.DT_HALF
    assert types_pb2.DataType.Name(types_pb2.DT_STRING) == "DT_STRING"


def test_every_module_can_be_imported_by_its_full_name():
    for package in core.__all__:
        for name in importlib.import_module(f"flowgraph.core.{package}").__all__:
            module = importlib.import_module(f"flowgraph.core.{package}.{name}")
            assert module.GraphDef is protos.message("GraphDef")


def test_what_is_not_there():
    from flowgraph.core.framework import graph_pb2

    with pytest.raises(AttributeError, match="has no attribute 'NoSuchMessage'"):
        graph_pb2.NoSuchMessage  # noqa: B018 (asking is what is tested)
    with pytest.raises(ImportError):
        importlib.import_module("flowgraph.core.framework.nothing_pb2")
