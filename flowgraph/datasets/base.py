"""What all datasets have in common: what they say of themselves, options, iterators."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.datasets import iterators
from flowgraph.datasets.options import Options
from flowgraph.datasets.structure import flat_attrs, from_legacy, map_leaves
from flowgraph.datasets.tracing import Traced
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import colocate_with
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import dataset_functions as functions
from flowgraph.ops import dataset_ops as ops


class Described:
    """A dataset as far as it is the same for all: a tensor that holds a pipeline, and the specs of its elements."""

    _variant_tensor: Tensor
    _spec: Any = None
    _sources: Sequence[Described] = ()
    _traced: Sequence[Traced] = ()
    _options: Options | None = None
    _shown = "DatasetV1Adapter"

    @property
    def element_spec(self) -> Any:
        """The specs of the components, nested as the elements are."""
        if self._spec is None:  # a class of the user's that says it in the older way
            if type(self).output_types is Described.output_types:
                raise refusal(f"{type(self).__name__}.element_spec", NotImplementedError)
            return from_legacy(self.output_types, self.output_shapes, self.output_classes)
        return self._spec

    def _inputs(self) -> list[Any]:
        """The datasets that this one is made of."""
        return list(self._sources)

    def _as_variant_tensor(self) -> Tensor:
        """The tensor that holds the pipeline."""
        return self._variant_tensor

    def _demand(self, *names: str, shown: str | None = None) -> None:
        """Refuse a class of the user's that lacks what it must have."""
        lacking = [name for name in names if getattr(type(self), name) is getattr(Described, name)]
        if lacking:
            shown = shown or type(self).__name__
            line = f"Can't instantiate abstract class {shown} with abstract methods {', '.join(lacking)}"
            raise refusal(line, TypeError)
        self._shown = type(self).__name__

    @property
    def output_types(self) -> Any:
        """The dtypes of the components, nested as the elements are."""
        return iterators.get_output_types(self)

    @property
    def output_shapes(self) -> Any:
        """The shapes of the components, nested as the elements are."""
        return iterators.get_output_shapes(self)

    @property
    def output_classes(self) -> Any:
        """The Python types of the components, nested as the elements are."""
        return iterators.get_output_classes(self)

    def __repr__(self) -> str:
        shapes = str(map_leaves(lambda one: str(one.shapes), self.element_spec)).replace("'", "")
        types = str(map_leaves(lambda one: repr(one.types), self.element_spec)).replace("'", "")
        return f"<{self._shown} shapes: {shapes}, types: {types}>"

    def __iter__(self) -> Any:
        raise refusal(
            "__iter__() is only supported inside of tf.function or when eager execution is enabled.", RuntimeError
        )

    def options(self) -> Options:
        """The options of this dataset and those that it is made of."""
        if self._options is not None:
            return self._options
        options = Options()
        for source in self._inputs():
            options = options.merge(source.options())
        return options

    def _optimizations(self) -> list[str]:
        """What TF's optimizer is to do; nothing where variables of the old kind are captured."""
        chosen = self.options()._optimizations()
        if chosen and self._captures_refs():
            warnings.warn(
                "tf.data static optimizations are not compatible with tf.Variable. The following optimizations will be "
                f"disabled: {', '.join(chosen)}. To enable optimizations, use resource variables instead by calling "
                "`tf.enable_resource_variables()` at the start of the program.",
                stacklevel=4,
            )
            return []
        return chosen

    def _captures_refs(self) -> bool:
        return any(function.has_refs for function in self._traced) or any(s._captures_refs() for s in self._inputs())

    def make_one_shot_iterator(self) -> iterators.Iterator:
        """An iterator that goes through the dataset once and needs no initializer.

        Raises:
          ValueError: the dataset takes something from a placeholder, or something that a session keeps.
        """
        return iterators.one_shot(self)

    def _with_options(self) -> Tensor:
        """The dataset as an iterator goes through it: with what the options add behind it."""
        variant, options = self._variant_tensor, self.options()
        settings, threads = options.experimental_optimization, options.experimental_threading
        attrs = flat_attrs(self.element_spec)
        for name, opdef, count in (
            ("max_intra_op_parallelism", ops.MAX_INTRA_OP_PARALLELISM_DATASET, threads.max_intra_op_parallelism),
            ("num_threads", ops.PRIVATE_THREAD_POOL_DATASET, threads.private_threadpool_size),
        ):
            if count is not None:
                variant = emit(opdef, variant, convert_to_tensor(count, dt.int64, name), **attrs)
        if chosen := self._optimizations():
            names = convert_to_tensor(chosen, dt.string, "optimizations")
            variant = emit(ops.OPTIMIZE_DATASET, variant, names, optimization_configs=options._configs(), **attrs)
        if settings.autotune is not False:
            budget, algorithm = settings.autotune_cpu_budget or 0, settings.autotune_algorithm or 0
            variant = emit(ops.MODEL_DATASET, variant, cpu_budget=budget, algorithm=algorithm, **attrs)
        return variant

    def make_initializable_iterator(self, shared_name: str | None = None) -> iterators.Iterator:
        """An iterator that begins when its initializer is run, and begins again when it is run again.

        Args:
          shared_name: all iterators of this name in one session are the same.

        >>> stop = tf.placeholder(tf.int64, [])
        >>> iterator = tf.data.Dataset.range(stop).make_initializable_iterator()
        >>> element = iterator.get_next()
        >>> with tf.Session() as sess:
        ...     sess.run(iterator.initializer, {stop: 3})
        ...     print(sess.run(element))
        0
        """
        variant, attrs = self._with_options(), flat_attrs(self.element_spec)
        resource = emit(functions.ITERATOR, container="", shared_name=shared_name or "", **attrs)
        with colocate_with(resource.op):
            initializer = emit(functions.MAKE_ITERATOR, variant, resource)
        return iterators.Iterator._of(resource, initializer, self.element_spec)


def make_one_shot_iterator(dataset: Described) -> iterators.Iterator:
    """See `Dataset.make_one_shot_iterator`."""
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset: Described, shared_name: str | None = None) -> iterators.Iterator:
    """See `Dataset.make_initializable_iterator`."""
    return dataset.make_initializable_iterator(shared_name)
