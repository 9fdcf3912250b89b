"""The methods of a variable that make ops to change it. Nothing changes before the op is run."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import scatter, scatter_nd, slice_assign, state
from flowgraph.ops.indexed_slices import IndexedSlices


class Updates:
    """Assigning to a variable, adding to it, changing some of its rows."""

    def _ref(self) -> Tensor:
        raise NotImplementedError

    def assign(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Tensor | Operation:
        """Give the variable a value, when the result is run.

        Args:
          value: the new value, of the same shape.
          use_locking: noted in the graph; updates of a variable never overlap here.
          name: the op's name.
          read_value: whether to return the variable as it is afterwards; else the op.

        Raises:
          ValueError: the shapes do not match; `tf.assign(v, value, validate_shape=False)` changes the shape.

        >>> v = tf.Variable([1.0, 2.0])
        >>> with tf.Session() as sess:
        ...     sess.run(v.initializer)
        ...     sess.run(v.assign([3.0, 4.0]))
        array([3., 4.], dtype=float32)
        """
        result = state.assign(self._ref(), value, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Tensor | Operation:
        """Add `delta`, of the same shape, when the result is run; see `assign`.

        >>> v = tf.Variable([1.0, 2.0])
        >>> with tf.Session() as sess:
        ...     sess.run(v.initializer)
        ...     sess.run(v.assign_add([1.0, 1.0]))
        array([2., 3.], dtype=float32)
        """
        result = state.assign_add(self._ref(), delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Tensor | Operation:
        """Subtract `delta`, of the same shape, when the result is run; see `assign`."""
        result = state.assign_sub(self._ref(), delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def count_up_to(self, limit: int) -> Tensor:
        """The value of a scalar integer variable, which then grows by one; see `tf.count_up_to`."""
        return state.count_up_to(self._ref(), limit)

    def scatter_update(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        """Put the rows of `sparse_delta` in place of the variable's, when the result is run.

        Args:
          sparse_delta: the rows and their numbers; of a row that comes twice the last one stays.
          use_locking: noted in the graph; updates of a variable never overlap here.
          name: the op's name.

        Returns:
          The variable as it is afterwards.

        Raises:
          TypeError: `sparse_delta` is no IndexedSlices.

        >>> v = tf.Variable([1.0, 2.0, 3.0])
        >>> rows = tf.IndexedSlices(values=tf.constant([9.0]), indices=tf.constant([1]))
        >>> with tf.Session() as sess:
        ...     sess.run(v.initializer)
        ...     sess.run(v.scatter_update(rows))
        array([1., 9., 3.], dtype=float32)
        """
        return scatter.scatter_update(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def scatter_add(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        """Add the rows of `sparse_delta` to the variable's; see `scatter_update`."""
        return scatter.scatter_add(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def scatter_sub(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        """Subtract the rows of `sparse_delta` from the variable's; see `scatter_update`."""
        return scatter.scatter_sub(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def scatter_mul(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        """Multiply the variable's rows by those of `sparse_delta`; see `scatter_update`."""
        return scatter.scatter_mul(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def scatter_div(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        """Divide the variable's rows by those of `sparse_delta`; see `scatter_update`."""
        return scatter.scatter_div(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def scatter_min(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        """Keep the smaller of the variable's entries and those of `sparse_delta`; see `scatter_update`."""
        return scatter.scatter_min(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def scatter_max(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Tensor:
        """Keep the larger of the variable's entries and those of `sparse_delta`; see `scatter_update`."""
        return scatter.scatter_max(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """Put new cells or slices into the variable; see `tf.scatter_nd_update`."""
        return scatter_nd.scatter_nd_update(self._ref(), indices, updates, True, name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """Add to cells or slices of the variable; see `tf.scatter_nd_update`."""
        return scatter_nd.scatter_nd_add(self._ref(), indices, updates, True, name)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """Subtract from cells or slices of the variable; see `tf.scatter_nd_update`."""
        return scatter_nd.scatter_nd_sub(self._ref(), indices, updates, True, name)

    def batch_scatter_update(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        """Put new rows into each matrix of a batch; see `tf.batch_scatter_update`."""
        return scatter_nd.batch_scatter_update(self._ref(), *parts_of(sparse_delta), use_locking, name)

    def _strided_slice_assign(self, **arguments: Any) -> Tensor:
        """What `variable[1:3].assign(value)` calls."""
        return slice_assign.strided_slice_assign(self._ref(), **arguments)


def parts_of(sparse_delta: Any) -> tuple[Any, Any]:
    """The indices and values of slices.

    Raises:
      TypeError: they are none.
    """
    if not isinstance(sparse_delta, IndexedSlices):
        raise TypeError(
            errors.explain(
                f"sparse_delta is not IndexedSlices: {sparse_delta}",
                mend="tf.IndexedSlices(values, indices), or tf.scatter_add(v, indices, values) and the like.",
                where=user_site(),
            )
        )
    return sparse_delta.indices, sparse_delta.values
