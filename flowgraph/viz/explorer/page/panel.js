// The panel beside the drawing: everything about what is chosen, as elements that go elsewhere when clicked.
"use strict";

/** An element with attributes (functions become listeners) and children; texts are never read as HTML. */
function el(tag, attrs = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}

class Panel {
  constructor(root, model, go) {
    Object.assign(this, { root, model, go, runs: new Runs(model, this) });
  }

  show(...parts) { this.root.replaceChildren(...parts.flat().filter(Boolean)); }

  /** About the whole graph, when nothing is chosen; above all about a recorded run. */
  showGraph(run = 0) {
    const { ops, groups } = this.model;
    const kinds = new Map();
    ops.forEach((op) => kinds.set(op[OP.KIND], (kinds.get(op[OP.KIND]) || 0) + 1));
    const rows = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => {
      const name = this.model.kinds[kind];
      return el("tr", {}, el("td", {}, count.toLocaleString("en")), el("td", {}, el("b", {}, name), el("br"), el("small", {}, this.model.looks[name][7])));
    });
    this.show(el("h2", {}, this.model.title), this.runs.table(run), el("p", {}, `${counted(ops.length, "op")}, ${counted(groups.filter((g) => g[GROUP.PATH].endsWith("/")).length, "scope")}`),
      el("p", {}, el("small", {}, "Click a scope to open it, an op to read about it.")), el("h3", {}, "What there is"), el("table", {}, rows));
  }

  showGroup(group) {
    const g = this.model.groups[group];
    const types = new Map();
    this.model.ops.forEach((op) => {
      for (let at = op[OP.GROUP]; at >= 0; at = this.model.groups[at][GROUP.OUTER]) {
        if (at === group) types.set(op[OP.TYPE], (types.get(op[OP.TYPE]) || 0) + 1);
      }
    });
    const most = [...types].sort((a, b) => b[1] - a[1]).slice(0, 15);
    this.show(el("h2", {}, g[GROUP.LABEL]), el("p", {}, el("code", {}, g[GROUP.PATH])),
      el("p", {}, counted(this.model.inside[group], "op")),
      el("p", {}, el("button", { click: () => this.go.toggle(group) }, this.model.open.has(group) ? "close it" : "open it")),
      el("h3", {}, "Types of ops"), el("table", {}, most.map(([type, n]) => el("tr", {}, el("td", {}, String(n)), el("td", {}, this.model.texts[type])))));
  }

  showOp(at, run) {
    const { model } = this;
    const op = model.ops[at];
    const kind = model.kinds[op[OP.KIND]];
    const [place, source] = op[OP.SITE] < 0 ? [] : model.texts[op[OP.SITE]].split("\n");
    const inputs = [];
    for (let i = 0; i < op[OP.INPUTS].length; i += 2) {
      const [from, slot] = [op[OP.INPUTS][i], op[OP.INPUTS][i + 1]];
      inputs.push(from < 0 ? el("li", {}, el("small", {}, "not in this picture")) : this.link(from, slot, this.shape(from, slot)));
    }
    const outputs = op[OP.OUTPUTS].map((text, slot) => el("li", {}, el("code", {}, `${op[OP.NAME]}:${slot}`), " ", el("small", {}, model.texts[text])));
    const forward = model.gradients.filter(([, made]) => made === at).map(([from]) => from);
    this.show(
      el("h2", {}, op[OP.NAME].split("/").pop()), el("p", {}, el("code", { id: "name" }, op[OP.NAME])),
      el("p", {}, el("b", { id: "type" }, model.texts[op[OP.TYPE]]), " ", el("small", {}, model.looks[kind][7])),
      place ? this.part("Made at", [el("p", {}, el("code", { id: "site" }, place)), source ? el("pre", {}, source) : null]) : null,
      this.runs.ofOp(at, run),
      this.values(op, run),
      this.list("Outputs", outputs),
      this.list("Inputs", inputs),
      this.list("Waits for", op[OP.CONTROL].map((other) => this.link(other))),
      this.list("Taken by", [...new Set(model.users[at])].map((other) => this.link(other))),
      this.list("Gradient ops", (model.gradientsOf.get(at) || []).map((other) => this.link(other)), "gradients"),
      this.list("Gradient of", forward.map((other) => this.link(other))),
      this.list("Attrs", op[OP.ATTRS].map((text) => el("li", {}, el("code", {}, model.texts[text])))),
    );
  }

  part(title, children) { return [el("h3", {}, title), ...children.filter(Boolean)]; }

  list(title, items, id = "") {
    if (!items.length) return null;
    const shown = items.slice(0, 40);
    if (items.length > 40) shown.push(el("li", {}, el("small", {}, `and ${items.length - 40} more`)));
    return this.part(`${title} (${items.length})`, [el("ul", id ? { id } : {}, shown)]);
  }

  shape(at, slot) { return this.model.texts[this.model.ops[at][OP.OUTPUTS][slot]]; }

  link(at, slot = 0, about = "") {
    return el("li", {}, this.anchor(at, slot), " ", el("small", {}, about || this.model.texts[this.model.ops[at][OP.TYPE]]));
  }

  /** A name that goes to its op. */
  anchor(at, slot = 0) {
    const name = this.model.ops[at][OP.NAME];
    const go = () => this.go.op(at);
    const key = (event) => { if (event.key === "Enter") { event.stopPropagation(); go(); } };
    return el("a", { role: "link", tabindex: "0", click: go, keydown: key }, slot ? `${name}:${slot}` : name);
  }

  /** What a run computed here: numbers, and a small picture where it makes one. */
  values(op, run) {
    const all = this.model.values;
    if (!all.length) return null;
    const parts = [];
    op[OP.OUTPUTS].forEach((_, slot) => {
      const found = all[run][`${op[OP.NAME]}:${slot}`];
      if (found) parts.push(el("div", { class: "value" }, this.value(found), this.course(all.map((values) => values[`${op[OP.NAME]}:${slot}`]), run)));
    });
    return parts.length ? this.part(all.length > 1 ? `Values in run ${run + 1} of ${all.length}` : "Values", parts) : null;
  }

  value(found) {
    const rows = ["shape", "dtype", "min", "mean", "max"].filter((key) => found[key] !== undefined && found[key] !== null);
    const bad = ["nan", "inf"].filter((key) => found[key]).map((key) => el("tr", {}, el("td", { class: "bad" }, key), el("td", { class: "bad" }, String(found[key]))));
    return [el("table", {}, rows.map((key) => el("tr", {}, el("td", {}, key), el("td", {}, String(found[key])))), bad),
      found.pixels ? this.picture(...found.pixels) : null, el("pre", {}, found.text)];
  }

  /** How a value went on from run to run: its mean as a line, its least and greatest as a band around it. */
  course(founds, run) {
    const known = founds.map((found, i) => [i, found]).filter(([, found]) => found && found.mean !== undefined);
    if (known.length < 2) return null;
    const [low, high] = [Math.min(...known.map(([, f]) => f.min)), Math.max(...known.map(([, f]) => f.max))];
    const at = (i, value) => `${(4 + 292 * i / (founds.length - 1)).toFixed(1)},${(56 - 52 * (value - low) / (high - low || 1)).toFixed(1)}`;
    const line = (key) => known.map(([i, found]) => at(i, found[key]));
    const draw = (tag, attrs) => {
      const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attrs)) part.setAttribute(name, value);
      return part;
    };
    const svg = draw("svg", { class: "course", viewBox: "0 0 300 60", role: "img", "aria-label": `least, mean and greatest over ${known.length} runs` });
    svg.append(draw("polygon", { points: [...line("min"), ...line("max").reverse()].join(" ") }), draw("polyline", { points: line("mean").join(" ") }));
    const now = founds[run];
    if (now?.mean !== undefined) svg.append(draw("circle", { cx: at(run, now.mean).split(",")[0], cy: at(run, now.mean).split(",")[1], r: 3 }));
    return [el("small", {}, `mean, least and greatest over the runs: ${low} … ${high}`), svg];
  }

  picture(height, width, bytes) {
    const canvas = el("canvas", { width, height, role: "img", "aria-label": `${height} by ${width} values as a picture` });
    const zoom = Math.max(1, Math.floor(300 / Math.max(width, height)));
    canvas.style.width = `${width * Math.min(zoom, 12)}px`;
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const grey = atob(bytes);
    for (let i = 0; i < grey.length; i++) image.data.set([grey.charCodeAt(i), grey.charCodeAt(i), grey.charCodeAt(i), 255], 4 * i);
    context.putImageData(image, 0, 0);
    return canvas;
  }
}
