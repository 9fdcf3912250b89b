"""How much disk an installation takes: what lies in site-packages, less Python's own tools and compiled bytecode."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from contestant import Competitor
from peers import ROOT

SITE = "import json, sysconfig; print(json.dumps(sorted({sysconfig.get_paths()[p] for p in ('purelib', 'platlib')})))"
TOOLS = ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack")  # each environment has them, or may have


def installed_mb(competitors: list[Competitor]) -> dict[str, float]:
    """Megabytes: of a peer its whole environment, of flowgraph itself and what it depends on."""
    figures = {}
    for competitor in competitors:
        sites = [Path(site) for site in competitor.once(SITE)]
        if competitor.peer.imports == "flowgraph":
            package = Path(competitor.peer.environ["PYTHONPATH"]) / "flowgraph"
            size = _mb(package.rglob("*")) + sum(package_mb(name, sites) for name in core_dependencies())
        else:
            size = sum(_mb([path, *path.rglob("*")]) for site in sites for path in site.iterdir() if not _is_tool(path))
        figures[competitor.name] = size
    return figures


def core_dependencies() -> list[str]:
    """The names in pyproject.toml's `dependencies`: what `pip install` brings along."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (block,) = re.findall(r"^dependencies = \[\n(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    return re.findall(r'^ *"([A-Za-z0-9_-]+)', block, re.MULTILINE)


def package_mb(name: str, sites: list[Path]) -> float:
    """What a package's own list of its files says that it brought."""
    wanted = name.replace("-", "_").lower()
    for site in sites:
        for record in site.glob("*.dist-info/RECORD"):
            if record.parent.name.split("-")[0].lower() == wanted:
                lines = record.read_text(encoding="utf-8").splitlines()
                return _mb(site / line.rsplit(",", maxsplit=2)[0] for line in lines)
    raise SystemExit(f"{name}, on which flowgraph depends, is not installed in {sites}")


def _is_tool(path: Path) -> bool:
    return path.name.startswith(TOOLS)


def _mb(files: Iterable[Path]) -> float:
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc" and file.is_file()) / 1e6
