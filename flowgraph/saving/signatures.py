"""Signatures: what a saved model takes and gives, by names that outlive the graph's own (SignatureDef, TensorInfo)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors, protos
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.protos.tensors import of_sizes

CLASSIFY, PREDICT, REGRESS = (f"tensorflow/serving/{method}" for method in ("classify", "predict", "regress"))
"""The methods of TensorFlow Serving."""
INPUTS, OUTPUTS, CLASSES, SCORES = "inputs", "outputs", "classes", "scores"


# -- tensors -----------------------------------------------------------------------------------------------


def build_tensor_info(tensor: Any) -> Any:
    """A TensorInfo: the name, dtype and static shape of a tensor or SparseTensor.

    Raises:
      NotImplementedError: it is ragged; the message for that is TF 2's.

    >>> info = tf.saved_model.build_tensor_info(tf.placeholder(tf.float32, [None, 3], name="x"))
    >>> info.name, [dim.size for dim in info.tensor_shape.dim]
    ('x:0', [-1, 3])
    """
    if isinstance(tensor, RaggedTensor):
        raise NotImplementedError(
            errors.explain(
                "A TensorInfo of a RaggedTensor is not there.",
                mend="Sign its parts instead: `x.flat_values` and `x.nested_row_splits`.",
                where=user_site(),
            )
        )
    shape = of_sizes(_sizes_of(tensor))
    info = protos.message("TensorInfo")(dtype=dt.as_dtype(tensor.dtype).enum, tensor_shape=shape)
    if isinstance(tensor, SparseTensor):
        info.coo_sparse.values_tensor_name = tensor.values.name
        info.coo_sparse.indices_tensor_name = tensor.indices.name
        info.coo_sparse.dense_shape_tensor_name = tensor.dense_shape.name
    else:
        info.name = tensor.name
    return info


def _sizes_of(tensor: Any) -> Any:
    shape = tensor.get_shape()
    return None if shape.ndims is None else tuple(shape.as_list())


def get_tensor_from_tensor_info(
    tensor_info: Any, graph: Graph | None = None, import_scope: str | None = None
) -> Tensor | SparseTensor:
    """The tensor or SparseTensor that a TensorInfo names.

    Args:
      tensor_info: the TensorInfo.
      graph: where it is looked up, by default in the current graph.
      import_scope: the scope into which the graph was imported.

    Raises:
      KeyError: the graph has no such tensor.
      ValueError: the TensorInfo names none.
    """
    graph = graph or get_default_graph()
    prefix = f"{import_scope.rstrip('/')}/" if import_scope else ""
    kind = tensor_info.WhichOneof("encoding")
    if kind == "name":
        return graph.get_tensor_by_name(prefix + tensor_info.name)
    if kind == "coo_sparse":
        parts = tensor_info.coo_sparse
        names = parts.indices_tensor_name, parts.values_tensor_name, parts.dense_shape_tensor_name
        return SparseTensor(*(graph.get_tensor_by_name(prefix + name) for name in names))
    if kind == "composite_tensor":
        raise NotImplementedError("A TensorInfo of a ragged or other composite tensor cannot be read.")
    raise ValueError(f"Invalid TensorInfo.encoding: {kind}")


# -- signatures --------------------------------------------------------------------------------------------


def build_signature_def(
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    method_name: str | None = None,
) -> Any:
    """A SignatureDef of TensorInfos.

    Args:
      inputs: the TensorInfos of what is fed, by their names in the signature.
      outputs: those of what is fetched.
      method_name: how it is served, such as `tf.saved_model.PREDICT_METHOD_NAME`.
    """
    signature = protos.message("SignatureDef")()
    for target, infos in ((signature.inputs, inputs), (signature.outputs, outputs)):
        for name in infos or ():
            target[name].CopyFrom(infos[name])  # type: ignore[index]  # (None has no names)
    if method_name is not None:
        signature.method_name = method_name
    return signature


def predict_signature_def(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """The signature of a prediction.

    Args:
      inputs: the tensors that are fed, by name.
      outputs: the tensors that are fetched, by name.

    Raises:
      ValueError: there are none.

    >>> x = tf.placeholder(tf.float32, name="x")
    >>> signature = tf.saved_model.predict_signature_def({"x": x}, {"twice": x + x})
    >>> signature.method_name, signature.outputs["twice"].name
    ('tensorflow/serving/predict', 'add:0')
    """
    if not inputs:
        raise ValueError("Prediction inputs cannot be None or empty.")
    if not outputs:
        raise ValueError("Prediction outputs cannot be None or empty.")
    return build_signature_def(_infos(inputs), _infos(outputs), PREDICT)


def _infos(tensors: Mapping[str, Any]) -> dict[str, Any]:
    return {name: build_tensor_info(tensor) for name, tensor in tensors.items()}


def regression_signature_def(examples: Any, predictions: Any) -> Any:
    """The signature of a regression.

    Args:
      examples: a string tensor of serialized `tf.train.Example`s.
      predictions: a float32 tensor.

    Raises:
      ValueError: one of them is None, or of another dtype.
    """
    inputs = _of_examples("Regression", examples)
    if predictions is None:
        raise ValueError("Regression predictions cannot be None.")
    outputs = {OUTPUTS: _typed(predictions, dt.float32, "Regression output must be a float Tensor.")}
    return build_signature_def(inputs, outputs, REGRESS)


def classification_signature_def(examples: Any, classes: Any, scores: Any) -> Any:
    """The signature of a classification; one of `classes` and `scores` may be None.

    Args:
      examples: a string tensor of serialized `tf.train.Example`s.
      classes: a string tensor, the classes' names.
      scores: a float32 tensor.

    Raises:
      ValueError: one of them is None that must not be, or of another dtype.
    """
    inputs = _of_examples("Classification", examples, both_missing=classes is None and scores is None)
    outputs = {}
    if classes is not None:
        outputs[CLASSES] = _typed(classes, dt.string, "Classification classes must be a string Tensor.")
    if scores is not None:
        outputs[SCORES] = _typed(scores, dt.float32, "Classification scores must be a float Tensor.")
    return build_signature_def(inputs, outputs, CLASSIFY)


def _of_examples(kind: str, examples: Any, both_missing: bool = False) -> dict[str, Any]:
    if examples is None:
        raise ValueError(f"{kind} examples cannot be None.")
    complaint = f"{kind} examples must be a string Tensor."
    if not isinstance(examples, Tensor):
        raise ValueError(complaint)
    if both_missing:
        raise ValueError("Classification classes and scores cannot both be None.")
    return {INPUTS: _typed(examples, dt.string, complaint)}


def _typed(tensor: Any, dtype: dt.DType, complaint: str) -> Any:
    info = build_tensor_info(tensor)
    if info.dtype != dtype.enum:
        raise ValueError(complaint)
    return info


def is_valid_signature(signature_def: Any) -> bool:
    """Whether TensorFlow Serving can serve a signature: its method, names and dtypes are among those that it knows."""
    if signature_def is None:
        return False
    inputs, outputs = signature_def.inputs, signature_def.outputs
    if signature_def.method_name == PREDICT:
        return bool(inputs) and bool(outputs)
    kinds = {
        REGRESS: {OUTPUTS: dt.float32},
        CLASSIFY: {CLASSES: dt.string, SCORES: dt.float32},
    }.get(signature_def.method_name)
    if kinds is None or set(inputs) != {INPUTS} or inputs[INPUTS].dtype != dt.string.enum or not outputs:
        return False
    return all(name in kinds and info.dtype == kinds[name].enum for name, info in outputs.items())
