"""Schemas of users that import TensorFlow's: the modules that protoc makes of them find TensorFlow's messages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flowgraph.aliases.stand_in import real_tensorflow
from flowgraph.core.framework import tensor_pb2, types_pb2
from flowgraph.core.protobuf import meta_graph_pb2

GENERATED = """
from google.protobuf import descriptor_pb2, descriptor_pool as _descriptor_pool
from google.protobuf.internal import builder as _builder
from tensorflow.core.framework import tensor_pb2 as tensorflow_dot_core_dot_framework_dot_tensor__pb2
from tensorflow.core.framework import types_pb2 as tensorflow_dot_core_dot_framework_dot_types__pb2

# what protoc writes as a text of bytes
made = descriptor_pb2.FileDescriptorProto(name="tensor.proto", package="serving", syntax="proto3")
made.dependency[:] = ["tensorflow/core/framework/tensor.proto", "tensorflow/core/framework/types.proto"]
asked = made.message_type.add(name="Request")
asked.field.add(name="inputs", number=1, type=11, label=3, type_name=".tensorflow.TensorProto")
asked.field.add(name="dtype", number=2, type=14, label=1, type_name=".tensorflow.DataType")
DESCRIPTOR = _descriptor_pool.Default().AddSerializedFile(made.SerializeToString())
_builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())
_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, "request_pb2", globals())
"""

SCRIPT = """
from flowgraph import compat
compat.install()
import request_pb2
import tensorflow as tf

request = request_pb2.Request(dtype=tf.int32.as_datatype_enum)
request.inputs.add().CopyFrom(tf.make_tensor_proto([[1.0, 2.0]]))
again = request_pb2.Request.FromString(request.SerializeToString())
print(tf.make_ndarray(again.inputs[0]).tolist(), tf.as_dtype(again.dtype).name)
"""


@pytest.mark.skipif(real_tensorflow() is not None, reason="a real TensorFlow's messages stay its own")
def test_a_users_message_holds_messages_of_tensorflow(tmp_path):
    (tmp_path / "request_pb2.py").write_text(GENERATED)
    (tmp_path / "client.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, tmp_path / "client.py"], check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[[1.0, 2.0]] int32\n", "")


def test_each_module_has_the_descriptor_of_its_file():
    names = [module.DESCRIPTOR.name for module in (tensor_pb2, types_pb2, meta_graph_pb2)]
    assert names == [
        "tensorflow/core/framework/tensor.proto",
        "tensorflow/core/framework/types.proto",
        "tensorflow/core/protobuf/meta_graph.proto",
    ]
    assert tensor_pb2.DESCRIPTOR.package == "tensorflow"
    ours = {file.name for file in tensor_pb2.DESCRIPTOR.public_dependencies}
    assert tensor_pb2.TensorProto.DESCRIPTOR.file.name in ours
