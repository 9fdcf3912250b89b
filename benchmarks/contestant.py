"""A workload in a process of its own: started, spoken with as `workloads/serving.py` tells, ended."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from peers import FLOWGRAPH, PEERS, WORKLOADS, Peer


class Failed(Exception):
    """A contestant did not start, or did not answer in time."""


class Competitor:
    """A peer and the interpreter that it runs under."""

    def __init__(self, peer: Peer, python: str) -> None:
        self.peer = peer
        self.python = python

    @property
    def name(self) -> str:
        """What results are filed under."""
        return self.peer.name

    def environ(self) -> dict[str, str]:
        """The environment of its processes: the user's, less what is meant for this interpreter alone.

        PYTHONDONTWRITEBYTECODE, for one, would have a checkout compiled at each import, and installed packages not.
        """
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        path = [str(WORKLOADS), *filter(None, [self.peer.environ.get("PYTHONPATH")])]
        return {**kept, **self.peer.environ, "PYTHONPATH": os.pathsep.join(path)}

    def once(self, script: Path | str, *arguments: str, limit: float = 120) -> Any:
        """Run a script to its end and give the JSON of its last line; code is given as text."""
        command = ["-c", script] if isinstance(script, str) else [str(script)]
        command = [self.python, "-W", "ignore", *command, *arguments]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, env=self.environ(), timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"more than {limit:.0f} s") from None
        if done.returncode:
            raise Failed(_last_line(done.stderr))
        return json.loads(done.stdout.strip().splitlines()[-1])


def flowgraph(python: str, tree: str = "") -> Competitor:
    """This tree's flowgraph, or that of another checkout, which is named after its folder."""
    if not tree:
        return Competitor(FLOWGRAPH, python)
    root = Path(tree).resolve()
    name = f"flowgraph:{root.name}"
    return Competitor(replace(FLOWGRAPH, name=name, title=name, environ={"PYTHONPATH": str(root)}), python)


def named(argument: str) -> Competitor:
    """The peer of an option `NAME` or `NAME=PYTHON`."""
    name, _, python = argument.partition("=")
    if name not in PEERS:
        raise SystemExit(f"no peer is called {name}; there are {', '.join(PEERS)}")
    peer = PEERS[name]
    if not python and not peer.python.exists():
        raise SystemExit(f"{peer.python} is missing; make it:  python benchmarks/peers.py make {peer.home.name}")
    return Competitor(peer, python or str(peer.python))


class Process:
    """A workload that has reported its first losses (`ready`), and runs rounds."""

    def __init__(self, competitor: Competitor, script: str, arguments: tuple[str, ...], limit: float) -> None:
        self.limit = limit
        peer = competitor.peer
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  # it lives as long as the process
        command = [
            competitor.python,
            "-W",
            "ignore",
            str(peer.script(script)),
            *filter(None, [peer.argument]),
            *arguments,
        ]
        begin = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
            env=competitor.environ(),
        )  # fmt: skip
        try:
            self.ready = self._answer()
        except Failed:
            self.close()
            raise
        self.ready["start_s"] = time.perf_counter() - begin
        self.proven = peer.proof in self.errors()

    def round(self, steps: int) -> dict[str, float]:
        """Time that many steps."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended; the answer, which does not come, tells why
            self._process.stdin.write(f"round {steps}\n")
            self._process.stdin.flush()
        return self._answer()

    def errors(self) -> str:
        """What it has written to stderr so far."""
        self._errors.seek(0)
        return self._errors.read()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        """The next line of JSON; what libraries print beside it is passed over."""
        assert self._process.stdout is not None
        timer = threading.Timer(self.limit, self._process.kill)
        timer.start()
        try:
            for line in self._process.stdout:
                if line.startswith("{"):
                    return json.loads(line)
            late = not timer.is_alive()
        finally:
            timer.cancel()
        raise Failed(f"no answer within {self.limit:.0f} s" if late else _last_line(self.errors()))


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else "it ended without a word"
