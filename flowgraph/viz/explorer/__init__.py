"""tf.viz.explore: a graph as one HTML page to walk through, which needs no network and no server.

`tree.py` puts the ops into a tree of scopes, `data.py` writes all that the page knows of them, `page.py` makes the page
out of that and of the files in `page/`; Graphviz, compiled to WebAssembly, lays it out in the reader's browser.
"""

from __future__ import annotations

from flowgraph.viz.explorer.page import Explorer, explore

__all__ = ["Explorer", "explore"]
