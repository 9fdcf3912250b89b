// What is drawn of the graph: which scopes are open, and for every op the box that stands for it.
"use strict";

// The places in the lists that stand for ops and groups (data.py writes them). KIND is a number of `kinds`, GROUP and
// OUTER are numbers of groups, TYPE, OUTPUTS, ATTRS, SITE and NOTES are numbers of `texts`, the rest numbers of ops.
const OP = { NAME: 0, TYPE: 1, KIND: 2, GROUP: 3, INPUTS: 4, CONTROL: 5, OUTPUTS: 6, ATTRS: 7, SITE: 8, NOTES: 9, PART: 10, WRITES: 11 };
const GROUP = { PATH: 0, LABEL: 1, OUTER: 2, KIND: 3 };
const DRAWN = -1;
const BUSY = 6; // an op with more arrows of order than this draws none of them until it is chosen

class Model {
  constructor(data) {
    Object.assign(this, data);
    this.open = new Set([0]);
    this.details = false;
    this.control = true;
    this.users = this.ops.map(() => []);
    this.gradientsOf = new Map();
    this.waiting = new Array(this.ops.length).fill(0);
    this.ops.forEach((op, at) => {
      for (let i = 0; i < op[OP.INPUTS].length; i += 2) if (op[OP.INPUTS][i] >= 0) this.users[op[OP.INPUTS][i]].push(at);
      for (const earlier of op[OP.CONTROL]) { this.waiting[at]++; this.waiting[earlier]++; }
    });
    for (const [forward, gradient] of this.gradients) {
      if (!this.gradientsOf.has(forward)) this.gradientsOf.set(forward, []);
      this.gradientsOf.get(forward).push(gradient);
    }
    this.byName = new Map(this.ops.map((op, at) => [op[OP.NAME], at]));
    this.inside = this.groups.map(() => 0); // ops in a group or in one inside it
    this.ops.forEach((op) => { for (let g = op[OP.GROUP]; g >= 0; g = this.groups[g][GROUP.OUTER]) this.inside[g]++; });
  }

  /** The op that is drawn for an op, or -1 when it is a detail that is left out. */
  shown(at) {
    if (this.details) return at;
    const part = this.ops[at][OP.PART];
    return part === DRAWN ? at : part;
  }

  /** The outermost closed group around an op, or -1 when all are open. */
  closedAround(at) {
    let closed = -1;
    for (let g = this.ops[at][OP.GROUP]; g > 0; g = this.groups[g][GROUP.OUTER]) if (!this.open.has(g)) closed = g;
    return closed;
  }

  /**
   * The boxes and arrows to draw now.
   * A box is {id, op or group, members}; id is "o3" for op 3 and "g2" for group 2.
   */
  scene() {
    const boxes = new Map();
    const boxOf = new Array(this.ops.length).fill(null);
    const place = (at, id, group) => {
      let box = boxes.get(id);
      if (!box) boxes.set(id, (box = { id, op: group < 0 ? at : -1, group, members: [] }));
      box.members.push(at);
      return box;
    };
    this.ops.forEach((_, at) => {
      const shown = this.shown(at);
      if (shown < 0) return;
      const group = this.closedAround(shown);
      boxOf[at] = place(at, group < 0 ? `o${shown}` : `g${group}`, group);
      if (group < 0) boxOf[at].op = shown;
    });
    for (const box of boxes.values()) this.nameSingle(box);
    return { boxes: [...boxes.values()], arrows: this.arrows(boxOf), boxOf };
  }

  isGradient(at) { return /(^|\/)gradients(_\d+)?\//.test(this.ops[at][OP.NAME]); }

  /** Whether a box is an op whose gradients start there: its arrow to them is the way on, not a detail. */
  isLoss(box) { return box.group < 0 && this.kinds[this.ops[box.op][OP.KIND]] === "loss"; }

  /** A closed scope with a single thing in it is drawn as that thing. */
  nameSingle(box) {
    if (box.group < 0) return;
    const drawn = new Set(box.members.map((at) => this.shown(at)));
    if (drawn.size === 1) { box.op = [...drawn][0]; box.alone = true; }
  }

  arrows(boxOf) {
    const found = new Map();
    const add = (from, to, kind, label) => {
      if (!from || !to || from === to) return;
      const key = `${from.id} ${to.id} ${kind}`;
      const arrow = found.get(key);
      if (!arrow) found.set(key, { from, to, kind, label, count: 1 });
      else { arrow.count++; if (arrow.label !== label) arrow.label = ""; }
    };
    const isGradient = (box) => (box.gradient ??= 2 * box.members.filter((at) => this.isGradient(at)).length > box.members.length);
    this.ops.forEach((op, at) => {
      const to = boxOf[at];
      if (!to) return;
      for (let i = 0; i < op[OP.INPUTS].length; i += 2) {
        const [source, slot] = [op[OP.INPUTS][i], op[OP.INPUTS][i + 1]];
        if (source < 0 || !boxOf[source]) continue;
        const faint = isGradient(to) && !isGradient(boxOf[source]) && !this.isLoss(boxOf[source]);
        const kind = op[OP.WRITES].includes(i / 2) ? "writes" : faint ? "faint" : "data";
        add(boxOf[source], to, kind, this.texts[this.ops[source][OP.OUTPUTS][slot]]);
      }
      if (!this.control || this.waiting[at] > BUSY) return;
      for (const earlier of op[OP.CONTROL]) if (this.waiting[earlier] <= BUSY) add(boxOf[earlier], to, "control", "");
    });
    for (const [key, arrow] of found) {
      const beside = (kind) => found.has(`${arrow.from.id} ${arrow.to.id} ${kind}`);
      if (arrow.kind === "control" && (beside("data") || beside("faint") || beside("writes"))) found.delete(key);
      if (["data", "faint"].includes(arrow.kind) && beside("writes")) found.delete(key);
    }
    return [...found.values()];
  }

  /** Open every scope around an op, so that it is drawn. */
  reveal(at) {
    if (this.shown(at) < 0) this.details = true;
    const shown = this.shown(at);
    for (let g = this.ops[shown][OP.GROUP]; g > 0; g = this.groups[g][GROUP.OUTER]) this.open.add(g);
    return shown;
  }

  /** Open a group; while all that it holds lies in a single group, that one too. */
  openGroup(group) {
    this.open.add(group);
    const inner = this.groups.map((g, i) => (g[GROUP.OUTER] === group ? i : -1)).filter((i) => i >= 0);
    if (inner.length === 1 && this.inside[inner[0]] === this.inside[group]) this.openGroup(inner[0]);
  }

  /** Close a group and all in it. */
  closeGroup(group) {
    for (const other of [...this.open]) {
      for (let g = other; g > 0; g = this.groups[g][GROUP.OUTER]) if (g === group) this.open.delete(other);
    }
  }

  /** Ops whose name or type holds the words, best first. */
  find(words, most = 60) {
    const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
    if (!parts.length) return [];
    const hits = [];
    this.ops.forEach((op, at) => {
      const name = op[OP.NAME].toLowerCase();
      const type = this.texts[op[OP.TYPE]].toLowerCase();
      if (!parts.every((part) => name.includes(part) || type.includes(part))) return;
      const exact = name === parts[0] || type === parts[0] ? 0 : name.endsWith(parts[0]) ? 1 : 2;
      hits.push([exact + (op[OP.PART] === DRAWN ? 0 : 3), op[OP.NAME].length, at]);
    });
    return hits.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).slice(0, most).map((hit) => hit[2]);
  }
}
