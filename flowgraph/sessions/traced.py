"""Runs that tell what they did: RunOptions(trace_level=...) and the RunMetadata that they fill in."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import protos
from flowgraph.engines.store import Store
from flowgraph.ir.graph_def import PRODUCER, fill_attr, fill_node, input_text
from flowgraph.ir.program import DEAD, Program, Step
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import needed_ops
from flowgraph.protos.tensors import of_sizes
from flowgraph.sessions.devices import DEVICE
from flowgraph.sessions.timed import TimedExecutable


class TracedExecutable(TimedExecutable):
    """A Program that is run once, step by step, and keeps a record of each."""

    def __init__(self, program: Program, store: Store) -> None:
        super().__init__(program, store)
        self.records: list[tuple[Step, int, int, int, Any]] = []
        """The step, when it began and ended in nanoseconds, its thread, and what came out."""

    def _result(self, step: Step, inputs: list[Any], program: Program, function: Any) -> Any:
        began = time.time_ns()
        result = super()._result(step, inputs, program, function)
        # what merely begins to wait is recorded when it has waited; of what Programs add themselves users know nothing
        if function is not step.opdef.begin and not step.opdef.name.startswith("_"):
            self.records.append((step, began, time.time_ns(), threading.get_ident(), result))
        return result

    def step_stats(self) -> Any:
        """The records as a StepStats message."""
        stats = protos.message("StepStats")()
        device = stats.dev_stats.add(device=DEVICE)
        threads: dict[int, int] = {}
        for step, began, ended, thread, result in self.records:
            number = threads.setdefault(thread, len(threads))
            _write(device.node_stats.add(), step, began, ended, number, result)
        return stats


def _write(node: Any, step: Step, began: int, ended: int, thread: int, result: Any) -> None:
    """One step into a NodeExecStats."""
    op = step.op
    inputs = [input_text(tensor.name) for tensor in op.inputs]
    inputs += sorted(f"^{other.name}" for other in op.control_inputs)
    node.node_name, node.thread_id = op.name, thread
    node.timeline_label = f"{op.name} = {op.type}({', '.join(inputs)})"
    node.all_start_micros, node.all_start_nanos = began // 1000, began
    node.scheduled_micros, node.scheduled_nanos = began // 1000, began
    took = ended - began
    for field in ("op_end_rel", "all_end_rel"):
        setattr(node, f"{field}_micros", max(took // 1000, 1))
        setattr(node, f"{field}_nanos", took)
    values = (result,) if step.opdef.gives_one else result if step.outputs else ()
    for slot, (tensor, value) in enumerate(zip(op.outputs, values, strict=False)):
        if value is not DEAD:
            _describe(node.output.add(slot=slot).tensor_description, tensor, value)


def _describe(description: Any, tensor: Tensor, value: Any) -> None:
    """What came out, into a TensorDescription; of a handle the shape that the graph knows."""
    description.dtype = tensor.dtype.enum
    if isinstance(value, np.ndarray | np.generic | bytes | int | float | bool):
        array = np.asarray(value)
        description.shape.CopyFrom(of_sizes(array.shape))
        size = sum(map(len, array.ravel())) if tensor.dtype is dt.string else array.nbytes
        description.allocation_description.requested_bytes = size
    else:
        description.shape.CopyFrom(of_sizes(tensor.sizes))
    description.allocation_description.allocator_name = "cpu"


def pruned_graph(tensors: Sequence[Tensor], targets: Sequence[Operation], feeds: Sequence[Tensor]) -> Any:
    """What a run needs of the graph, as a GraphDef in which feeds are `_Arg` and fetches `_Retval`, as TF writes it."""
    message = protos.message("GraphDef")()
    message.versions.producer = PRODUCER
    fed = {}
    for i, tensor in enumerate(feeds):
        name = f"_arg_{tensor.op.name}_{tensor.value_index}_{i}"
        fed[input_text(tensor.name)] = name
        _add_end(message, name, "_Arg", tensor, i)
    for op in needed_ops(tensors, targets, feeds):
        if not (op.opdef.role == "placeholder" and op.outputs[0] in feeds):
            node = fill_node(message.node.add(), op)
            node.device = DEVICE
            node.input[:] = [fed.get(name, name) for name in node.input]
    for i, tensor in enumerate(tensors):
        end = _add_end(message, f"_retval_{tensor.op.name}_{tensor.value_index}_{i}", "_Retval", tensor, i)
        end.input.append(fed.get(input_text(tensor.name), input_text(tensor.name)))
    return message


def _add_end(message: Any, name: str, kind: str, tensor: Tensor, index: int) -> Any:
    node = message.node.add(name=name, op=kind, device=DEVICE)
    fill_attr(node.attr["T"], tensor.dtype.base_dtype, "type")
    fill_attr(node.attr["index"], index, "int")
    return node
