"""The looks: one for each kind of node, the same in every renderer.

The colours are Okabe and Ito's, which people with any kind of colour blindness can tell apart, as a pale fill with
dark text and a strong border: they read on a white page and on a black one. No kind is told by its colour alone:
each has a shape of its own. What lies on the page itself (edges, their labels, boxes of scopes) is a grey
with the same contrast to white as to black.
"""

from __future__ import annotations

from dataclasses import dataclass

GREY = "#757575"
TEXT = "#1a1a1a"
WRITES = "#b06a00"
# where the screen is known to be dark
DARK_GREY = "#a0a0a0"
DARK_TEXT = "#f0f0f0"
DARK_WRITES = "#e0a040"
MARK = "#cc3311"
DARK_MARK = "#ff7755"
# from what costs nothing to what costs most: one hue, which darkens on white and glows on black, under the same text
HEAT = ("#fff7ec", "#fee5c5", "#fdd09a", "#fdb572", "#fc9a55")
DARK_HEAT = ("#2b2622", "#47301c", "#66401b", "#8a4f16", "#ad5f12")
FONT = "Helvetica,Arial,sans-serif"


def heat_level(heat: float) -> int:
    """Which colour of `HEAT` a share of the highest cost has.

    >>> [heat_level(x) for x in (0.0, 0.1, 1.0)]
    [0, 1, 4]
    """
    return min(len(HEAT) - 1, int(heat**0.5 * len(HEAT)))


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of node is drawn: Graphviz's shape and style, which the built-in SVG follows.

    `fill` and `line` go with dark text, `dark_fill` and `dark_line` with light text.
    """

    shape: str
    fill: str
    line: str
    dark_fill: str
    dark_line: str
    style: str = "filled"
    width: float = 1.2
    says: str = ""


LOOKS: dict[str, Look] = {
    "op": Look("box", "#f4f4f2", "#6f6f6f", "#33363a", "#9a9da2", "filled,rounded", says="an op"),
    "placeholder": Look("invhouse", "#d6ecfa", "#0072b2", "#0f3a55", "#56b4e9", says="a placeholder: fed at every run"),
    "variable": Look(
        "cylinder",
        "#ffe3b0",
        "#b87700",
        "#513a0c",
        "#e6a835",
        says="keeps a value from run to run: a variable (with its reads), an iterator, a queue",
    ),
    "constant": Look("ellipse", "#ebebeb", "#8a8a8a", "#2a2c2f", "#8a8d92", width=1.0, says="a constant"),
    "random": Look("septagon", "#f6dcea", "#b0457f", "#4c2039", "#dd8ab8", says="random numbers"),
    "loss": Look("octagon", "#ffd5c0", "#c04a00", "#5c2406", "#f08a4b", width=2.0, says="a loss: gradients start here"),
    "update": Look("house", "#c9ecdf", "#007a58", "#0b4234", "#3cc39b", width=1.6, says="changes a variable"),
    "control": Look("hexagon", "#fbf6b8", "#8c8200", "#46430c", "#d3c93c", says="steers control flow"),
    "group": Look(
        "box", "#ffffff", "#6f6f6f", "#1d1f21", "#9a9da2", "filled,dashed", 1.0, "waits for others, computes nothing"
    ),
    "world": Look(
        "note", "#e3e3f6", "#5a5aa8", "#2c2c58", "#a3a3e6", says="acts on the world: prints, checks, writes files"
    ),
    "gradient": Look("component", "#d3def6", "#3355a5", "#1d2f5e", "#7fa0ee", says="the gradients of a scope, folded"),
    "scope": Look("box3d", "#e9e6dd", "#736b55", "#3a372d", "#b5ac93", says="a name scope, folded"),
}
