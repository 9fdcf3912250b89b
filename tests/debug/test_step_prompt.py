"""The dialogue with a stepper at the terminal."""

from __future__ import annotations

import io
import linecache
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.debug import Stepper
from flowgraph.debug.step_prompt import Prompt

SCRIPT = """\
x = tf.placeholder(tf.float32, [3], name="x")
w = tf.Variable([1.0, 2.0, 3.0], name="w")
with tf.name_scope("loss"):
    logs = tf.log(x * w, name="logs")
    loss = tf.reduce_sum(logs, name="total")
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
"""
DIALOGUE = """\
12 ops to run; h lists the commands
-> w/read  Identity
     train.py:2: w = tf.Variable([1.0, 2.0, 3.0], name="w")
     takes w:0  (3)  [1. 2. 3.]
(step) n
   gave w/read:0  (3)  [1. 2. 3.]
-> loss/mul  Mul
     train.py:4: logs = tf.log(x * w, name="logs")
     takes x:0       (3)  [1. 2. 0.]
     takes w/read:0  (3)  [1. 2. 3.]
(step) n
   gave loss/mul:0  (3)  [1. 4. 0.]
-> loss/logs  Log
     train.py:4: logs = tf.log(x * w, name="logs")
     takes loss/mul:0  (3)  [1. 4. 0.]
(step) w
2 ops ran; about to run:
loss/logs  Log
  made at train.py:4
       2  w = tf.Variable([1.0, 2.0, 3.0], name="w")
       3  with tf.name_scope("loss"):
  >    4      logs = tf.log(x * w, name="logs")
       5      loss = tf.reduce_sum(logs, name="total")
       6  train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
  takes loss/mul:0  (3)  [1. 4. 0.]
(step) u nan
   gave loss/logs:0  (3)  [0. 1.38629 -inf]
loss/logs (Log) made 1 infinite of 3 entries, out of
     takes loss/mul:0  (3)  [1. 4. 0.]
     train.py:4: logs = tf.log(x * w, name="logs")
-> loss/total  Sum
     train.py:5: loss = tf.reduce_sum(logs, name="total")
     takes loss/logs:0   (3)  [0. 1.38629 -inf]
     takes loss/Const:0  (1) int32  [0]
(step) b ApplyGradientDescent
breakpoint 1: ApplyGradientDescent
(step) b if value.min() < -5
breakpoint 2: if value.min() < -5
(step) b
  1  ApplyGradientDescent
  2  if value.min() < -5
(step) d 2
(step) u Reciprocal
   gave gradients/loss/total_grad/Tile:0  (3)  [1. 1. 1.]
-> gradients/loss/logs_grad/Reciprocal  Reciprocal
     gradient of loss/logs (Log), made at train.py:4: logs = tf.log(x * w, name="logs")
     train.py:6: train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
     takes loss/mul:0  (3)  [1. 4. 0.]
(step) l 2
   gradients/loss/total_grad/Reshape    Reshape      done, gradient of loss/total
   gradients/loss/total_grad/Tile       Tile         done, gradient of loss/total
-> gradients/loss/logs_grad/Reciprocal  Reciprocal   gradient of loss/logs
   gradients/loss/logs_grad/mul         Mul          gradient of loss/logs
   gradients/loss/mul_grad/Mul_1        Mul          gradient of loss/mul
(step) c
   gave gradients/loss/mul_grad/tuple/control_dependency_1:0  (3)  [1. 0.5 nan]
breakpoint 1: ApplyGradientDescent
-> GradientDescent/update_w/ApplyGradientDescent  ApplyGradientDescent
     writes w
     train.py:6: train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
     takes w:0                                                   (3)  [1. 2. 3.]
     takes GradientDescent/learning_rate:0                       scalar  0.1
     takes gradients/loss/mul_grad/tuple/control_dependency_1:0  (3)  [1. 0.5 nan]
(step) p loss/total
loss/total:0  scalar  -inf
(step) p GradientDescent
'GradientDescent' (NoOp) has no outputs: there is no value to show
(step) v
w  (3)  [1. 2. 3.]
(step) f
   gave GradientDescent/update_w/ApplyGradientDescent:0  (3)  [0.9 1.95 nan]
the run is over, 12 ops ran; q leaves
"""


def _built() -> tuple[Any, Any, dict[Any, Any]]:
    """The session, what is fetched, and the feeds; made by a script with a short name."""
    names: dict[str, Any] = {"tf": tf}
    linecache.cache["train.py"] = (len(SCRIPT), None, SCRIPT.splitlines(keepends=True), "train.py")
    exec(compile(SCRIPT, "train.py", "exec"), names)
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    return sess, [names["loss"], names["train"]], {names["x"]: [1.0, 2.0, 0.0]}


def _talk(commands: str, feed: list[float] | None = None) -> tuple[Stepper, str]:
    with tf.Graph().as_default():
        sess, fetches, feeds = _built()
        feeds = {key: feed or value for key, value in feeds.items()}
        stepper = Stepper(sess, fetches, feeds)
        answers = io.StringIO()
        Prompt(stepper, io.StringIO(commands), answers).run()
    return stepper, answers.getvalue()


def test_the_dialogue() -> None:
    commands = [line[7:] for line in DIALOGUE.splitlines() if line.startswith("(step) ")]
    stepper, answers = _talk("\n".join(commands) + "\n")
    assert answers == DIALOGUE
    assert stepper.result[1] is None
    assert np.isinf(stepper.result[0])


def test_the_end_of_the_commands_leaves_the_run() -> None:
    stepper, answers = _talk("u Apply\nn 1\n")
    assert answers.splitlines()[-2:] == ["the run is over, 12 ops ran; q leaves", "(step) "]
    assert stepper.done
    stepper, answers = _talk("n 3")
    assert answers.splitlines()[-1] == "left after 3 ops, before loss/total"
    with pytest.raises(RuntimeError, match="left half-way"):
        stepper.result  # noqa: B018


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("bogus", "no command 'bogus'; h lists them"),
        ("n soon", "n takes a number of ops, not 'soon'; `u soon` goes on until there"),
        ("u", "until what? a name, a type, nan, or: if CONDITION"),
        ("u if value >", "invalid syntax (<condition>, line 1)"),
        ("b if loss > 3", "but not loss; the value of a tensor is v('loss')"),
        ("u Mull", "  Fix: Did you mean 'Mul'?"),
        ("d 7", "there is no breakpoint '7'; b lists them"),
        ("p nothing", "The name 'nothing' refers to an Operation not in the graph."),
        ("p loss/total", "loss/total:0 has no value yet: loss/total (Sum) has not run"),
        ("p x", "x:0  (3)  [1. 2. 0.]"),
        ("o", "the run is over, 12 ops ran; q leaves"),
        ("b", "no breakpoints"),
        ("i", "w:0  (3)  [1. 2. 3.]"),
        ("   ", "(step) "),
        ("n\n", "-> loss/logs  Log"),  # an empty line does it again
    ],
)  # fmt: skip
def test_answers(command: str, answer: str) -> None:
    _, answers = _talk(f"{command}\n")
    assert answer in answers


def test_help_names_every_command() -> None:
    _, answers = _talk("h\n?\nhelp\n")
    told = {
        line.split()[1] for line in answers.splitlines() if len(line) > 3 and line[1:3] == "  " and line[0].islower()
    }
    assert told == {name[3:] for name in dir(Prompt) if name.startswith("do_")} - {"do_help", "help"}


def test_an_op_that_fails_leaves_the_prompt_open() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [], name="x")
        checked = tf.check_numerics(tf.log(x, name="log"), "bad")
        answers = io.StringIO()
        Prompt(Stepper(tf.Session(), checked, {x: 0.0}), io.StringIO("c\np log\nn\nq\n"), answers).run()
    text = answers.getvalue()
    assert text.count("InvalidArgumentError: bad : Tensor had Inf") == 2
    assert "log:0  scalar  -inf" in text
    assert "left after 1 ops, before CheckNumerics" in text


PROGRAM = """\
import flowgraph as tf
x = tf.constant([1.0, 2.0])
i, y = tf.while_loop(lambda i, y: i < ROUNDS, lambda i, y: (i + 1, tf.sqrt(y)), [0, x])
with tf.Session() as sess:
    s = tf.debug.step(sess, y)
    print("done" if s.done else "left", sess.run(x))
"""
ROOT = Path(tf.__file__).parents[1]


def test_commands_come_through_a_pipe() -> None:
    program = PROGRAM.replace("ROUNDS", "2")
    run = subprocess.run(
        [sys.executable, "-c", program], input="u Sqrt\nf\n", cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "     in while, round 1: body\n" in run.stdout
    assert run.stdout.endswith("done [1. 2.]\n")
    assert "\x1b" not in run.stdout
    assert run.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("plain", [False, True])
def test_at_a_terminal(plain: bool) -> None:
    """Ctrl-C stops `c` in the middle of a long run; Ctrl-D leaves."""
    import pty

    program = PROGRAM.replace("ROUNDS", "10 ** 8")
    environment = {**os.environ, "TERM": "xterm", **({"NO_COLOR": "1"} if plain else {})}
    if not plain:
        environment.pop("NO_COLOR", None)
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=terminal, stdout=terminal, stderr=terminal, cwd=ROOT, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    shown = _Shown(main)
    try:
        text = shown.until("(step) ")
        assert ("\x1b[1m" in text) is not plain
        os.write(main, b"c\n")
        time.sleep(0.5)
        text = shown.until("(step) ", process)
        assert "Ctrl-C" in text
        assert "in while, round " in text
        shown.until("Ctrl-C; q leaves the run", process)
        shown.until("(step) ")
        os.write(main, b"\x04")
        assert "left [1. 2.]" in shown.until("2.]")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(main)


class _Shown:
    """What comes at a terminal, piece by piece."""

    def __init__(self, file: int) -> None:
        self.file, self.rest = file, ""

    def until(self, end: str, struck: subprocess.Popen[bytes] | None = None) -> str:
        """What comes up to `end`; Ctrl-C is pressed until it comes, for readline may miss one."""
        limit = time.monotonic() + 60
        quiet = True
        while end not in self.rest:
            assert time.monotonic() < limit, self.rest
            if quiet and struck is not None:
                struck.send_signal(signal.SIGINT)
            quiet = not select.select([self.file], [], [], 2)[0]
            if not quiet:
                self.rest += os.read(self.file, 4096).decode(errors="replace")
        text, found, self.rest = self.rest.partition(end)
        return text + found
