// The page: draws the scene, and turns clicks and keys into steps through it.
"use strict";

const $ = (id) => document.getElementById(id);
const counted = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(plain).text());
}

class Page {
  constructor(model, viz) {
    Object.assign(this, { model, layout: new Layout(viz), chosen: null, run: 0, scene: { boxes: [], arrows: [], boxOf: [] } });
    this.stage = $("stage");
    this.camera = new Camera(this.stage);
    this.panel = new Panel($("panel"), model, { op: (at) => this.goTo(at), toggle: (group) => this.toggle(group) });
    this.runs = this.panel.runs;
    this.colour();
    this.openSome();
    this.listen();
    this.draw(null, () => {
      this.letGo();
      if (this.runs.there) this.setRun(model.values.length - 1);
      this.camera.begin();
    });
  }

  /** Open scopes, the outermost first, as long as what is drawn stays easy to read. */
  openSome(most = 28) {
    const { model } = this;
    const gradient = model.kinds.indexOf("gradient");
    for (let level = [0]; level.length;) {
      level = model.groups.map((g, i) => (i > 0 && level.includes(g[GROUP.OUTER]) && g[GROUP.KIND] !== gradient ? i : -1)).filter((i) => i > 0);
      const before = new Set(model.open);
      level.forEach((g) => model.open.add(g));
      if (model.scene().boxes.length > most) { model.open = before; return; }
    }
  }

  /** Write the looks of the kinds into the page's style, for light screens and for dark ones. */
  colour() {
    const rule = (kind, fill, line) => `.${kind} > path, .${kind} > polygon, .${kind} > ellipse { fill: ${fill}; stroke: ${line} }`
      + ` .${kind} > polyline { fill: none; stroke: ${line} }`;
    const looks = Object.entries(this.model.looks).map(([kind, look]) => [`node.${kind}`, look]);
    const light = looks.map(([kind, look]) => rule(kind, look[3], look[4]));
    const dark = looks.map(([kind, look]) => rule(kind, look[5], look[6]));
    document.head.append(el("style", {}, `${light.join("\n")}\n@media (prefers-color-scheme: dark) {\n${dark.join("\n")}\n}\n${this.runs.style()}`));
  }

  /** Draw what is open now, with something kept at its place if `keep` says so; `then` follows when it is there. */
  draw(keep = null, then = () => {}) {
    const scene = this.model.scene();
    const count = scene.boxes.length.toLocaleString("en");
    const done = (svg) => {
      this.scene = scene;
      this.show(svg, keep);
      this.say(`${count} ${scene.boxes.length === 1 ? "box stands" : "boxes stand"} for ${counted(this.model.ops.length, "op")}`);
      then();
      document.body.dataset.ready = "yes";
    };
    const failed = (words) => this.say(`Graphviz could not lay this out (${words}); close a scope.`);
    this.say(`laying out ${count} boxes ...`, "yes");
    const size = scene.boxes.length + scene.arrows.length;
    const otherwise = () => this.layout.draw(toDot(this.model, scene, true), size, done, failed);
    this.layout.draw(toDot(this.model, scene), size, done, otherwise);
  }

  say(words, busy = "") {
    $("status").textContent = words;
    if (busy) document.body.dataset.busy = busy; else delete document.body.dataset.busy;
  }

  show(svg, keep) {
    svg.querySelectorAll("title").forEach((title) => title.remove());
    svg.querySelectorAll("[fill], [stroke]").forEach((part) => { part.removeAttribute("fill"); part.removeAttribute("stroke"); });
    svg.querySelectorAll(".edge path, .node polyline").forEach((part) => part.setAttribute("fill", "none"));
    const named = this.scene.boxes.map((box) => [svg.getElementById(box.id), box]);
    for (const [part, box] of named) this.dress(part, box);
    const held = this.stage.contains(document.activeElement);
    this.camera.show(svg);
    if (held) this.stage.focus({ preventScroll: true }); // what had it is gone
    if (this.chosen) this.mark();
    this.runs.paint(this.scene, this.run);
    const part = keep && $(keep.id);
    if (part) this.camera.bring(part, keep.place);
  }

  dress(part, box) {
    const text = box.op >= 0 && (box.group < 0 || box.alone) ? `${this.model.ops[box.op][OP.NAME]}, ${this.model.texts[this.model.ops[box.op][OP.TYPE]]}`
      : `scope ${this.model.groups[box.group][GROUP.PATH]}, ${counted(this.model.inside[box.group], "op")}, closed`;
    part.setAttribute("tabindex", "-1");
    part.setAttribute("role", "button");
    part.setAttribute("aria-label", text);
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = text;
    part.prepend(title);
  }

  boxOfOp(at) { return this.scene.boxOf[at] || this.scene.boxOf[this.model.shown(at)]; }

  /** Show an op wherever it is. */
  goTo(at) {
    const shown = this.model.reveal(at);
    $("details").checked = this.model.details;
    this.chosen = { id: "", op: at };
    this.panel.showOp(at, this.run);
    this.draw(null, () => {
      this.chosen = { id: this.boxOfOp(shown).id, op: at };
      this.mark();
      this.camera.bring($(this.chosen.id));
    });
  }

  /** Choose a box; `quiet`: it is where keys go on from, but nothing else steps back. */
  choose(id, quiet = false) {
    const box = this.scene.boxes.find((candidate) => candidate.id === id);
    if (!box) return;
    this.chosen = { id, op: box.op, quiet };
    if (box.group >= 0 && !box.alone) this.panel.showGroup(box.group);
    else this.panel.showOp(box.op, this.run);
    this.mark();
  }

  letGo() {
    if (this.stage.contains(document.activeElement)) this.stage.focus({ preventScroll: true });
    this.chosen = null;
    this.mark();
    this.panel.showGraph(this.run);
  }

  /** What is chosen and its arrows stand out, what has no part in it steps back. */
  mark() {
    const id = this.chosen?.id;
    const dims = Boolean(id) && !this.chosen.quiet;
    const near = new Set([id]);
    this.scene.arrows.forEach((arrow, at) => {
      const mine = arrow.from.id === id || arrow.to.id === id;
      if (mine) { near.add(arrow.from.id); near.add(arrow.to.id); }
      const part = $(`e${at}`);
      part?.classList.toggle("chosen", dims && mine);
      part?.classList.toggle("away", dims && !mine);
    });
    for (const box of this.scene.boxes) {
      const part = $(box.id);
      part?.classList.toggle("chosen", box.id === id);
      part?.classList.toggle("away", dims && !near.has(box.id));
      part?.setAttribute("tabindex", box.id === id ? "0" : "-1");
    }
    if (id) $(id)?.focus({ preventScroll: true });
  }

  toggle(group) {
    const part = $(`g${group}`) || $(`c${group}`);
    const place = part && this.camera.placeOf(part);
    const isOpen = this.model.open.has(group);
    if (isOpen) this.model.closeGroup(group); else this.model.openGroup(group);
    this.chosen = null;
    this.draw(place && { id: isOpen ? `g${group}` : `c${group}`, place }, () => {
      const box = isOpen ? { id: `g${group}` } : this.scene.boxes.find((inner) => this.around(inner) === group);
      if (box && $(box.id)) {
        this.choose(box.id, true);
        this.camera.bring($(box.id));
      }
      this.panel.showGroup(group);
    });
  }

  around(box) { return box.group >= 0 ? this.model.groups[box.group][GROUP.OUTER] : this.model.ops[box.op][OP.GROUP]; }

  /** Enter on a box, or a click on one that is chosen already. */
  activate(id) {
    const box = this.scene.boxes.find((candidate) => candidate.id === id);
    if (box?.group >= 0 && !box.alone) this.toggle(box.group);
    else if (box) this.choose(id);
  }

  /** The nearest box in a direction from the chosen one. */
  step(dx, dy) {
    const from = this.chosen && $(this.chosen.id);
    const start = from ? this.camera.placeOf(from) : { x: this.stage.clientWidth / 2, y: 0 };
    let best = null;
    for (const box of this.scene.boxes) {
      if (box.id === this.chosen?.id) continue;
      const at = this.camera.placeOf($(box.id));
      const [ahead, aside] = [(at.x - start.x) * dx + (at.y - start.y) * dy, Math.abs((at.x - start.x) * dy) + Math.abs((at.y - start.y) * dx)];
      if (from && ahead <= 2) continue;
      const cost = Math.abs(ahead) + 2.5 * aside;
      if (!best || cost < best.cost) best = { id: box.id, cost };
    }
    if (best) { this.choose(best.id); this.camera.bring($(best.id)); }
  }

  /** The box before or after the chosen one, in the order in which the ops were made; null past the ends. */
  beside(back) {
    const at = this.scene.boxes.findIndex((box) => box.id === this.chosen?.id);
    return at < 0 ? null : this.scene.boxes[at + (back ? -1 : 1)] || null;
  }

  next(back) {
    const { id } = this.beside(back);
    this.choose(id);
    this.camera.bring($(id));
  }

  setRun(run) {
    this.run = Math.min(Math.max(run, 0), Math.max(this.model.values.length - 1, 0));
    $("step").value = this.run;
    if (this.runs.there) $("run").textContent = this.runs.title(this.run);
    if (this.chosen?.op >= 0) this.panel.showOp(this.chosen.op, this.run);
    else if (!this.chosen) this.panel.showGraph(this.run);
    this.runs.paint(this.scene, this.run);
  }

  setColour(colour) {
    this.runs.colour = $("colour").value = colour;
    if (!this.chosen) this.panel.showGraph(this.run);
    this.runs.paint(this.scene, this.run);
  }

  set(name, value) {
    this.model[name] = value;
    $(name).checked = value;
    const chosen = this.chosen;
    this.chosen = null;
    this.draw(null, () => { if (chosen && $(chosen.id)) this.choose(chosen.id, chosen.quiet); });
  }

  closeAll() {
    this.model.open = new Set([0]);
    this.chosen = null;
    this.draw(null, () => this.camera.fit());
    this.panel.showGraph(this.run);
  }

  listen() {
    const { stage, camera } = this;
    stage.addEventListener("click", (event) => {
      if (camera.moved) return;
      const part = event.target.closest(".node, .cluster");
      if (!part) this.letGo();
      else if (part.classList.contains("cluster")) this.panel.showGroup(Number(part.id.slice(1)));
      else this.activate(part.id);
    });
    stage.addEventListener("dblclick", (event) => {
      const part = event.target.closest(".cluster");
      if (part) this.toggle(Number(part.id.slice(1)));
    });
    document.addEventListener("keydown", (event) => this.key(event));
    $("in").onclick = () => camera.zoom(1.3);
    $("out").onclick = () => camera.zoom(1 / 1.3);
    $("fit").onclick = () => camera.fit();
    $("close").onclick = () => this.closeAll();
    $("help").onclick = () => $("keys").showModal();
    $("details").onchange = (event) => this.set("details", event.target.checked);
    $("control").onchange = (event) => this.set("control", event.target.checked);
    const runs = this.model.values.length;
    if (runs > 1) Object.assign($("step"), { hidden: false, max: runs - 1, oninput: (event) => this.setRun(Number(event.target.value)) });
    if (this.runs.there) {
      $("colours").hidden = false;
      $("colour").onchange = (event) => this.setColour(event.target.value);
    }
    new Search($("search"), $("found"), this.model, (at) => this.goTo(at));
  }

  key(event) {
    if (event.target.closest("input, dialog, #panel") || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const onStage = event.target === document.body || this.stage.contains(event.target);
    const keys = {
      "/": () => $("search").focus(), "+": () => this.camera.zoom(1.3), "=": () => this.camera.zoom(1.3), "-": () => this.camera.zoom(1 / 1.3),
      0: () => this.camera.fit(), "?": () => $("keys").showModal(), c: () => this.closeAll(), Escape: () => this.letGo(),
      d: () => this.set("details", !this.model.details), o: () => this.set("control", !this.model.control),
      "[": () => this.setRun(this.run - 1), "]": () => this.setRun(this.run + 1),
      t: () => this.runs.there && this.setColour({ kinds: "time", time: "bytes", bytes: "kinds" }[this.runs.colour]),
    };
    if (onStage) {
      keys.Enter = () => this.chosen && this.activate(this.chosen.id);
      keys.Backspace = () => this.closeAround();
      if (this.beside(event.shiftKey)) keys.Tab = () => this.next(event.shiftKey);
    }
    const arrow = onStage && arrows[event.key];
    if (arrow && event.shiftKey) this.camera.pan(-80 * arrow[0], -80 * arrow[1]);
    else if (arrow) this.step(...arrow);
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  }

  closeAround() {
    const box = this.scene.boxes.find((candidate) => candidate.id === this.chosen?.id);
    const group = box ? this.around(box) : 0;
    if (group > 0) this.toggle(group);
  }
}

/** The search field and the list under it. */
class Search {
  constructor(field, list, model, go) {
    Object.assign(this, { field, list, model, go, at: 0, hits: [] });
    field.addEventListener("input", () => this.look());
    field.addEventListener("focus", () => this.look());
    field.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
    field.addEventListener("keydown", (event) => this.key(event));
  }

  look() {
    this.hits = this.model.find(this.field.value);
    this.at = 0;
    this.list.replaceChildren(...this.hits.map((at, i) => el("li", { id: `hit${i}`, role: "option", mousedown: () => this.take(i) },
      this.model.ops[at][OP.NAME], el("small", {}, this.model.texts[this.model.ops[at][OP.TYPE]]))));
    if (!this.hits.length && this.field.value.trim()) this.list.replaceChildren(el("li", {}, el("small", {}, "no op has this in its name or type")));
    this.list.hidden = !this.field.value.trim();
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this.select(0);
  }

  select(at) {
    this.at = at;
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at && this.hits.length > 0)));
    this.list.children[at]?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.hits.length ? `hit${at}` : "");
  }

  key(event) {
    if (event.key === "ArrowDown") this.select(Math.min(this.at + 1, this.hits.length - 1));
    else if (event.key === "ArrowUp") this.select(Math.max(this.at - 1, 0));
    else if (event.key === "Enter" && this.hits.length) this.take(this.at);
    else if (event.key === "Escape") { this.hide(); $("stage").focus(); } else return;
    event.preventDefault();
  }

  take(i) { this.hide(); this.go(this.hits[i]); }

  hide() { this.list.hidden = true; this.field.setAttribute("aria-expanded", "false"); }
}

(async () => {
  const data = await unpacked($("data").textContent);
  window.explorer = new Page(new Model(data), await Viz.instance());
})();
