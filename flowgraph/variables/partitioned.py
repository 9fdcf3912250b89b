"""Variables in several pieces: what `tf.get_variable(..., partitioner=...)` makes.

Each piece is a variable of its own, named `<name>/part_0`, `<name>/part_1` ..., a slice of the whole along one axis.
As a tensor the whole is the pieces joined:

    w/part_0/read ──┐
    w/part_1/read ── w/ConcatPartitions/concat ──► w
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from flowgraph import errors, protos
from flowgraph.dtypes import DType
from flowgraph.ir.convert import register_tensor_conversion_function
from flowgraph.ir.graph import user_site
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import identity
from flowgraph.ops.joining import concat
from flowgraph.ops.splitting import split
from flowgraph.shapes import TensorShape


class PartitionInfo(NamedTuple):
    """What an initializer of one piece is told of the whole."""

    full_shape: list[int]
    var_offset: list[int]


class SaveSliceInfo:
    """Which part of which whole a variable is; `tf.Variable.SaveSliceInfo`.

    Attributes:
      full_name, full_shape: the whole.
      var_offset, var_shape: where this piece begins in it, and its shape.
    """

    def __init__(
        self,
        full_name: str | None = None,
        full_shape: Sequence[int] | None = None,
        var_offset: Sequence[int] | None = None,
        var_shape: Sequence[int] | None = None,
        save_slice_info_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if save_slice_info_def is not None:
            full_name = save_slice_info_def.full_name
            if import_scope:
                full_name = f"{import_scope.rstrip('/')}/{full_name}"
            full_shape, var_offset, var_shape = (
                list(save_slice_info_def.full_shape),
                list(save_slice_info_def.var_offset),
                list(save_slice_info_def.var_shape),
            )
        self.full_name, self.full_shape = full_name, full_shape
        self.var_offset, self.var_shape = var_offset, var_shape

    def to_proto(self, export_scope: str | None = None) -> Any:
        """As a SaveSliceInfoDef; None for a whole that lies outside of `export_scope`, which the name is without."""
        name = self.full_name or ""
        if export_scope:
            prefix = export_scope.rstrip("/") + "/"
            if not name.startswith(prefix):
                return None
            name = name.removeprefix(prefix)
        return protos.message("SaveSliceInfoDef")(
            full_name=name, full_shape=self.full_shape, var_offset=self.var_offset, var_shape=self.var_shape
        )

    @property
    def spec(self) -> str:
        """The part as checkpoints write it: the sizes of the whole, then offset and size along each axis.

        >>> tf.Variable.SaveSliceInfo("w", [4, 3], [2, 0], [2, 3]).spec
        '4 3 2,2:0,3'
        """
        sizes = " ".join(str(size) for size in self.full_shape or ())
        parts = zip(self.var_offset or (), self.var_shape or (), strict=True)
        return f"{sizes} " + ":".join(f"{offset},{size}" for offset, size in parts)


class PartitionedVariable:
    """The pieces of a variable, in order; as a tensor the whole. Made by `tf.get_variable(..., partitioner=...)`.

    Raises:
      TypeError: `variable_list` or `partitions` is no list.
      ValueError: the pieces do not make up such a whole.

    >>> w = tf.get_variable("w", [3, 2], partitioner=tf.fixed_size_partitioner(2), initializer=tf.ones_initializer())
    >>> [part.name for part in w]
    ['w/part_0:0', 'w/part_1:0']
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(tf.matmul(w, [[1.0], [2.0]]))
    array([[3.],
           [3.],
           [3.]], dtype=float32)
    """

    def __init__(
        self, name: str, shape: Any, dtype: DType, variable_list: Sequence[Any], partitions: Sequence[int]
    ) -> None:
        if not isinstance(variable_list, list | tuple):
            raise TypeError(f"variable_list is not a list or tuple: {variable_list}")
        if not isinstance(partitions, list | tuple):
            raise TypeError(f"partitions is not a list or tuple: {partitions}")
        if not all(count >= 1 for count in partitions):
            raise ValueError(f"partition values must be positive: {partitions}")
        if not variable_list:
            raise ValueError("variable_list may not be empty")
        infos = [variable._get_save_slice_info() for variable in variable_list]
        if any(info is None for info in infos):
            names = [variable.name for variable in variable_list]
            raise ValueError(f"All variables must have a save_slice_info available: {names}")
        if len(shape) != len(partitions):
            raise ValueError(f"len(shape) != len(partitions): {shape} vs. {partitions}")
        for info in infos:
            if shape != info.full_shape:
                raise ValueError(
                    f"All variables' full shapes must match shape: {shape}; but full shapes were: {[info.full_shape]}"
                )
        pairs = zip(infos, variable_list, strict=True)
        self._variable_list = [variable for _, variable in sorted(pairs, key=lambda pair: pair[0].var_offset)]
        self._name, self._shape, self._dtype, self._partitions = name, shape, dtype, partitions

    def __iter__(self) -> Iterator[Any]:
        return iter(self._variable_list)

    def __len__(self) -> int:
        axes = self._partition_axes()
        if len(axes) > 1:
            raise ValueError(f"Cannot get a length for {len(axes)} > 1 partition axes")
        return len(self._variable_list)

    @property
    def name(self) -> str:
        """The name of the whole."""
        return self._name

    @property
    def dtype(self) -> DType:
        """The dtype of the entries."""
        return self._dtype

    @property
    def shape(self) -> Any:
        """The shape of the whole."""
        return self._shape

    def get_shape(self) -> Any:
        """The shape of the whole."""
        return self._shape

    def _get_variable_list(self) -> list[Any]:
        return self._variable_list

    def _get_partitions(self) -> Sequence[int]:
        return self._partitions

    def _partition_axes(self) -> list[int]:
        """The axes along which it is cut; the first if there is one piece."""
        return [axis for axis, count in enumerate(self._partitions) if count > 1] or [0]

    def as_tensor(self) -> Tensor:
        """The pieces joined, whatever control dependencies are around: as a variable's value."""
        with control_dependencies(None):
            return self._concat()

    def _concat(self) -> Tensor:
        """The pieces joined, where control dependencies around say."""
        if len(self._variable_list) == 1:
            with name_scope(None):
                return identity(self._variable_list[0], name=self._name)
        axes = self._partition_axes()
        if len(axes) > 1:
            raise NotImplementedError(
                f"Cannot concatenate along more than one dimension: {axes}.  "
                "Multi-axis partition concat is not supported"
            )
        with name_scope(f"{self._name}/ConcatPartitions/"):
            joined = concat(self._variable_list, axes[0])
        with name_scope(None):
            return identity(joined, name=self._name)

    # -- changing it -----------------------------------------------------------------------------------------

    def assign(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> list[Any]:
        """Give all pieces their part of `value`, when the results are run.

        Args:
          value: a tensor of the whole's shape, which is split; or a list of tensors, one for each piece; or another
            partitioned variable with the same pieces.
          use_locking, name, read_value: as for `Variable.assign`, for each piece.

        Returns:
          A list: for each piece what `Variable.assign` returns.

        >>> w = tf.get_variable("w", [3], partitioner=tf.fixed_size_partitioner(2))
        >>> with tf.Session() as sess:
        ...     sess.run(w.assign(np.float32([1, 2, 3])))
        [array([1., 2.], dtype=float32), array([3.], dtype=float32)]
        """
        return self._change("assign", value, use_locking, name, read_value)

    def assign_add(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> list[Any]:
        """Add to each piece its part of `value`; see `assign`."""
        return self._change("assign_add", value, use_locking, name, read_value)

    def assign_sub(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> list[Any]:
        """Subtract from each piece its part of `value`; see `assign`."""
        return self._change("assign_sub", value, use_locking, name, read_value)

    def _change(self, method: str, value: Any, use_locking: bool, name: str | None, read_value: bool) -> list[Any]:
        axes = self._partition_axes()
        if len(axes) > 1:
            raise NotImplementedError(
                f"Cannot do assign action along more than one dimension: {axes}.  "
                "Multi-axis partition assign action is not supported "
            )
        pieces = self._variable_list
        if isinstance(value, list):
            if len(value) != len(pieces):
                raise AssertionError(
                    errors.explain(
                        f"{len(value)} values for the {len(pieces)} pieces of {self._name}",
                        mend="A list holds one value for each piece; an array or tensor of the whole is split.",
                        where=user_site(),
                    )
                )
            parts: Sequence[Any] = value
        elif isinstance(value, PartitionedVariable):
            parts = list(value)
        else:
            parts = split(value, [piece.shape.as_list()[axes[0]] for piece in pieces], axis=axes[0])
        changes = [
            getattr(piece, method)(parts[i], use_locking=use_locking, name=name, read_value=read_value)
            for i, piece in enumerate(pieces)
        ]
        return changes if read_value else [change.op for change in changes]

    def __repr__(self) -> str:
        return f"<tf.PartitionedVariable '{self._name}' shape={self._shape} in {len(self._variable_list)} pieces>"


def _to_tensor(
    variable: PartitionedVariable,
    dtype: DType | None = None,
    name: str | None = None,  # noqa: ARG001  # the result has the variable's name
    as_ref: bool = False,
) -> Tensor:
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{variable.dtype.name}'"
        )
    if as_ref:
        raise NotImplementedError("PartitionedVariable doesn't support being used as a reference.")
    return variable.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _to_tensor)


# -- cutting -------------------------------------------------------------------------------------------------


def pieces_asked_for(partitioner: Callable[..., Any], shape: TensorShape, dtype: DType) -> Sequence[int]:
    """Ask a partitioner into how many pieces each axis is to be cut.

    Raises:
      ValueError: the shape is not known, or what the partitioner says makes no sense.
    """
    if not shape.is_fully_defined():
        raise refusal(f"Shape of a new partitioned variable must be fully defined, but instead was {shape}.")
    sizes = shape.as_list()
    if not sizes:
        raise refusal(f"A partitioned Variable must have rank at least 1, shape: {shape}")
    asked = partitioner(shape=shape, dtype=dtype)
    if not isinstance(asked, Sequence):
        raise refusal(f"Partitioner must return a sequence, but saw: {asked}")
    if len(asked) != len(sizes):
        raise refusal(
            f"Partitioner returned a partition list that does not match the Variable's rank: {asked} vs. {shape}"
        )
    if any(count < 1 for count in asked):
        raise refusal(f"Partitioner returned zero partitions for some axes: {asked}")
    if sum(count > 1 for count in asked) > 1:
        raise refusal(f"Can only slice a variable along one dimension: shape: {shape}, partitioning: {asked}")
    return asked


def pieces_of(sizes: Sequence[int], partitions: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The offset and shape of each piece; the first ones are larger by one where it does not come out even.

    >>> pieces_of([5, 2], [2, 1])
    [([0, 0], [3, 2]), ([3, 0], [2, 2])]
    """
    axis = next((axis for axis, count in enumerate(partitions) if count > 1), 0)
    count = partitions[axis]
    least, more = divmod(sizes[axis], count)
    found = []
    at = 0
    for i in range(count):
        offset, shape = [0] * len(sizes), list(sizes)
        offset[axis], shape[axis] = at, least + (i < more)
        found.append((offset, shape))
        at += shape[axis]
    return found
