"""The methods of a resource variable that make ops to change it.

The ops have no outputs. What the methods return stands for the variable after the update: reading it is a new read
that waits for the update.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import resource, resource_rows, scatter_nd
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.shapes import Sizes
from flowgraph.sizes import compatible, to_tuple_text
from flowgraph.variables.updates import parts_of

if TYPE_CHECKING:
    from flowgraph.variables.resource_variable import UnreadVariable


class ResourceUpdates:
    """Assigning to a resource variable, adding to it, changing some of its rows."""

    _handle: Tensor
    _dtype: DType
    _sizes: Sizes
    _cached_value: Tensor | None

    def _lazy_read(self, update: Operation) -> UnreadVariable:
        """The variable after an update."""
        from flowgraph.variables.resource_variable import UnreadVariable

        return UnreadVariable(self, update)  # type: ignore[arg-type]

    def _after_cached_read(self) -> AbstractContextManager[Any]:
        """Updates wait for the cached value: it shows what was before them."""
        return nullcontext() if self._cached_value is None else control_dependencies([self._cached_value])

    def _converted(self, value: Any) -> Tensor:
        return convert_to_tensor(value, dtype=self._dtype)

    def _done(self, update: Operation, read_value: bool) -> Any:
        return self._lazy_read(update) if read_value else update

    def assign(
        self,
        value: Any,
        use_locking: bool | None = None,  # noqa: ARG002  (no attr of the op in TF, too)
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        """Give the variable a value, when the result is run.

        Args:
          value: the new value; its static shape must be compatible with the variable's.
          use_locking: without effect in TF, too; updates of a variable never overlap here.
          name: the op's name.
          read_value: whether to return the variable as it is afterwards; else the op.

        Raises:
          ValueError: the shapes do not match.
        """
        tensor = self._converted(value)
        if not compatible(self._sizes, tensor.sizes):
            line = f"Shapes {to_tuple_text(self._sizes)} and {to_tuple_text(tensor.sizes)} are incompatible"
            raise ValueError(errors.explain(line, details=[f"the variable: {self!r}"], where=user_site()))
        return self._done(emit(resource.ASSIGN_VARIABLE_OP, self._handle, tensor, name=name), read_value)

    def assign_add(
        self,
        delta: Any,
        use_locking: bool | None = None,  # noqa: ARG002  (no attr of the op in TF, too)
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        """Add `delta`, of the same shape, when the result is run; see `assign`."""
        with self._after_cached_read():
            update = emit(resource.ASSIGN_ADD_VARIABLE_OP, self._handle, self._converted(delta), name=name)
        return self._done(update, read_value)

    def assign_sub(
        self,
        delta: Any,
        use_locking: bool | None = None,  # noqa: ARG002  (no attr of the op in TF, too)
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        """Subtract `delta`, of the same shape, when the result is run; see `assign`."""
        with self._after_cached_read():
            update = emit(resource.ASSIGN_SUB_VARIABLE_OP, self._handle, self._converted(delta), name=name)
        return self._done(update, read_value)

    def count_up_to(self, limit: int) -> Tensor:
        """The value of a scalar integer variable, which then grows by one; see `tf.count_up_to`."""
        return emit(resource.RESOURCE_COUNT_UP_TO, self._handle, limit=limit, T=self._dtype)

    # -- rows ------------------------------------------------------------------------------------------------

    def scatter_rows(self, opdef: OpDef, indices: Any, updates: Any, name: str | None = None) -> UnreadVariable:
        """Change rows by one of the ResourceScatter ops; what `tf.scatter_add(variable, ...)` and its like call."""
        return self._lazy_read(emit(opdef, self._handle, indices, self._converted(updates), name=name))

    def scatter_update(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Any:  # noqa: ARG002  (so in TF)
        """Put the rows of `sparse_delta` in place of the variable's, when the result is run.

        Raises:
          TypeError: `sparse_delta` is no IndexedSlices.
        """
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_UPDATE, *parts_of(sparse_delta), name)

    def scatter_add(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Any:  # noqa: ARG002
        """Add the rows of `sparse_delta` to the variable's; see `scatter_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_ADD, *parts_of(sparse_delta), name)

    def scatter_sub(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Any:  # noqa: ARG002
        """Subtract the rows of `sparse_delta` from the variable's; see `scatter_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_SUB, *parts_of(sparse_delta), name)

    def scatter_mul(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Any:  # noqa: ARG002
        """Multiply the variable's rows by those of `sparse_delta`; see `scatter_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_MUL, *parts_of(sparse_delta), name)

    def scatter_div(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Any:  # noqa: ARG002
        """Divide the variable's rows by those of `sparse_delta`; see `scatter_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_DIV, *parts_of(sparse_delta), name)

    def scatter_min(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Any:  # noqa: ARG002
        """Keep the smaller of the variable's entries and those of `sparse_delta`; see `scatter_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_MIN, *parts_of(sparse_delta), name)

    def scatter_max(self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None) -> Any:  # noqa: ARG002
        """Keep the larger of the variable's entries and those of `sparse_delta`; see `scatter_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_MAX, *parts_of(sparse_delta), name)

    def batch_scatter_update(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        """Put new rows into each matrix of a batch; see `tf.batch_scatter_update`."""
        update = scatter_nd.batch_scatter_update(self, *parts_of(sparse_delta), use_locking, name)
        return self._lazy_read(update)  # type: ignore[arg-type]

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Put new cells or slices into the variable; see `tf.scatter_nd_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_ND_UPDATE, indices, updates, name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Add to cells or slices of the variable; see `tf.scatter_nd_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_ND_ADD, indices, updates, name)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Subtract from cells or slices of the variable; see `tf.scatter_nd_update`."""
        return self.scatter_rows(resource_rows.RESOURCE_SCATTER_ND_SUB, indices, updates, name)

    def _strided_slice_assign(self, **arguments: Any) -> Any:
        """What `variable[1:3].assign(value)` calls."""
        begin, end, strides = (arguments.pop(key) for key in ("begin", "end", "strides"))
        with self._after_cached_read():
            value = self._converted(arguments.pop("value"))
            opdef = resource_rows.RESOURCE_STRIDED_SLICE_ASSIGN
            return self._lazy_read(emit(opdef, self._handle, begin, end, strides, value, **arguments))

    # -- what TF refuses -------------------------------------------------------------------------------------

    def __iadd__(self, other: Any) -> NoReturn:
        raise _in_place("+=", "variable.assign_add(value)", "value", "variable + value")

    def __isub__(self, other: Any) -> NoReturn:
        raise _in_place("-=", "variable.assign_sub(value)", "value", "variable - value")

    def __imul__(self, other: Any) -> NoReturn:
        raise _in_place("*=", "`var.assign(var * value)`", "", "`var = var * value`")

    def __itruediv__(self, other: Any) -> NoReturn:
        raise _in_place("/=", "`var.assign(var / value)`", "", "`var = var / value`")

    def __ipow__(self, other: Any) -> NoReturn:
        raise _in_place("**=", "`var.assign(var ** value)`", "", "`var = var ** value`")


def _in_place(sign: str, change: str, what: str, new: str) -> RuntimeError:
    """TF's words against `variable += value`, which would make a tensor of the variable's name."""
    if what:
        line = f"Variable {sign} value not supported. Use {change} to modify the variable value and variable = {new}"
    else:
        line = f"Variable {sign} value not supported. Use {change} to modify the variable or {new}"
    return RuntimeError(errors.explain(f"{line} to get a new Tensor object.", where=user_site()))
