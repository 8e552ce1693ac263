// How pages are drawn: when a reader comes near them, and the still ones without the style sheets they bring along.
//
//   new Drawing(panel, loaded)    hold(), release(), now(node), dispose()
//
// A chapter holds dozens of still pages, and most come alive before anybody has scrolled to them. Drawn all at once, and
// each with the same rules, they would keep the browser busy for longer than the kernel takes to start. The live ones
// that take their place are drawn in the same way while the chapter opens.

import { WIDGET, viewOf } from "./still.js";

const OURS = /^\s*(?:<div data-twin="[^"]*">)?(?:<style>[^<]*<\/style>\s*)?<[a-z]+ class="wb-(?:page|explorer|progress)[ "]/;
const STYLE = /<style>([^<]*)<\/style>/g;
const HEADING = /<(h[1-6])\b[^>]*>[^]*?<\/\1>/g;
const HEIGHT = "480px"; // of a page that is not drawn yet
const WAITS = "wb-book-waits"; // the class of one
const SETTLES = 1500; // milliseconds until a page that was drawn has its own height
const NEAR = 800; // pixels above and below what is in view
const REST = 12_000; // milliseconds after which still pages that are neither near nor alive are drawn, too, for a search or a print

/** The pages of one notebook. loaded: a promise of the time from which on still pages are drawn at once: they are new. */
export class Drawing {
  constructor(panel, loaded) {
    const { rendermime } = panel.content; // this notebook's own registry
    this.view = viewOf(panel.content);
    this.styles = new Styles(panel.node);
    [this.stills, this.lives] = [new Late(this.view), new Late(this.view)];
    this.print = () => this.both((late) => late.all());
    window.addEventListener("beforeprint", this.print);
    this.stills.hold();
    loaded.then(() => this.stills.release(REST));
    this.drawStills(rendermime);
    this.drawLives(rendermime);
  }

  dispose() {
    window.removeEventListener("beforeprint", this.print);
    this.styles.dispose();
    this.both((late) => late.dispose());
  }

  /** Pages that come from now on are drawn when they are near. */
  hold() { this.both((late) => late.hold()); }

  /** From now on pages are drawn at once, and those that wait one after another. */
  release() { this.both((late) => late.release(0)); }

  both(what) { [this.lives, this.stills].forEach(what); }

  /** A promise of the time when none waits any more. */
  get drawn() { return Promise.all([this.lives.empty(), this.stills.empty()]); }

  /** Whether a cell can be seen, or would be soon. */
  isNear(node) {
    const view = this.view.getBoundingClientRect(), { top, bottom } = node.getBoundingClientRect();
    return node.isConnected && bottom > view.top - NEAR && top < view.bottom + NEAR;
  }

  /** Draw what waits in a node, near or not. */
  now(node) {
    this.both(({ waiting }) => waiting.forEach((draw, place) => { if (node.contains(place)) draw(); }));
  }

  drawStills(rendermime) {
    const html = rendermime.getFactory("text/html"), { sanitizer } = rendermime;
    // The table of contents cleans all of a page to find its headings; these are enough for it.
    rendermime.sanitizer = {
      __proto__: sanitizer,
      sanitize: (text, options) => sanitizer.sanitize(OURS.test(text) ? (text.match(HEADING) ?? []).join("") : text, options),
    };
    const createRenderer = (options) => {
      const made = html.createRenderer({ ...options, sanitizer }), render = made.renderModel.bind(made);
      made.renderModel = async (model) => {
        const source = [].concat(model.data["text/html"] ?? "").join("");
        if (!OURS.test(source)) return render(model);
        return this.stills.draw(made, () => render(model.trusted ? this.styles.without(model, source) : model));
      };
      return made;
    };
    rendermime.addFactory({ safe: html.safe, mimeTypes: html.mimeTypes, defaultRank: html.defaultRank, createRenderer });
  }

  /** ipywidgets says how a widget is drawn when a notebook is open, and again with each kernel. */
  drawLives(rendermime) {
    const add = rendermime.addFactory.bind(rendermime), late = (factory) => ({
      ...factory,
      createRenderer: (options) => {
        const made = factory.createRenderer(options), render = made.renderModel.bind(made);
        made.renderModel = (model) => this.lives.draw(made, () => render(model));
        return made;
      },
    });
    rendermime.addFactory = (factory, rank) => add(factory.mimeTypes.includes(WIDGET) ? late(factory) : factory, rank);
    const known = rendermime.getFactory(WIDGET);
    if (known) rendermime.addFactory(known, -10); // before those that would show it as text, as ipywidgets has it
  }
}

/** One style sheet for all still pages of a notebook. */
class Styles {
  constructor(node) {
    this.node = node;
    this.kept = new Map(); // text of a style sheet → its element
  }

  without(model, source) {
    const rest = source.replace(STYLE, (_, text) => { this.keep(text); return ""; });
    return Object.create(model, { data: { value: { ...model.data, "text/html": rest } } });
  }

  keep(text) {
    if (this.kept.has(text)) return;
    const style = document.createElement("style");
    style.textContent = text;
    this.kept.set(text, style);
    this.node.append(style);
  }

  dispose() { this.kept.forEach((style) => style.remove()); }
}

/** What is drawn when it comes near what is in view, or when there is time. */
class Late {
  constructor(root) {
    this.held = false;
    this.waiting = new Map(); // the place of a page → how to draw it
    this.near = new IntersectionObserver((seen) => {
      for (const { isIntersecting, target } of seen) if (isIntersecting) this.waiting.get(target)?.();
    }, { root, rootMargin: `${NEAR}px 0px` });
  }

  hold() {
    clearTimeout(this.timer);
    this.held = true;
  }

  /** Hold nothing back any more; after so many milliseconds draw the rest. */
  release(after) {
    clearTimeout(this.timer);
    this.held = false;
    this.timer = setTimeout(() => this.next(), after);
  }

  /** Draw a page by `render`, now or later. */
  async draw(made, render) {
    if (!this.held) return render();
    const { node } = made;
    const draw = async () => {
      this.near.unobserve(node);
      this.waiting.delete(node);
      if (made.isDisposed) return; // another has taken its place by now
      node.classList.remove(WAITS);
      await render();
      setTimeout(() => { node.style.minHeight = ""; }, SETTLES);
    };
    node.classList.add(WAITS);
    node.textContent = "…"; // JupyterLab hides what is empty, and so would never come near
    node.style.minHeight = HEIGHT;
    this.waiting.set(node, draw);
    this.near.observe(node);
  }

  async empty() {
    while (this.waiting.size) await new Promise((later) => setTimeout(later, 200));
  }

  all() { this.waiting.forEach((draw) => draw()); }

  /** One of the rest, and then another when the browser has nothing else to do. */
  next() {
    const [draw] = this.waiting.values();
    draw?.();
    if (this.waiting.size) this.timer = setTimeout(() => window.requestIdleCallback(() => this.next()), 20);
  }

  dispose() {
    clearTimeout(this.timer);
    this.near.disconnect();
    this.waiting.clear(); // so that nobody waits for them
  }
}
