"""Make the virtual environment in which the Makefile's commands run, and keep it up to date.

    python3 tools/environment.py .venv test

makes `.venv` with this package (editable) and its extra `test`. Where that is already so it returns at once.
Another interpreter, a moved repository or a changed project file bring the environment up to date. It uses
the standard library only, and needs no activation, no system-wide pip and nothing from the home directory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# What decides that an installed environment is out of date. The package itself is editable: it never is.
PROJECT_FILES = ("pyproject.toml", "setup.py")

CANNOT_MAKE = """\
{python} cannot make virtual environments: it lacks the module ensurepip, and it has no pip either.
On Debian and Ubuntu that is a package of its own:   sudo apt install python{major}.{minor}-venv
With another Python on this machine:                 make test PYTHON=/path/to/python3
"""

NOT_OURS = """\
{venv} exists, but this Makefile did not make it, so it is left alone.
Another place for the environment:      make test VENV=.venv-flowgraph
An environment of your own, activated:  pip install -e '.[test]' && python -m pytest
"""

INSTALL_FAILED = """\
Installing flowgraph[{extras}] did not work: pip's own message is above.
It fetches packages from PyPI, so it needs a network (or a mirror that pip has been told of).
"""


def fingerprint() -> dict[str, str]:
    """What an environment depends on: the interpreter, where the repository lies, and its project files."""
    digest = hashlib.sha256()
    for name in PROJECT_FILES:
        path = ROOT / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return {
        "python": f"{sys.version} in {sys.base_prefix}",
        "root": str(ROOT),
        "project": digest.hexdigest(),
    }


def read(marker: Path) -> dict[str, Any]:
    """The marker's contents; nothing when it was cut short while being written."""
    try:
        return dict(json.loads(marker.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def clean_environ() -> dict[str, str]:
    """The user's environment less what would make pip install elsewhere or Python look elsewhere."""
    unwanted = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}
    environ = {key: value for key, value in os.environ.items() if key not in unwanted}
    return environ | {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def can_import(*modules: str) -> bool:
    """Whether the running interpreter has all of these modules."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


def make(venv: Path) -> None:
    """Make an empty environment at `venv`, with pip in it where this interpreter can put it there."""
    if can_import("venv", "ensurepip"):
        flags = []
    elif can_import("venv", "pip"):
        flags = ["--without-pip"]
    else:
        major, minor = sys.version_info[:2]
        sys.exit(CANNOT_MAKE.format(python=sys.executable, major=major, minor=minor))
    subprocess.run([sys.executable, "-m", "venv", *flags, str(venv)], check=True, env=clean_environ())


def install(venv: Path, extras: list[str]) -> None:
    """Install this package with `extras`, editable, and what it needs."""
    python = str(venv.absolute() / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    probe = subprocess.run([python, "-c", "import pip"], check=False, capture_output=True)
    pip = [python, "-m", "pip"]
    if probe.returncode:  # an environment without pip: the interpreter that made it lends its own
        pip = [sys.executable, "-m", "pip", "--python", python]
    command = [*pip, "install", "--quiet", "--editable", f".[{','.join(extras)}]"]
    done = subprocess.run(command, check=False, cwd=ROOT, env=clean_environ())
    if done.returncode:
        sys.exit(INSTALL_FAILED.format(extras=",".join(extras)))


def main(venv: Path, extras: list[str]) -> None:
    """Bring `venv` to a state in which this package is installed with at least `extras`."""
    marker = venv / "made-by-flowgraph.json"
    if venv.exists() and not marker.exists():
        sys.exit(NOT_OURS.format(venv=venv))

    made, now = read(marker), fingerprint()
    usable = all(made.get(key) == now[key] for key in ("python", "root"))
    installed = made.get("extras", []) if usable else []
    if usable and made.get("project") == now["project"] and set(extras) <= set(installed):
        return

    if not usable:
        print(f"Making the virtual environment {venv} ...", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        venv.mkdir(parents=True)
        marker.write_text("{}", encoding="utf-8")  # ours from now on, even if interrupted
        make(venv)
    extras = sorted({*extras, *installed})
    print(f"Installing flowgraph[{','.join(extras)}] into it, once (a minute or so) ...", flush=True)
    install(venv, extras)
    marker.write_text(json.dumps(now | {"extras": extras}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} FOLDER EXTRA ...")
    main(Path(sys.argv[1]), sys.argv[2:])
