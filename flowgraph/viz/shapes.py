"""The shapes of nodes in the built-in SVG: their room for text, their outlines and their elements."""

from __future__ import annotations

from flowgraph.viz.palette import Look

Point = tuple[float, float]

# The room around the text, left and right and above and below, as (constant, part of the text's size).
_ROOM: dict[str, tuple[float, float, float, float]] = {
    "box": (9, 0, 6, 0),
    "ellipse": (6, 0.17, 4, 0.17),
    "cylinder": (9, 0, 9, 0),
    "hexagon": (16, 0, 6, 0),
    "septagon": (16, 0, 6, 0),
    "octagon": (14, 0, 8, 0),
    "house": (10, 0, 10, 0),
    "invhouse": (10, 0, 10, 0),
    "note": (14, 0, 6, 0),
    "component": (14, 0, 6, 0),
    "box3d": (11, 0, 9, 0),
}


def size(shape: str, width: float, height: float) -> tuple[float, float]:
    """The size of a node around a text of this size."""
    x, more_x, y, more_y = _ROOM[shape]
    return width + 2 * (x + more_x * width), height + 2 * (y + more_y * height)


def text_shift(shape: str) -> float:
    """How far below the middle the text stands, where a roof or a lid takes room."""
    return {"house": 4.0, "invhouse": -4.0, "cylinder": 3.0, "box3d": 2.0}.get(shape, 0.0)


def corners(shape: str, w: float, h: float) -> list[Point] | None:
    """The corners of a shape around (0, 0); None for one that is not a polygon."""
    x, y = w / 2, h / 2
    if shape in ("hexagon", "septagon"):
        cut = 11.0
        return [(-x, 0), (-x + cut, -y), (x - cut, -y), (x, 0), (x - cut, y), (-x + cut, y)]
    if shape == "octagon":
        cut = min(9.0, h / 3)
        return [
            (-x, -y + cut), (-x + cut, -y), (x - cut, -y), (x, -y + cut),
            (x, y - cut), (x - cut, y), (-x + cut, y), (-x, y - cut),
        ]  # fmt: skip
    if shape == "house":
        return [(-x, y), (-x, -y + 8), (0, -y), (x, -y + 8), (x, y)]
    if shape == "invhouse":
        return [(-x, -y), (x, -y), (x, y - 8), (0, y), (-x, y - 8)]
    if shape == "note":
        return [(-x, -y), (x - 8, -y), (x, -y + 8), (x, y), (-x, y)]
    return None


def border(shape: str, w: float, h: float, along: float, vertical: bool, positive: bool) -> float:
    """How far from the middle line the border is, where an arrow meets it `along` it from the middle.

    With `vertical` arrows the distance is that of the upper border, or of the lower one if `positive`; else of the
    left or the right one.
    """
    half, across = (h / 2, w / 2) if vertical else (w / 2, h / 2)
    if shape == "ellipse":
        return half * max(0.0, 1 - (along / across) ** 2) ** 0.5
    if shape == "cylinder" and vertical:
        return half - 5 * (1 - max(0.0, 1 - (along / across) ** 2) ** 0.5)
    polygon = corners(shape, w, h)
    if polygon is None:
        return half
    best = 0.0
    for (ax, ay), (bx, by) in zip(polygon, [*polygon[1:], polygon[0]]):
        a, b, p, q = (ax, bx, ay, by) if vertical else (ay, by, ax, bx)
        if a != b and min(a, b) <= along <= max(a, b):
            there = p + (q - p) * (along - a) / (b - a)
            best = max(best, there if positive else -there)
    return best


def element(look: Look, x: float, y: float, w: float, h: float) -> str:
    """The SVG of a node's shape with its corner at (x, y)."""
    dashed = ' stroke-dasharray="4 3"' if "dashed" in look.style else ""
    paint = f'class="fg-shape" fill="{look.fill}" stroke="{look.line}" stroke-width="{look.width:g}"{dashed}'
    middle = (x + w / 2, y + h / 2)
    polygon = corners(look.shape, w, h)
    if polygon is not None:
        points = " ".join(f"{middle[0] + px:.1f},{middle[1] + py:.1f}" for px, py in polygon)
        return f'<polygon {paint} points="{points}"/>'
    if look.shape == "ellipse":
        return f'<ellipse {paint} cx="{middle[0]:.1f}" cy="{middle[1]:.1f}" rx="{w / 2:.1f}" ry="{h / 2:.1f}"/>'
    if look.shape == "cylinder":
        bow = f"{w / 2:.1f} 5 0 0"
        wall = h - 10
        return (
            f'<path {paint} d="M{x:.1f},{y + 5:.1f} v{wall:.1f} a{bow} 0 {w:.1f},0 v{-wall:.1f} z"/>'
            f'<ellipse {paint} cx="{middle[0]:.1f}" cy="{y + 5:.1f}" rx="{w / 2:.1f}" ry="5"/>'
        )
    if look.shape == "box3d":
        return (
            f'<path {paint} d="M{x:.1f},{y + 4:.1f} l4,-4 h{w - 4:.1f} v{h - 4:.1f} l-4,4 h{4 - w:.1f} z '
            f'M{x:.1f},{y + 4:.1f} h{w - 4:.1f} v{h - 4:.1f} m0,{4 - h:.1f} l4,-4"/>'
        )
    rounded = "6" if "rounded" in look.style else "2"
    box = f'<rect {paint} x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{rounded}"/>'
    if look.shape == "component":
        for down in (0.25, 0.75):
            tab = y + h * down - 3
            box += f'<rect {paint} x="{x - 4:.1f}" y="{tab:.1f}" width="9" height="6"/>'
    return box
