"""A page in a headless browser: steps through it, written in JavaScript, and what they found out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs Chromium or Chrome on the PATH")

_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_FLAGS += ["--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--virtual-time-budget=600000"]

# `page` is the explorer, `said` what the steps tell; `still()` waits until a drawing is there
_FRAME = """
<script>
(async () => {
  const said = {};
  const key = (key, target = document.activeElement, more = {}) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
    return !target.dispatchEvent(event);
  };
  // the browser's clock jumps ahead while the page is idle: work a little, so that workers come to their end
  const work = () => { let sum = 0; for (let i = 0; i < 2e7; i++) sum += i; return sum; };
  const wait = () => new Promise((done) => setTimeout(done, 20, work()));
  const still = async () => { while (!document.body.dataset.ready || document.body.dataset.busy) await wait(); };
  const open = async (path) => {
    page.toggle(page.model.groups.findIndex((group) => group[GROUP.PATH] === path));
    await still();
  };
  await still();
  const page = window.explorer;
  try {
    STEPS
  } catch (error) { said.error = error.stack; }
  document.body.replaceChildren(JSON.stringify(said));
  document.body.id = "said";
})();
</script>
"""


def told(page: Any, steps: str, folder: Path, width: int = 1200) -> dict[str, Any]:
    """What `steps` put into `said` on an explorer's page; nothing may have been said on the console.

    Steps may use `key(name, target)`, which is true where the page used the key, `await still()`, `await open(path)`.
    """
    file = folder / "page.html"
    file.write_text(page.html.replace("</body>", _FRAME.replace("STEPS", steps) + "</body>"), encoding="utf-8")
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, *_FLAGS, f"--window-size={width},800", f"--user-data-dir={folder}/u", "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr, done.stderr
    found = re.search(r'<body[^>]*id="said">(.*)</body>', done.stdout, re.DOTALL)
    assert found, "the steps did not come to their end"
    said: dict[str, Any] = json.loads(unescape(found.group(1)))
    assert "error" not in said, said["error"]
    return said
