// Pan and zoom: the drawing's transform, by mouse, touch, wheel and keys.
"use strict";

class Camera {
  constructor(stage) {
    this.stage = stage;
    this.x = this.y = 0;
    this.scale = 1;
    this.moved = false;
    const held = new Map();
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), event.offsetX, event.offsetY);
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      held.set(event.pointerId, [event.clientX, event.clientY]);
      this.moved = false;
    });
    stage.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
      if (!this.moved && Math.hypot(dx, dy) < 4) return;
      if (!this.moved) stage.setPointerCapture(event.pointerId);
      this.moved = true;
      stage.classList.add("dragged");
      if (held.size === 2) this.pinch(held, event);
      else this.pan(dx, dy);
      held.set(event.pointerId, [event.clientX, event.clientY]);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, (event) => { held.delete(event.pointerId); stage.classList.remove("dragged"); });
    }
    new ResizeObserver(() => this.apply()).observe(stage);
  }

  pinch(held, event) {
    const [other] = [...held].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const was = held.get(event.pointerId);
    const [before, after] = [Math.hypot(was[0] - other[0], was[1] - other[1]), Math.hypot(event.clientX - other[0], event.clientY - other[1])];
    const frame = this.stage.getBoundingClientRect();
    if (before > 0) this.zoom(after / before, other[0] - frame.left, other[1] - frame.top);
  }

  /** Take a new drawing: an SVG with its size in points, wrapped in one group that is moved and scaled. */
  show(svg) {
    const [, , width, height] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
    this.width = width;
    this.height = height;
    this.root = svg.querySelector("g");
    this.base = this.root.getAttribute("transform");
    for (const name of ["width", "height", "viewBox"]) svg.removeAttribute(name);
    this.stage.replaceChildren(svg);
    this.apply();
  }

  apply() {
    this.root?.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale}) ${this.base}`);
  }

  pan(dx, dy) { this.x += dx; this.y += dy; this.apply(); }

  zoom(factor, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    const scale = Math.min(8, Math.max(0.02, this.scale * factor));
    this.x = x - (x - this.x) * (scale / this.scale);
    this.y = y - (y - this.y) * (scale / this.scale);
    this.scale = scale;
    this.apply();
  }

  fit() {
    const [w, h] = [this.stage.clientWidth, this.stage.clientHeight];
    this.scale = Math.min(1.4, w / this.width, h / this.height) || 1;
    this.x = (w - this.width * this.scale) / 2;
    this.y = (h - this.height * this.scale) / 2;
    this.apply();
  }

  /** Show all of it, or of something long its beginning, so large that it can be read. */
  begin(readable = 0.55) {
    this.fit();
    if (this.scale >= readable) return;
    this.scale = readable;
    this.x = Math.max(0, (this.stage.clientWidth - this.width * readable) / 2);
    this.y = 0;
    this.apply();
  }

  /** Where a part of the drawing is on the stage. */
  placeOf(part) {
    const [box, frame] = [part.getBoundingClientRect(), this.stage.getBoundingClientRect()];
    return { x: box.left - frame.left + box.width / 2, y: box.top - frame.top + box.height / 2, width: box.width, height: box.height };
  }

  /** Bring a part into view; at its old place `keep`, if given, so that the eye does not lose it. */
  bring(part, keep = null) {
    const at = this.placeOf(part);
    const [w, h] = [this.stage.clientWidth, this.stage.clientHeight];
    if (keep) this.pan(keep.x - at.x, keep.y - at.y);
    else if (at.x < 40 || at.y < 40 || at.x > w - 40 || at.y > h - 40) this.pan(w / 2 - at.x, h / 2 - at.y);
  }
}
