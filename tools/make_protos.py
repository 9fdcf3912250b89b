"""Compile flowgraph/protos/*.proto into flowgraph/protos/schema.binpb.

    python tools/make_protos.py

needs grpcio-tools. What it writes is a FileDescriptorSet, which every version of the protobuf library can read;
generated Python modules would tie flowgraph to one.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "flowgraph" / "protos"


def compile_schemas(target: Path) -> None:
    """Write the descriptors of all schemas to a file."""
    sources = sorted(path.name for path in FOLDER.glob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={FOLDER}", "--include_imports"]
    subprocess.run([*command, f"--descriptor_set_out={target}", *sources], check=True)


if __name__ == "__main__":
    compile_schemas(FOLDER / "schema.binpb")
    print((FOLDER / "schema.binpb").stat().st_size, "bytes")
