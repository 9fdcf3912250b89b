"""What a Saver saves: for each name in the checkpoint the tensors that hold the values, and how they are taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flowgraph import errors
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, device, get_collection
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity, reshape
from flowgraph.ops.resource import ASSIGN_VARIABLE_OP
from flowgraph.ops.state import assign
from flowgraph.variables.lists import global_variables
from flowgraph.variables.partitioned import PartitionedVariable
from flowgraph.variables.resource_variable import BaseResourceVariable
from flowgraph.variables.variable import Variable


class SaveSpec(NamedTuple):
    """One tensor of a checkpoint: what is saved, which piece of a whole it is ('': all), and its name there."""

    tensor: Tensor
    slice_spec: str
    name: str


class SaveableObject:
    """What a Saver can save: tensors under names, and an op that takes them back.

    Args:
      op: the variable or whatever it is.
      specs: its tensors, as `SaveSpec`s or what has their attributes.
      name: its name in the checkpoint.
    """

    def __init__(self, op: Any, specs: Sequence[Any], name: str) -> None:
        self.op, self.specs, self.name = op, specs, name

    @property
    def optional_restore(self) -> bool:
        """Whether nobody minds if a program does not take it back."""
        return False

    @property
    def device(self) -> str:
        """Where its tensors are."""
        return str(self.specs[0].tensor.device)

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Sequence[Any] | None) -> Operation | Tensor:
        """An op that gives it the tensors that a checkpoint had; subclasses say how.

        Args:
          restored_tensors: a tensor for each spec.
          restored_shapes: the shapes that they must be given; None: they have them.
        """
        raise NotImplementedError("Calling an abstract method.")


class _OfVariable(SaveableObject):
    """A variable that is a reference."""

    def __init__(self, ref: Tensor, saved: Tensor, slice_spec: str, name: str) -> None:
        super().__init__(ref, [SaveSpec(saved, slice_spec, name)], name)

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Sequence[Any] | None) -> Tensor:
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = reshape(value, restored_shapes[0])
        validate = restored_shapes is None and self.op.shape.is_fully_defined()
        found: Tensor = assign(self.op, value, validate_shape=validate)
        return found


class _OfResource(SaveableObject):
    """A resource variable."""

    def __init__(self, handle: Tensor, read: Tensor, slice_spec: str, name: str) -> None:
        super().__init__(read, [SaveSpec(read, slice_spec, name)], name)
        self._handle = handle

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Sequence[Any] | None) -> Operation:
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = reshape(value, restored_shapes[0])
        with device(self._handle.device):
            value = identity(value)
            found: Operation = emit(ASSIGN_VARIABLE_OP, self._handle, self._fitting(value), name=None)
        return found

    def _fitting(self, value: Tensor) -> Tensor:
        """The value, which must have the variable's shape: ValueError where it is known not to."""
        value.shape.assert_is_compatible_with(self.op.shape)
        return value


def all_saveable_objects() -> list[Any]:
    """What a Saver saves that is not told what to: all global variables, and tables that want to be saved."""
    return global_variables() + get_collection(GraphKeys.SAVEABLE_OBJECTS)


def saveables_of(var_list: Any) -> list[Any]:
    """The saveables of a list of variables, or of a dict from names to variables; sorted by name.

    Raises:
      TypeError: something among them cannot be saved.
      ValueError: two have one name, or one is there twice.
    """
    named = variables_by_name(var_list)
    found: list[Any] = []
    seen: set[Any] = set()
    for name in sorted(named):
        for saveable in saveables_for(name, named[name]):
            key = saveable.specs[0].tensor.op if isinstance(saveable, _OfVariable | _OfResource) else id(saveable.op)
            if key in seen:
                raise ValueError(f"The same saveable will be restored with two names: {saveable.name}")
            seen.add(key)
            found.append(saveable)
    return found


def variables_by_name(var_list: Any) -> dict[str, Any]:
    """Variables by the names that they have in checkpoints; the pieces of a partitioned one in a list."""
    if isinstance(var_list, Mapping):
        return dict(var_list)
    if not isinstance(var_list, list | tuple | set):
        raise TypeError(f"Variables to save should be passed in a dict or a list: {var_list}")
    found: dict[str, Any] = {}
    for item in sorted(var_list, key=lambda item: item.name) if isinstance(var_list, set) else var_list:
        if _is_object(item) or isinstance(item, PartitionedVariable):
            _add(found, item.name, item)
        elif getattr(item, "_save_slice_info", None) is not None:
            whole = item._get_save_slice_info().full_name
            pieces = found.setdefault(whole, [])
            if not isinstance(pieces, list):
                raise ValueError(f"Mixing slices and non-slices with the same name: {whole}")
            pieces.append(item)
        else:
            _add(found, _tensor_name(item), item)
    return found


def _add(found: dict[str, Any], name: str, item: Any) -> None:
    if name in found:
        raise ValueError(f"At least two variables have the same name: {name}")
    found[name] = item


def _is_object(item: Any) -> bool:
    return hasattr(item, "specs") and hasattr(item, "restore")


def _can_be_saved(item: Any) -> bool:
    return isinstance(item, Variable) or (isinstance(item, Tensor) and item.dtype.is_ref)


def _tensor_name(item: Any) -> str:
    if _can_be_saved(item):
        return str(item.op.name)
    raise TypeError(
        errors.explain(
            f"Variable to save is not a Variable: {item}",
            mend="Pass what tf.Variable or tf.get_variable gave, not a tensor made of it.",
            where=user_site(),
        )
    )


def saveables_for(name: Any, item: Any) -> Iterator[Any]:
    """The saveables of a variable, or of the pieces of a partitioned one, under a name."""
    if not isinstance(name, str):
        line = "names_to_saveables must be a dict mapping string names to trackable operations. Name is not a string: "
        raise TypeError(f"{line}{name}")
    if _is_object(item):
        yield item
        return
    if isinstance(item, PartitionedVariable) or (isinstance(item, list | tuple) and item):
        pieces = list(item)
        whole = pieces[0]._get_save_slice_info()
        for piece in pieces:
            info = piece._get_save_slice_info()
            if info is None:
                raise ValueError(f"Slices must all be slices: {piece}")
            if info.full_name != whole.full_name:
                raise ValueError(f"Slices must all be from the same tensor: {whole.full_name} != {info.full_name}")
            yield _of_variable(name, piece, info.spec, is_piece=True)
        return
    if not _can_be_saved(item):
        line = "names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a variable: "
        raise TypeError(errors.explain(f"{line}{item}", where=user_site()))
    yield _of_variable(name, item, "")


def _of_variable(name: str, item: Any, spec: str, is_piece: bool = False) -> SaveableObject:
    if isinstance(item, BaseResourceVariable):
        return _OfResource(item.handle, item._graph_element, spec, name)
    ref = item if isinstance(item, Tensor) else item._ref()
    return _OfVariable(ref, item._snapshot if is_piece else ref, spec, name)
