"""What stands for objects in the savers of object-based checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes
from flowgraph.ir.scope import device
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import no_op
from flowgraph.saving.saveables import SaveableObject, SaveSpec, saveables_for


class LateSpec:
    """A tensor of a checkpoint that is made each time somebody asks for it."""

    def __init__(self, make: Callable[[], Tensor], name: str, dtype: Any, device: str) -> None:
        self._make, self.slice_spec, self.name, self.dtype, self.device = make, "", name, dtype, device

    @property
    def tensor(self) -> Tensor:
        """The tensor, newly made."""
        return self._make()


class NotRestored(SaveableObject):
    """A tensor that is saved, and that nothing takes back."""

    def __init__(self, tensor: Tensor, name: str) -> None:
        super().__init__(tensor, [SaveSpec(tensor, "", name)], name)

    def restore(self, _restored_tensors: Sequence[Tensor], _restored_shapes: Sequence[Any] | None) -> Operation:
        """Nothing: what is restored is none of the graph's business."""
        return no_op()


class PythonStringStateSaveable(SaveableObject):
    """A string that a Python function gives when it is saved, and that another one is given when it is restored.

    Args:
      name: its name in the checkpoint.
      state_callback: gives the string.
      restore_callback: takes it back; None: nothing does.
    """

    def __init__(
        self,
        name: str,
        state_callback: Callable[[], bytes],
        restore_callback: Callable[[bytes], None] | None = None,
    ) -> None:
        self._state, self._restore = state_callback, restore_callback
        with device("/cpu:0"):
            self._fed = constant("", dtype=dtypes.string)
        super().__init__(self._fed, [SaveSpec(self._fed, "", name)], name)

    @property
    def optional_restore(self) -> bool:
        """Whether nobody minds if a program does not take it back."""
        return self._restore is None

    def feeds(self) -> dict[Tensor, bytes]:
        """What a run that saves must be fed."""
        return {self._fed: self._state()}

    def python_restore(self, restored_strings: Sequence[bytes]) -> None:
        """Give the string back."""
        if self._restore is not None:
            self._restore(restored_strings[0])

    def restore(self, _restored_tensors: Sequence[Tensor], _restored_shapes: Sequence[Any] | None) -> Operation:
        """Nothing: what is restored is none of the graph's business."""
        return no_op()


def saveable_of(factory: Any, name: str) -> Any:
    """What saves a variable, or what a function makes for a name, under that name."""
    made = factory(name=name) if callable(factory) else factory
    if hasattr(made, "specs"):
        return made
    (found,) = saveables_for(name, made)
    return found


def full_name_of(variable: Any) -> str:
    """The name by which tf.train.Saver knows a variable."""
    info = getattr(variable, "_save_slice_info", None)
    return str(info.full_name if info is not None else variable.op.name)


def device_of(saveable: Any) -> str:
    """Where the tensors of a saveable are."""
    spec = saveable.specs[0]
    return str(spec.device if isinstance(spec, LateSpec) else spec.tensor.device)


def dtype_of(spec: Any) -> Any:
    """The dtype of one tensor of a checkpoint, without making it."""
    return (spec.dtype if isinstance(spec, LateSpec) else spec.tensor.dtype).base_dtype
