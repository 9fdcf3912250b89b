// Recorded runs: what ops cost in them as colours and as a table, and where things went wrong.
"use strict";

const COST = { time: 1, bytes: 2 }; // places in the lists that stand for an op of a run: op, seconds, bytes, times
const UNITS = {
  time: [["s", 1], ["ms", 1e-3], ["µs", 1e-6]],
  bytes: [["GB", 1e9], ["MB", 1e6], ["kB", 1e3], ["B", 1]],
};

function costText(cost, kind) {
  const [name, size] = UNITS[kind].find((unit) => cost >= unit[1]) || UNITS[kind].at(-1);
  return `${Number((cost / size).toPrecision(3))} ${name}`;
}

/** The colours and tables of the recorded runs of a model; without any, nothing is shown of it. */
class Runs {
  constructor(model, panel) {
    Object.assign(this, { model, panel, colour: "kinds" });
    this.there = model.runs.length > 0;
    this.costs = model.runs.map((run) => new Map(run.ops.map((row) => [row[0], row])));
  }

  /** The rules for the colours of costs, for light screens and for dark ones. */
  style() {
    const rules = (colours) => colours.map((fill, level) => `#stage .node.heat${level} > path, #stage .node.heat${level} > polygon, #stage .node.heat${level} > ellipse { fill: ${fill} }`).join("\n");
    return `${rules(this.model.heat[0])}\n@media (prefers-color-scheme: dark) {\n${rules(this.model.heat[1])}\n}`;
  }

  title(run) { return `run ${run + 1} of ${this.model.runs.length}: ${this.model.runs[run].title}`; }

  cost(at, run, kind) { return this.costs[run]?.get(at)?.[COST[kind]] || 0; }

  /** Whether an op ran, or was fed. */
  isThere(at, run) {
    const op = this.model.ops[at];
    return this.costs[run].has(at) || op[OP.OUTPUTS].some((_, slot) => this.model.values[run][`${op[OP.NAME]}:${slot}`]);
  }

  /** Whether an op gave a NaN or an infinity. */
  isBad(at, run) {
    const [values, op] = [this.model.values[run], this.model.ops[at]];
    return op[OP.OUTPUTS].some((_, slot) => { const found = values[`${op[OP.NAME]}:${slot}`]; return found && (found.nan || found.inf); });
  }

  /** Dress the boxes of a scene for a run. */
  paint(scene, run) {
    if (!this.there) return;
    const told = this.model.runs[run];
    const sums = scene.boxes.map((box) => (this.colour in COST ? box.members.reduce((sum, at) => sum + this.cost(at, run, this.colour), 0) : 0));
    const most = Math.max(...sums) || 1;
    scene.boxes.forEach((box, i) => {
      const part = document.getElementById(box.id);
      if (!part) return;
      const level = this.colour in COST ? Math.min(4, Math.floor(Math.sqrt(sums[i] / most) * 5)) : -1;
      for (let heat = 0; heat < 5; heat++) part.classList.toggle(`heat${heat}`, heat === level);
      part.classList.toggle("bad", box.members.some((at) => this.isBad(at, run)));
      part.classList.toggle("failed", box.members.includes(told.failed));
      part.classList.toggle("idle", this.colour in COST && !box.members.some((at) => this.isThere(at, run)));
    });
  }

  /** The run in the panel: what went wrong, then the ops that cost most. */
  table(run, most = 25) {
    if (!this.there) return null;
    const told = this.model.runs[run];
    const kind = this.colour in COST ? this.colour : "time";
    const rows = [...told.ops].sort((a, b) => b[COST[kind]] - a[COST[kind]]);
    const total = rows.reduce((sum, row) => sum + row[COST[kind]], 0) || 1;
    const line = (row) => el("tr", {}, el("td", { class: "number" }, costText(row[COST[kind]], kind)), el("td", { class: "number" }, `${Math.round(100 * row[COST[kind]] / total)}%`),
      el("td", {}, this.panel.anchor(row[0]), row[3] > 1 ? el("small", {}, ` ×${row[3].toLocaleString("en")}`) : ""));
    return [
      el("h3", {}, `Run ${run + 1} of ${this.model.runs.length}`), el("p", { id: "told" }, told.title),
      told.failed >= 0 || told.error ? el("p", { class: "bad", id: "failed" }, told.error, " ", told.failed >= 0 ? this.panel.anchor(told.failed) : "") : null,
      told.bad >= 0 ? [el("h3", {}, "Not finite"), el("p", { id: "bad" }, this.panel.anchor(told.bad)), el("pre", {}, told.said)] : null,
      el("h3", {}, `Most ${kind}`), el("p", {}, el("small", {}, `of ${costText(total, kind)} in ${rows.length.toLocaleString("en")} ops`)),
      el("table", { id: "slowest" }, rows.slice(0, most).map(line)),
      rows.length > most ? el("p", {}, el("small", {}, `and ${rows.length - most} more ops`)) : null,
    ].filter(Boolean).flat();
  }

  /** A line about what an op cost in a run. */
  ofOp(at, run) {
    const row = this.costs[run]?.get(at);
    if (!row) return null;
    const times = row[3] > 1 ? `, ran ${row[3].toLocaleString("en")} times` : "";
    return el("p", { id: "cost" }, `${costText(row[1], "time")}, ${costText(row[2], "bytes")}${times}`);
  }
}
