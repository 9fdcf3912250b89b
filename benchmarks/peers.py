"""Who flowgraph is compared with, and one command that makes an environment for each.

    python benchmarks/peers.py make torch                        # into .peers/torch, with this Python
    python benchmarks/peers.py make tf115 --python python3.7     # TensorFlow 1.15.5 needs Python 3.7
    python benchmarks/peers.py list

`run.py` measures the peers that it finds in .peers; one that is installed elsewhere is named to it:
`--peer torch=/path/to/python`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = ROOT / "benchmarks" / "workloads"
FOLDER = ROOT / ".peers"


@dataclass(frozen=True)
class Peer:
    """One contestant: where its scripts are, how they are started, what an environment for it holds.

    `folder` holds its scripts within `workloads/`; "" are those of TF1's API, which get `module` as first argument.
    `proof` is a line without which its stderr shows that it did not do what its name says.
    """

    name: str
    title: str
    imports: str
    requirements: tuple[str, ...] = ()
    environment: str = ""  # the peer whose environment it shares; its own by default
    folder: str = ""
    argument: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    proof: str = ""

    @property
    def home(self) -> Path:
        """Where `make` puts its environment."""
        return FOLDER / (self.environment or self.name)

    @property
    def python(self) -> Path:
        """The interpreter of that environment, there or not."""
        return self.home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def script(self, name: str) -> Path:
        """Its form of a workload, there or not."""
        return WORKLOADS / self.folder / f"{name}.py"


TF221 = ("tensorflow==2.21.0", "numpy==2.4.6")
TORCH = ("--extra-index-url=https://download.pytorch.org/whl/cpu", "torch==2.13.0+cpu", "numpy==2.4.6")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}

PEERS = {
    peer.name: peer
    for peer in (
        Peer("tf221", "TF 2.21 graph", "tensorflow.compat.v1", TF221, argument="tensorflow.compat.v1", environ=QUIET),
        Peer(
            "tf221_xla", "TF 2.21 XLA", "tensorflow.compat.v1", TF221, environment="tf221",
            argument="tensorflow.compat.v1",
            environ={"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit", "TF_CPP_MIN_LOG_LEVEL": "0"},
            proof="Compiled cluster using XLA",
        ),
        Peer(
            "tf115", "TF 1.15.5", "tensorflow", ("tensorflow==1.15.5", "protobuf<3.21", "numpy<1.19"),
            argument="tensorflow", environ=QUIET,
        ),
        Peer("jax", "JAX jit", "jax.numpy", ("jax==0.10.2", "numpy==2.4.6"), folder="in_jax"),
        Peer("torch", "PyTorch", "torch", TORCH, folder="in_torch", argument="eager"),
        Peer(
            "torch_compiled", "PyTorch compiled", "torch", TORCH, environment="torch", folder="in_torch",
            argument="compiled",
        ),
        Peer(
            "pytensor", "PyTensor", "pytensor.tensor", ("pytensor==3.0.7", "numba==0.65.1", "numpy==2.4.6"),
            folder="in_pytensor",
        ),
    )
}  # fmt: skip

FLOWGRAPH = Peer("flowgraph", "flowgraph", "flowgraph", argument="flowgraph", environ={"PYTHONPATH": str(ROOT)})


def make(peer: Peer, python: str) -> None:
    """Make the environment of a peer, where it is not there yet, and install what it needs."""
    if not peer.python.exists():
        subprocess.run([python, "-m", "venv", str(peer.home)], check=True)
    subprocess.run([str(peer.python), "-m", "pip", "install", "--quiet", *peer.requirements], check=True)
    print(f"{peer.title}: {peer.python}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("make", "list"))
    parser.add_argument("peers", nargs="*", metavar="PEER", help=", ".join(PEERS))
    parser.add_argument("--python", default=sys.executable, help="the Python to make it with")
    options = parser.parse_args()
    for name in options.peers:
        if name not in PEERS:
            parser.error(f"no peer is called {name}; there are {', '.join(PEERS)}")
    for peer in [PEERS[name] for name in options.peers] or PEERS.values():
        if options.command == "list":
            print(f"{peer.name:15s} {peer.python if peer.python.exists() else '-'}")
        elif options.peers:
            make(peer, options.python)


if __name__ == "__main__":
    main()
