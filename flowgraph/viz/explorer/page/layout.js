// Where Graphviz works: here while that is quick, in a worker when it would hold the page up.
"use strict";

const QUICK = 300; // milliseconds
const LARGE = 100; // boxes and arrows
const PATIENCE = 12000; // milliseconds, after which nobody waits for a worker any more

class Layout {
  constructor(viz) {
    Object.assign(this, { viz, limit: LARGE, worker: null, busy: null });
  }

  /**
   * Lay out a DOT text of `size` boxes and arrows. `done` gets the SVG element: at once for a small drawing, later for
   * a large one, and never if another drawing was asked for meanwhile; `failed` gets the words of an error.
   */
  draw(dot, size, done, failed) {
    this.giveUp();
    if (size > this.limit && this.hire()) {
      const late = () => { this.giveUp(); failed(`it took more than ${PATIENCE / 1000} s`); };
      this.busy = { done, failed, alarm: setTimeout(late, PATIENCE) };
      this.worker.postMessage(dot);
    } else this.drawHere(dot, size, done, failed);
  }

  drawHere(dot, size, done, failed) {
    const start = performance.now();
    let svg;
    try {
      svg = this.viz.renderSVGElement(dot);
    } catch (error) {
      this.limit = 0; // what has failed once may be broken: a worker has a Graphviz of its own
      failed(error.message);
      return;
    }
    if (performance.now() - start > QUICK) this.limit = Math.min(this.limit, size - 1);
    done(svg);
  }

  /** Let go of the drawing that is under way: nobody waits for it any more. */
  giveUp() {
    if (!this.busy) return;
    clearTimeout(this.busy.alarm);
    this.worker.terminate();
    this.worker = this.busy = null;
  }

  /** Have a worker, if this page may have one. */
  hire() {
    if (this.worker) return true;
    const work = `const viz = Viz.instance();
      onmessage = async ({ data }) => {
        try { postMessage({ svg: (await viz).renderString(data, { format: "svg" }) }); } catch (error) { postMessage({ error: error.message }); }
      };`;
    try {
      const url = URL.createObjectURL(new Blob([document.querySelector("script[data-file='vendor/viz-global.js']").textContent, work], { type: "text/javascript" }));
      this.worker = new Worker(url);
    } catch {
      this.limit = Infinity;
      return false;
    }
    this.worker.onmessage = ({ data }) => {
      const { done, failed, alarm } = this.busy;
      clearTimeout(alarm);
      this.busy = null;
      if (data.error) {
        this.worker.terminate();
        this.worker = null;
        failed(data.error);
      } else done(new DOMParser().parseFromString(data.svg, "image/svg+xml").documentElement);
    };
    this.worker.onerror = () => {
      const { failed } = this.busy || {};
      this.giveUp();
      this.limit = Infinity; // the next drawing is made here
      failed?.("the browser's worker failed");
    };
    return true;
  }
}
