"""A reader of the part of the DOT language that flowgraph writes, strict about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r'\s+|//[^\n]*|(?P<token>"(?:[^"\\]|\\.)*"|->|[{}\[\];=,]|[^\s{}\[\];=,"]+)')


@dataclass
class DotFile:
    """What a DOT text declares: nodes with attributes and their clusters, edges, clusters with their labels."""

    name: str = ""
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    inside: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edges: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    clusters: dict[str, str] = field(default_factory=dict)


def unquote(token: str) -> str:
    assert token[0] == token[-1] == '"', token
    return token[1:-1].replace(r"\"", '"')


def label_lines(token: str) -> list[str]:
    """The lines of a label as a renderer shows them."""
    lines, line, i = [], "", 0
    while i < len(token):
        if token[i] == "\\":
            i += 1
            assert token[i] in 'n\\"', f"escape \\{token[i]}"
            if token[i] == "n":
                lines.append(line)
                line = ""
            else:
                line += token[i]
        else:
            line += token[i]
        i += 1
    plain = [*lines, line]
    for text in plain:
        assert not re.search(r"&(?!amp;)\w+;", text), "an entity that nobody meant"
    return [text.replace("&amp;", "&") for text in plain]


def tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None, f"not DOT: {text[at : at + 40]!r}"
        if match["token"]:
            found.append(match["token"])
        at = match.end()
    return found


def parse(text: str) -> DotFile:
    """Read a DOT text; fails unless braces match, nodes are declared once and edges join declared nodes."""
    words = tokens(text)
    assert words[0] == "digraph"
    dot = DotFile(unquote(words[1]))
    assert words[2] == "{"
    at, open_clusters = 3, []
    while at < len(words):
        word = words[at]
        if word == "}":
            at += 1
            if not open_clusters:
                break
            open_clusters.pop()
        elif word == "subgraph":
            name = unquote(words[at + 1])
            assert name.startswith("cluster_")
            assert name not in dot.clusters, f"two clusters {name}"
            assert words[at + 2] == "{"
            open_clusters.append(name)
            dot.clusters[name] = ""
            at += 3
        elif word in ("graph", "node", "edge"):
            _, at = _attributes(words, at + 1)
        elif words[at + 1] == "=":
            if word == "label":
                dot.clusters[open_clusters[-1]] = words[at + 2][1:-1]
            assert words[at + 3] == ";"
            at += 4
        elif words[at + 1] == "->":
            attributes, end = _attributes(words, at + 3)
            dot.edges.append((unquote(word), unquote(words[at + 2]), attributes))
            at = end
        else:
            name = unquote(word)
            assert name not in dot.nodes, f"{name} is declared twice"
            dot.nodes[name], at = _attributes(words, at + 1)
            dot.inside[name] = tuple(open_clusters)
    assert at == len(words), "something after the last brace"
    assert not open_clusters
    for source, target, _ in dot.edges:
        assert source in dot.nodes, f"{source} is not declared"
        assert target in dot.nodes, f"{target} is not declared"
    return dot


def _attributes(words: list[str], at: int) -> tuple[dict[str, str], int]:
    assert words[at] == "[", words[at - 2 : at + 3]
    at += 1
    found: dict[str, str] = {}
    while words[at] != "]":
        assert words[at + 1] == "="
        assert words[at] not in found
        value = words[at + 2]
        found[words[at]] = value[1:-1] if value[0] == '"' else value
        at += 3
        if words[at] == ",":
            at += 1
    assert words[at + 1] == ";"
    return found, at + 2
