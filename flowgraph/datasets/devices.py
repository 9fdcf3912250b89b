"""Pipelines whose elements are to lie on another device: tf.data.experimental.copy_to_device, prefetch_to_device."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets.dataset import Dataset
from flowgraph.datasets.experimental import Change
from flowgraph.datasets.options import Options
from flowgraph.datasets.structure import flat_attrs
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.device_spec import DeviceSpec
from flowgraph.ir.emit import emit
from flowgraph.ir.function import trace
from flowgraph.ir.scope import control_dependencies, device, get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops.dataset_tables import UNWRAP_DATASET_VARIANT, WRAP_DATASET_VARIANT
from flowgraph.ops.identity import identity


def prefetch_to_device(device: str, buffer_size: Any = None) -> Change:
    """As `copy_to_device`, then `Dataset.prefetch`.

    Args:
      device: the device's name.
      buffer_size: how many elements ahead; None leaves that to the library.

    >>> dataset = tf.data.Dataset.range(3).apply(prefetch_to_device("/cpu:0", 1)).batch(3)
    >>> run(dataset.make_one_shot_iterator().get_next())
    array([0, 1, 2])
    """
    return lambda dataset: dataset.apply(copy_to_device(device)).prefetch(buffer_size)


def copy_to_device(target_device: str, source_device: str = "/cpu:0") -> Change:
    """The elements, on another device; here there is one only.

    Args:
      target_device: the name of the device that they are to lie on.
      source_device: the name of the one that they are computed on.

    Raises:
      ValueError: this is no name of a device.
    """

    def change(dataset: Dataset) -> Dataset:
        DeviceSpec.from_string(target_device)  # (complains)
        source = convert_to_tensor(source_device)
        wrapped = emit(WRAP_DATASET_VARIANT, dataset._variant_tensor)
        attrs = flat_attrs(dataset.element_spec)

        def begin() -> Tensor:
            _capture(source)
            variant = emit(UNWRAP_DATASET_VARIANT, wrapped)
            iterator = emit(functions.ANONYMOUS_ITERATOR, **attrs)
            with control_dependencies([emit(functions.MAKE_ITERATOR, variant, iterator)]):
                return identity(iterator)

        def following(iterator: Tensor) -> Any:
            _capture(source)
            return emit(functions.ITERATOR_GET_NEXT, iterator, **attrs)

        def end(_iterator: Tensor) -> Tensor:
            _capture(source)
            return convert_to_tensor(0, dt.int64)

        handle = [(dt.resource, ())]
        first = trace(begin, [], "__inference__remote_init_func")
        second = trace(following, handle, "__inference__remote_next_func")
        last = trace(end, handle, "__inference__remote_finalize_func")
        with device(target_device):
            variant = emit(
                functions.GENERATOR_DATASET, first.captured, second.captured, last.captured, init_func=first.name,
                next_func=second.name, finalize_func=last.name, **attrs,
            )  # fmt: skip
        options = Options()  # what is behind the function TF does not look into
        options.experimental_optimization.apply_default_optimizations = False
        options.experimental_optimization.autotune = False
        return Dataset._over(variant, dataset.element_spec, [dataset]).with_options(options)

    return change


def _capture(tensor: Tensor) -> None:
    """Let the function that is being traced take a tensor, as TF's do: it says there where they run."""
    graph: Any = get_default_graph()
    graph.capture(tensor)
