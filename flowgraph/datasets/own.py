"""What users' own classes of datasets derive from, besides `tf.data.Dataset`: they bring the tensor that holds them."""

from __future__ import annotations

from typing import Any

from flowgraph.datasets.dataset import Dataset
from flowgraph.ir.tensor import Tensor


class _AllDatasets(type):
    """Every dataset is a DatasetV2, as in TF, where `tf.data.Dataset` derives from it."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Dataset) if cls is DatasetV2 else super().__instancecheck__(instance)


class DatasetV2(Dataset, metaclass=_AllDatasets):
    """A dataset of the user's own; a class that derives from it defines `element_spec` and `_inputs()`.

    Args:
      variant_tensor: holds the pipeline, mostly that of another dataset.
    """

    def __init__(self, variant_tensor: Tensor) -> None:
        self._demand("_inputs", "element_spec")
        self._variant_tensor = variant_tensor


class DatasetSource(DatasetV2):
    """A DatasetV2 that is made of no other."""

    def _inputs(self) -> list[Any]:
        return []


class UnaryDataset(DatasetV2):
    """A DatasetV2 that is made of one other.

    Args:
      input_dataset: the other.
      variant_tensor: holds the pipeline.
    """

    def __init__(self, input_dataset: Any, variant_tensor: Tensor) -> None:
        self._input_dataset = input_dataset
        super().__init__(variant_tensor)

    def _inputs(self) -> list[Any]:
        return [self._input_dataset]


class UnaryUnchangedStructureDataset(UnaryDataset):
    """A UnaryDataset whose elements are of the same kind as those of the other.

    >>> class First(UnaryUnchangedStructureDataset):
    ...     def __init__(self, dataset):
    ...         super().__init__(dataset, dataset.take(1)._variant_tensor)
    >>> run(First(tf.data.Dataset.range(3)).batch(3).make_one_shot_iterator().get_next())
    array([0])
    """

    @property
    def element_spec(self) -> Any:
        """The specs of the components, nested as the elements are."""
        return self._input_dataset.element_spec
