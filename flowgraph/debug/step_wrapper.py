"""TensorFlow's debugger wrapped around a session, as old scripts ask for it; what it opens is a stepper's prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from flowgraph.debug.step_kinds import innermost
from flowgraph.debug.step_prompt import Prompt
from flowgraph.debug.step_values import is_bad
from flowgraph.debug.stepper import Stepper
from flowgraph.ir.scope import default_sessions
from flowgraph.ir.tensor import Operation

TensorFilter = Callable[[Any, Any], Any]


class DebugTensorDatum:
    """Which tensor a filter is asked about.

    Attributes:
      node_name, output_slot: the op, and which of its outputs.
      tensor_name: both, as TF writes them.
    """

    def __init__(self, node_name: str, output_slot: int) -> None:
        self.node_name, self.output_slot = node_name, output_slot
        self.tensor_name = f"{node_name}:{output_slot}"

    def __repr__(self) -> str:
        return f"{{DebugTensorDatum: {self.tensor_name}}}"


def has_inf_or_nan(datum: Any, tensor: Any) -> bool:
    """A filter for tensors in which any entry is NaN or infinite.

    >>> has_inf_or_nan(None, np.array([1.0, np.inf]))
    True
    """
    del datum  # a filter's signature has it
    return is_bad(tensor)


class LocalCLIDebugWrapperSession:
    """A session of which each run opens a prompt first.

    `run` (or `r`) carries it out, `run -f FILTER` until a value passes a filter, `run -t N` carries out N runs with no
    prompt between; all commands of `tf.debug.step` walk through it, and `q` or `exit` in the middle ends the program.

    Args:
      sess: the session.
      ui_type: "curses" or "readline", which make no difference here: the prompt is a line.
      dump_root, thread_name_filter, config_file_path: nothing else is possible here than what they are by default.
      log_usage: nothing is logged in either case.
    """

    def __init__(
        self,
        sess: Any,
        dump_root: Any = None,
        log_usage: bool = True,  # noqa: ARG002  # there is no log of it
        ui_type: str = "curses",
        thread_name_filter: Any = None,
        config_file_path: Any = False,
    ) -> None:
        if ui_type not in ("curses", "readline"):
            raise ValueError(f"Unsupported UI type: {ui_type!r}; it is 'curses' or 'readline'")
        for name, value in (("dump_root", dump_root), ("thread_name_filter", thread_name_filter)):
            if value is not None:
                raise NotImplementedError(
                    f"{name}={value!r}: nothing is dumped, and a run has one thread; leave it out"
                )
        if config_file_path:
            raise NotImplementedError(f"config_file_path={config_file_path!r}: the prompt has no configuration")
        innermost(sess)  # refuses what is no session
        self._sess = sess
        self._filters: dict[str, TensorFilter] = {"has_inf_or_nan": has_inf_or_nan}
        self._silent = 0
        self.run_call_count = 0

    def add_tensor_filter(self, filter_name: str, tensor_filter: TensorFilter) -> None:
        """Teach `run -f` a filter: `f(datum, tensor)`, the tensor as an array."""
        self._filters[filter_name] = tensor_filter

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`Session.run`, after a dialogue; with options or run_metadata without one."""
        self.run_call_count += 1
        if self._silent or options is not None or run_metadata is not None:
            self._silent -= bool(self._silent)
            return self._sess.run(fetches, feed_dict, options, run_metadata)
        stepper = Stepper(self._sess, fetches, feed_dict)
        stepper.finish() if not stepper.run_ops else self._talk(stepper)
        return stepper.result

    def _talk(self, stepper: Stepper) -> None:
        prompt = DebuggerPrompt(stepper, self._filters)
        prompt.say(f"run {self.run_call_count}: `run` carries it out, `run -f {next(iter(self._filters))}` until a "
                   "tensor passes a filter")  # fmt: skip
        prompt.run()
        self._silent = prompt.silent
        if prompt.failure is not None and not stepper.done:
            raise prompt.failure
        if prompt.ends_program:
            raise SystemExit(1)

    def _tf_sess(self) -> Any:
        return innermost(self._sess)

    @property
    def session(self) -> Any:
        """The session inside."""
        return self._sess

    def as_default(self) -> Any:
        """Make this the session that `eval` uses."""
        return default_sessions.pushed(self)

    def __enter__(self) -> Any:
        self._default = self.as_default()
        return self._default.__enter__()

    def __exit__(self, *what: Any) -> Any:
        self._default.__exit__(*what)
        return self._sess.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sess, name)


class DebuggerPrompt(Prompt):
    """A stepper's prompt with the commands of TensorFlow's debugger that scripts' readers know."""

    prompt = "tfdbg> "

    def __init__(self, stepper: Stepper, filters: dict[str, TensorFilter]) -> None:
        super().__init__(stepper)
        self._filters = filters
        self.silent, self.ends_program = 0, False

    def do_run(self, text: str) -> bool:
        """Carry out the run, or so much of it."""
        words = text.split()
        if words[:1] in (["-f"], ["--till_filter_pass"]) and len(words) == 2:
            self._until_filter(words[1])
            return False
        if words[:1] in (["-t"], ["--times"]) and len(words) == 2 and words[1].isdigit():
            self.silent = max(int(words[1]) - 1, 0)
        elif words not in ([], ["-n"], ["--no_debug"]):
            self.say("run, run -f FILTER, run -t TIMES, or run -n")
            return False
        return self.do_finish("")

    def _until_filter(self, name: str) -> None:
        if name not in self._filters:
            self.say(f"no filter {name!r}; there are: {', '.join(self._filters)}")
            return
        chosen = self._filters[name]

        def passes(op: Operation, values: list[Any]) -> bool:
            arrays = [np.asarray(value) for value in values]
            return any(chosen(DebugTensorDatum(op.name, slot), array) for slot, array in enumerate(arrays))

        self._go(lambda: self.stepper.until(passes))

    def do_r(self, text: str) -> bool:
        """Carry out the run."""
        return self.do_run(text)

    def do_lt(self, _text: str) -> None:
        """List the tensors that there are."""
        for name in self.stepper.done_ops:
            self.say(name)

    def do_pt(self, text: str) -> None:
        """Print a tensor."""
        self.do_print(text)

    def do_quit(self, text: str) -> bool:
        """End the program; after the end of the run only leave."""
        self.ends_program = not self.stepper.done
        return super().do_quit(text)


def instead(name: str, use: str) -> Any:
    """A class of TensorFlow's debugger that is not here: making one says what to use."""

    def debugger(*_arguments: Any, **_named: Any) -> NoReturn:
        raise NotImplementedError(f"tf_debug.{name}: this part of TensorFlow's debugger is not here.\n\n  Fix: {use}")

    debugger.__name__, debugger.__doc__ = name, f"Raises NotImplementedError: `{name}` is not here."
    return debugger
