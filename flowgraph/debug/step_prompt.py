"""A stepper at the terminal: a prompt with the commands that every debugger has."""

from __future__ import annotations

import cmd
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from flowgraph.debug.step_place import forward_of, table
from flowgraph.debug.step_values import Value, how_bad
from flowgraph.debug.step_what import NAN, Stop, stop_if
from flowgraph.debug.stepper import Stepper
from flowgraph.ir.tensor import Operation

_HELP = """\
n  next [COUNT]       run the next op, or so many; an empty line does it again
u  until WHAT         go on to WHAT: an op's name, a type, a regular expression for names,
                      `nan` (an op that makes NaN or infinity), or `if CONDITION`
b  break [WHAT]       stop at WHAT whenever c goes on; alone: list the breakpoints
d  delete NUMBER      take a breakpoint away
c  continue           go on to a breakpoint, or to the end
o  out                go on until this loop or branch is left
f  finish             run all that is left, past breakpoints, and leave
p  print [NAME]       the value of a tensor, op or variable; alone: what the last op gave
i  inputs             the values that the op takes, in full
w  where              the op, its line in the program, its inputs
l  list [COUNT]       the ops around it; a gradient's with the op that they belong to
v  variables          the variables of this run, as they are now
q  quit               leave; what has run stays done
A CONDITION is Python, of what an op has just given: value, name, type, op, np, and v("loss"),
the value of a tensor: `u if name == "loss" and value > 3`."""
_SHORT = {
    "n": "next", "s": "next", "step": "next", "u": "until", "b": "break", "d": "delete", "c": "continue",
    "cont": "continue", "o": "out", "f": "finish", "p": "print", "inspect": "print", "i": "inputs", "w": "where",
    "l": "list", "v": "variables", "h": "help", "?": "help", "q": "quit", "exit": "quit", "EOF": "quit",
}  # fmt: skip
_AROUND = 5


class Prompt(cmd.Cmd):
    """Reads commands and lets a stepper do them, until the run is left or finished.

    Args:
      stepper: the run.
      stdin, stdout: where commands come from and answers go; `sys.stdin` and `sys.stdout` by default. What is read from
        no terminal is repeated in the output.
    """

    prompt = "(step) "
    short = _SHORT

    def __init__(self, stepper: Stepper, stdin: TextIO | None = None, stdout: TextIO | None = None) -> None:
        super().__init__(stdin=stdin or sys.stdin, stdout=stdout or sys.stdout)
        self.stepper = stepper
        self.failure: BaseException | None = None
        self.is_terminal = _is_terminal(self.stdin)
        self.use_rawinput = self.is_terminal and self.stdin is sys.stdin and self.stdout is sys.stdout
        self._colours = _is_terminal(self.stdout) and not os.environ.get("NO_COLOR")
        self._colours = self._colours and os.environ.get("TERM") != "dumb"

    def run(self) -> None:
        """The dialogue, to its end."""
        count = len(self.stepper.run_ops)
        self.say(f"{count} op{'' if count == 1 else 's'} to run; h lists the commands")
        self.show_place()
        struck = False
        while True:
            try:
                if struck:
                    self.say("\nCtrl-C; q leaves the run")
                struck = False
                self.cmdloop()
            except KeyboardInterrupt:
                struck = True
            else:
                return

    # -- what is shown ---------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """A line of output."""
        self.stdout.write(f"{text}\n")

    def bold(self, text: str) -> str:
        """`text` in bold, on a terminal."""
        return f"\x1b[1m{text}\x1b[0m" if self._colours else text

    def faint(self, text: str) -> str:
        """`text` in grey, on a terminal."""
        return f"\x1b[2m{text}\x1b[0m" if self._colours else text

    def show_place(self) -> None:
        """The op about to run in a few lines; or that there is none."""
        place = self.stepper.place
        if place is None and not self.stepper.done:
            self.say("the run cannot go on; q leaves")
            return
        if place is None:
            self.say(f"the run is over, {self.stepper.so_far}; q leaves")
            return
        self.say(f"-> {self.bold(place.name)}  {place.type}")
        for row in (*place.notes, *([place.source] if place.source else ())):
            self.say(f"     {self.faint(row)}")
        for row in table(place.inputs):
            self.say(f"     takes {row}")

    def _show_step(self) -> None:
        """What the last op gave, why the run stopped, and where."""
        stepper = self.stepper
        last = stepper.last
        if last is not None:
            for row in table(last.outputs or ()):
                self.say(f"   gave {row}")
            if NAN.text in stepper.reason:
                bad = how_bad(last.outputs or ())
                self.say(f"{self.bold(f'{last.name} ({last.type}) made {bad}')}, out of")
                for value in last.inputs:
                    self.say(f"     takes {value.name}  {value.line}")
                self.say(f"     {self.faint(last.source)}")
            elif stepper.reason.startswith("breakpoint"):
                self.say(self.faint(stepper.reason))
        self.show_place()

    def _go(self, how: Callable[[], Any]) -> None:
        """Let the stepper go on; what happens then is shown."""
        if self.stepper.done:
            self.show_place()
            return
        self.failure = None
        try:
            how()
        except KeyboardInterrupt:
            self.say("\nCtrl-C")
            self.show_place()
        except Exception as error:  # noqa: BLE001  # an op may raise anything, and the prompt goes on
            self.failure = error
            self.say(f"{type(error).__name__}: {error}")
            self.say("It stopped here. p and i show the values up to here; q leaves.")
        else:
            self._show_step()

    # -- going on --------------------------------------------------------------------------------------------------

    def do_next(self, text: str) -> None:
        """Run the next op."""
        if text and not text.isdigit():
            self.say(f"n takes a number of ops, not {text!r}; `u {text}` goes on until there")
            return
        self._go(lambda: self.stepper.next(int(text or 1)))

    def do_until(self, text: str) -> None:
        """Go on to an op, or until something holds."""
        stop = self._stop(text)
        if stop is not None:
            self._go(lambda: self.stepper.until(stop))

    def do_continue(self, _text: str) -> None:
        """Go on to a breakpoint, or to the end."""
        self._go(self.stepper.go)

    def do_out(self, _text: str) -> None:
        """Go on until this loop or branch is left."""
        self._go(self.stepper.out)

    def do_finish(self, _text: str) -> bool:
        """Run all that is left, and leave."""
        if not self.stepper.done:
            self._go(self.stepper.finish)
        return self.stepper.done

    def do_quit(self, _text: str) -> bool:
        """Leave."""
        stepper = self.stepper
        if not stepper.done:
            self.say(f"left after {stepper.ran} ops, before {getattr(stepper.place, 'name', 'the end')}")
            if stepper.written:
                self.say(f"written so far, and kept: {', '.join(stepper.written)}")
            stepper.close()
        return True

    # -- breakpoints -----------------------------------------------------------------------------------------------

    def do_break(self, text: str) -> None:
        """Add a breakpoint, or list them."""
        if text:
            stop = self._stop(text)
            if stop is not None:
                self.say(f"breakpoint {self.stepper.break_at(stop)}: {stop.text}")
            return
        for number, name in self.stepper.breakpoints.items():
            self.say(f"{number:3d}  {name}")
        if not self.stepper.breakpoints:
            self.say("no breakpoints")

    def do_delete(self, text: str) -> None:
        """Take a breakpoint away."""
        try:
            self.stepper.delete(int(text))
        except (ValueError, LookupError):
            self.say(f"there is no breakpoint {text!r}; b lists them")

    def _stop(self, text: str) -> Stop | None:
        """What a command names as a place to stop; None after a word about what is wrong with it."""
        if not text:
            self.say("until what? a name, a type, nan, or: if CONDITION")
            return None
        if text.lower() == "nan":
            return NAN
        try:
            return stop_if(text[3:], self._array) if text.startswith("if ") else self.stepper.stop(text)
        except (ValueError, SyntaxError) as error:
            self.say(str(error))
            return None

    def _array(self, name: str) -> Any:
        return self.stepper.inspect(name).array

    # -- looking ---------------------------------------------------------------------------------------------------

    def do_print(self, text: str) -> None:
        """A value."""
        last = self.stepper.last
        try:
            found = self.stepper.inspect(text) if text else (last.outputs or [] if last is not None else [])
        except (KeyError, ValueError, LookupError) as error:
            self.say(str(error.args[0] if error.args else error))
            return
        self._show_values(found if isinstance(found, list) else [found])

    def do_inputs(self, _text: str) -> None:
        """The values that the op takes."""
        self._show_values(self.stepper.inputs)

    def _show_values(self, values: Sequence[Value]) -> None:
        for value in values:
            self.say(repr(value))
        if not values:
            self.say("nothing")

    def do_where(self, _text: str) -> None:
        """Where the run stands."""
        if self.stepper.place is None:
            self.show_place()
        else:
            self.say(f"{self.stepper.so_far}; about to run:\n{self.stepper.place!r}")

    def do_list(self, text: str) -> None:
        """The ops around."""
        ops, place = self.stepper.run_ops, self.stepper.place
        here = ops.index(place.op) if place is not None else len(ops)
        around = int(text) if text.isdigit() else _AROUND
        shown = ops[max(here - around, 0) : here + around + 1]
        if not shown:
            self.say("this run has no ops to stop at")
            return
        width, wide = max(len(op.name) for op in shown), max(len(op.type) for op in shown)
        for op in shown:
            mark = "->" if place is not None and op is place.op else "  "
            self.say(f"{mark} {op.name:{width}}  {op.type:{wide}}{self._about(op)}".rstrip())

    def _about(self, op: Operation) -> str:
        times, forward = self.stepper.times(op), forward_of(op)
        words = [] if times == 0 else ["done" if times == 1 else f"done {times} times"]
        if forward is not None:
            words.append(f"gradient of {forward.name}")
        return f"   {self.faint(', '.join(words))}" if words else ""

    def do_variables(self, _text: str) -> None:
        """The variables of this run."""
        for row in table(self.stepper.variables()) or ["this run has no variables"]:
            self.say(row)

    def do_help(self, arg: str) -> None:  # noqa: ARG002  # cmd's name
        """What can be said here."""
        self.say(_HELP)

    # -- cmd -------------------------------------------------------------------------------------------------------

    def parseline(self, line: str) -> tuple[str | None, str | None, str]:
        """A line as command, its argument, and itself; short names are made long ones."""
        word, _, rest = line.strip().partition(" ")
        return (self.short.get(word, word), rest.strip(), line) if word else (None, None, "")

    def precmd(self, line: str) -> str:
        """What is read from no terminal is not on the screen yet."""
        if not self.is_terminal and line != "EOF":
            self.say(line.rstrip("\n"))
        elif line == "EOF":
            self.say("")
        return line

    def emptyline(self) -> bool:
        """An empty line repeats a step, and nothing else."""
        word, _, _ = self.lastcmd.partition(" ")
        if self.short.get(word, word) in ("next", "list"):
            return self.onecmd(self.lastcmd)
        return False

    def default(self, line: str) -> None:
        """What is no command."""
        self.say(f"no command {line.partition(' ')[0]!r}; h lists them")


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
