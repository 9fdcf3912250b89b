// The scene in Graphviz's language; `to_dot` in Python writes the same looks.
"use strict";

const quoted = (text) => `"${text.replace(/&/g, "&amp;").replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
const label = (lines) => quoted(lines.filter(Boolean).join("\u0001")).replaceAll("\u0001", "\\n");

function shortened(text, longest = 34) {
  const half = (longest - 1) >> 1;
  return text.length <= longest ? text : `${text.slice(0, half)}…${text.slice(-half)}`;
}

/** Whether an op's name is just its type, as `add` for an AddV2. */
function saysNothingNew(name, type) {
  const plain = (text) => text.toLowerCase().replaceAll("_", "").replace(/(v2)?\d*$/, "");
  return plain(name) === plain(type);
}

/** The lines of an op's box: what users named comes first for what they named, else the type. */
function opLines(model, at, scope = "") {
  const op = model.ops[at];
  const type = model.texts[op[OP.TYPE]];
  const name = scope || op[OP.NAME].split("/").pop();
  const notes = model.details ? [] : op[OP.NOTES].map((note) => model.texts[note]);
  const same = saysNothingNew(name, type);
  const kind = model.kinds[op[OP.KIND]];
  if (scope || ["placeholder", "variable", "constant", "group"].includes(kind)) {
    const output = kind === "variable" && op[OP.OUTPUTS].length ? model.texts[op[OP.OUTPUTS][0]] : "";
    return [shortened(name), `${same ? "" : type} ${output}`.trim(), ...notes];
  }
  return [type, same ? "" : shortened(name), ...notes];
}

function boxText(model, box) {
  if (box.op >= 0 && (box.group < 0 || box.alone)) {
    const scope = box.alone ? model.groups[box.group][GROUP.LABEL] : "";
    return { kind: model.kinds[model.ops[box.op][OP.KIND]], lines: opLines(model, box.op, scope) };
  }
  const group = model.groups[box.group];
  const kind = model.kinds[group[GROUP.KIND]];
  const lines = [shortened(group[GROUP.LABEL]), counted(model.inside[box.group], "op")];
  if (kind === "variable") {
    const own = model.byName.get(group[GROUP.PATH].slice(0, -1));
    if (own !== undefined) lines[1] = `${model.texts[model.ops[own][OP.OUTPUTS][0]]} and its slots`;
  }
  return { kind, lines };
}

/**
 * The DOT text of a scene. Classes on nodes and edges are what the page's style and clicks go by. With `evenRanks`
 * scopes are stretched until all boxes of the picture lie in common rows: less compact, but it can always be laid out.
 */
function toDot(model, scene, evenRanks = false) {
  const inside = new Map([[0, { boxes: [], groups: [] }]]);
  const cluster = (g) => {
    if (!inside.has(g)) {
      inside.set(g, { boxes: [], groups: [] });
      cluster(model.groups[g][GROUP.OUTER]).groups.push(g);
    }
    return inside.get(g);
  };
  for (const box of scene.boxes) {
    const around = box.group < 0 ? model.ops[box.op][OP.GROUP] : model.groups[box.group][GROUP.OUTER];
    cluster(around).boxes.push(box);
  }
  const lines = [
    "digraph g {",
    `graph [bgcolor=transparent, nodesep=0.3, ranksep=0.42, pad=0.3, newrank=${evenRanks}, fontname=Helvetica, fontsize=11]`,
    'node [fontname=Helvetica, fontsize=11, height=0.32, margin="0.12,0.06"]',
    "edge [fontname=Helvetica, fontsize=9, arrowsize=0.65]",
  ];
  const body = (g) => {
    for (const box of inside.get(g).boxes) {
      const { kind, lines: text } = boxText(model, box);
      const [shape, style, width] = model.looks[kind];
      lines.push(`${box.id} [id=${box.id}, label=${label(text)}, shape=${shape}, style="${style}", penwidth=${width}, class=${kind}]`);
    }
    for (const inner of inside.get(g).groups) {
      lines.push(`subgraph cluster_${inner} { id=c${inner}; label=${label([shortened(model.groups[inner][GROUP.LABEL], 60)])}; style="rounded,filled";`);
      body(inner);
      lines.push("}");
    }
  };
  body(0);
  scene.arrows.forEach((arrow, at) => {
    const text = arrow.kind !== "data" ? "" : arrow.count === 1 ? arrow.label
      : arrow.label ? `${arrow.count}× ${arrow.label}` : `${arrow.count} tensors`;
    const style = arrow.kind === "control" ? ", style=dashed" : arrow.kind === "writes" ? ", dir=both" : arrow.count > 1 && arrow.kind === "data" ? ", penwidth=1.8" : "";
    lines.push(`${arrow.from.id} -> ${arrow.to.id} [id=e${at}, class=${arrow.kind}, label=${label([text && ` ${text}`])}${style}]`);
  });
  return [...lines, "}"].join("\n");
}
