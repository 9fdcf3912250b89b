"""Adagrad for losses and for regularizers, of which the latter leave its sums alone; of `tf.contrib.opt`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph.training.adagrad import AdagradOptimizer


class RegAdagradOptimizer(AdagradOptimizer):
    """Adagrad that can apply gradients without counting them: those of regularizers, which all steps have.

    The arguments are those of `tf.train.AdagradOptimizer`.

    >>> w = tf.Variable(5.0)
    >>> optimizer = tf.contrib.opt.RegAdagradOptimizer(1.0)
    >>> with optimizer.avoid_updating_slots():
    ...     step = optimizer.minimize(w)
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     sess.run(step)
    ...     print(round(float(sess.run(optimizer.get_slot(w, "accumulator"))), 3))
    0.1
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "RegAdagrad",
    ) -> None:
        super().__init__(learning_rate, initial_accumulator_value, use_locking, name)
        self._should_update_slots = True

    @contextmanager
    def avoid_updating_slots(self) -> Iterator[None]:
        """Inside this block updates leave the sums of squares as they are."""
        before, self._should_update_slots = self._should_update_slots, False
        try:
            yield
        finally:
            self._should_update_slots = before

    def _attrs(self) -> dict[str, Any]:
        return {"update_slots": self._should_update_slots}
