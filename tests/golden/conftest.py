"""The recording scripts need TensorFlow 1.15 and are no tests: keep pytest from importing them."""

from __future__ import annotations

collect_ignore_glob = ["make_*.py", "check_*.py"]
