"""Random scripts of assignments and branches: as a Python program, and as a graph.

A script is a list of statements. Those of a chain run one after another (in the graph each waits for the one before);
a free product waits for its operands only, and so reads its variable as it was when they were made; a resource
variable is read by an op of its own, which waits for nothing but the branch it is in.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

import flowgraph as tf

Statement = tuple[Any, ...]
VARIABLES = 3


class Source:
    """Makes up scripts."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def expression(self, names: Sequence[str], depth: int = 0) -> Statement:
        kind = self.rng.choice(["constant", "local", "variable", "binary", "binary"])
        if kind == "local" and names:
            return ("local", self.rng.choice(names))
        if kind == "variable":
            return ("variable", self.rng.randrange(VARIABLES))
        if kind == "binary" and depth < 3:
            operator = self.rng.choice("+-*")
            return (operator, self.expression(names, depth + 1), self.expression(names, depth + 1))
        return ("constant", round(self.rng.uniform(-2, 2), 1))

    def block(self, names: Sequence[str], depth: int, size: int) -> tuple[list[Statement], list[str]]:
        """Statements, and the names that are known after them."""
        names = list(names)
        statements: list[Statement] = []
        for _ in range(size):
            kind = self.rng.choice(["assign"] * 3 + ["flip", "let", "free"] + ["cond"] * 4)
            if kind == "assign":
                how = self.rng.choice(["assign", "assign_add", "assign_sub"])
                statements.append((kind, how, self.rng.randrange(VARIABLES), self.expression(names)))
            elif kind == "flip":
                statements.append((kind,))
            elif kind == "let":
                statements.append((kind, self.name(), self.expression(names)))
                names.append(statements[-1][1])
            elif kind == "free":
                factor = self.rng.choice(names) if names else None
                statements.append((kind, self.name(), self.rng.randrange(VARIABLES), factor))
                names.append(statements[-1][1])
            elif depth < 3:
                statements.append(self.cond(names, depth))
                names += statements[-1][1]
        return statements, names

    def cond(self, names: Sequence[str], depth: int) -> Statement:
        made = [self.name() for _ in range(self.rng.randint(1, 3))]
        less = ("less", self.expression(names), self.expression(names))
        pred = self.rng.choice([("fed", 0), ("fed", 1), ("flag",), less])
        sides = []
        for _ in range(2):
            body, inner = self.block(names, depth + 1, self.rng.randint(0, 3))
            # (what an outermost cond returns of a variable as it is stays the variable, which no script can say)
            pool: list[Statement] = [("constant", 1.5), ("variable", 0), *([("raw", 1)] if depth else [])]
            pool += [("local", name) for name in inner[-3:]]
            sides.append((body, [self.rng.choice(pool) for _ in made]))
        return ("cond", made, pred, sides)


def random_script(rng: random.Random) -> tuple[list[Statement], list[str]]:
    """A script, and the names of the values that it makes."""
    return Source(rng).block([], 0, rng.randint(2, 5))


@dataclass
class State:
    """The variables: floats and one flag."""

    floats: list[Any]
    flag: bool

    @classmethod
    def initial(cls) -> State:
        return cls([np.float32(i + 1) for i in range(VARIABLES)], True)


class Known(NamedTuple):
    """A value and the moment at which it was made."""

    value: Any
    moment: int


class Interpreter:
    """Runs a script as the Python program that it is."""

    def __init__(self, state: State, preds: Sequence[bool], resources: bool = False) -> None:
        self.resources = resources
        self.state = State(list(state.floats), state.flag)
        self.preds = preds
        self.known: dict[str, Known] = {}
        self.history = [list(state.floats)]

    @property
    def now(self) -> int:
        return len(self.history) - 1

    def evaluate(self, expression: Statement) -> Any:
        kind = expression[0]
        if kind == "constant":
            return np.float32(expression[1])
        if kind == "local":
            return self.known[expression[1]].value
        if kind in ("variable", "raw"):
            return self.state.floats[expression[1]]
        with np.errstate(all="ignore"):
            a, b = self.evaluate(expression[1]), self.evaluate(expression[2])
            return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "less": lambda: a < b}[kind]()

    def run(self, statements: Sequence[Statement]) -> None:
        entered = self.now
        for kind, *rest in statements:
            getattr(self, f"_{kind}")(entered, *rest)

    def _assign(self, _entered: int, how: str, variable: int, expression: Statement) -> None:
        value, floats = self.evaluate(expression), self.state.floats
        with np.errstate(all="ignore"):
            floats[variable] = {
                "assign": value, "assign_add": floats[variable] + value, "assign_sub": floats[variable] - value,
            }[how]  # fmt: skip
        self.history.append(list(floats))

    def _flip(self, _entered: int) -> None:
        self.state.flag = not self.state.flag

    def _let(self, _entered: int, name: str, expression: Statement) -> None:
        self.known[name] = Known(self.evaluate(expression), self.now)

    def _free(self, entered: int, name: str, variable: int, factor: str | None) -> None:
        value, moment = Known(np.float32(1), entered) if factor is None else self.known[factor]
        moment = max(moment, entered)
        with np.errstate(all="ignore"):
            read = self.history[entered if self.resources else moment][variable]
            self.known[name] = Known(read * value, moment)

    def _cond(self, _entered: int, made: Sequence[str], pred: Statement, sides: Sequence[Any]) -> None:
        if pred[0] == "less":
            taken = self.evaluate(pred)
        else:
            taken = self.preds[pred[1]] if pred[0] == "fed" else self.state.flag
        body, results = sides[0 if taken else 1]
        outer = dict(self.known)
        self.run(body)
        values = [Known(self.evaluate(result), self.now) for result in results]
        self.known = {**outer, **dict(zip(made, values, strict=True))}


@dataclass
class Builder:
    """Builds the graph of a script."""

    resources: bool = False
    floats: list[tf.Variable] = field(init=False)
    flag: tf.Variable = field(init=False)
    preds: list[tf.Tensor] = field(default_factory=lambda: [tf.placeholder(tf.bool, []) for _ in range(2)])
    known: dict[str, tf.Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.floats = [tf.Variable(i + 1.0, use_resource=self.resources) for i in range(VARIABLES)]
        self.flag = tf.Variable(True, use_resource=self.resources)

    def evaluate(self, expression: Statement) -> tf.Tensor:
        kind = expression[0]
        if kind == "constant":
            return tf.constant(expression[1])
        if kind == "local":
            return self.known[expression[1]]
        if kind == "variable":
            return self.floats[expression[1]] * 1.0
        if kind == "raw":
            return tf.identity(self.floats[expression[1]])
        function = {"+": tf.add, "-": tf.subtract, "*": tf.multiply, "less": tf.less}[kind]
        return function(self.evaluate(expression[1]), self.evaluate(expression[2]))

    def run(self, statements: Sequence[Statement]) -> list[tf.Operation]:
        """Build statements; returns what the next one is to wait for."""
        last: list[tf.Operation] = []
        for kind, *rest in statements:
            if kind == "free":
                self._free(*rest)
            else:
                with tf.control_dependencies(last):
                    last = getattr(self, f"_{kind}")(last, *rest)
        return last

    def _assign(self, last: list[Any], how: str, variable: int, expression: Statement) -> list[tf.Operation]:
        value = self.evaluate(expression)
        with tf.control_dependencies([*last, value]):
            return [getattr(tf, how)(self.floats[variable], value).op]

    def _flip(self, _last: list[Any]) -> list[tf.Operation]:
        return [tf.assign(self.flag, tf.logical_not(self.flag)).op]

    def _let(self, _last: list[Any], name: str, expression: Statement) -> list[tf.Operation]:
        self.known[name] = self.evaluate(expression) * 1.0
        return [self.known[name].op]

    def _free(self, name: str, variable: int, factor: str | None) -> None:
        self.known[name] = tf.multiply(self.floats[variable], 1.0 if factor is None else self.known[factor])

    def _cond(self, _last: list[Any], made: Sequence[str], pred: Statement, sides: Sequence[Any]) -> list[tf.Operation]:
        chosen: Any = self.flag.value() if self.resources else self.flag
        if pred[0] == "less":
            chosen = self.evaluate(pred)
        elif pred[0] == "fed":
            chosen = self.preds[pred[1]]
        outer = dict(self.known)
        results = tf.cond(chosen, lambda: self._side(*sides[0]), lambda: self._side(*sides[1]), strict=True)
        self.known = {**outer, **dict(zip(made, results, strict=True))}
        return [result.op for result in results]

    def _side(self, body: Sequence[Statement], results: Sequence[Statement]) -> list[tf.Tensor]:
        outer = dict(self.known)
        with tf.control_dependencies(self.run(body)):
            values = [tf.identity(self.evaluate(result)) for result in results]
        self.known = outer
        return values
