// How still pages are drawn: when a reader comes near them, and without the style sheets they bring along.
//
// A chapter holds dozens of still pages, and most come alive before anybody has scrolled to them. Drawn all at once, and
// each with the same rules, they would keep the browser busy for longer than the kernel takes to start.

const OURS = /^\s*(?:<div data-twin="[^"]*">)?(?:<style>[^<]*<\/style>\s*)?<[a-z]+ class="wb-(?:page|explorer|progress)[ "]/;
const STYLE = /<style>([^<]*)<\/style>/g;
const HEADING = /<(h[1-6])\b[^>]*>[^]*?<\/\1>/g;
const HEIGHT = "480px"; // of a still page that is not drawn yet
const NEAR = "800px 0px"; // above and below what is in view
const REST = 12_000; // milliseconds after which those that are neither near nor alive are drawn, too, for a search or a print

/** Draw the still pages of a notebook in this way, those in its file late; returns the clean-up. */
export function drawStills(panel, loaded) {
  const { rendermime } = panel.content, html = rendermime.getFactory("text/html"); // this notebook's own registry
  const { sanitizer } = rendermime, styles = new Styles(panel.node), late = new Late(panel.content, loaded);
  // The table of contents cleans all of a page to find its headings; these are enough for it.
  rendermime.sanitizer = {
    __proto__: sanitizer,
    sanitize: (text, options) => sanitizer.sanitize(OURS.test(text) ? (text.match(HEADING) ?? []).join("") : text, options),
  };
  const createRenderer = (options) => {
    const made = html.createRenderer({ ...options, sanitizer }), render = made.renderModel.bind(made);
    made.renderModel = async (model, ...rest) => {
      const source = [].concat(model.data["text/html"] ?? "").join("");
      if (!OURS.test(source)) return render(model, ...rest);
      const draw = () => render(model.trusted ? styles.without(model, source) : model, ...rest);
      return late.over ? draw() : late.add(made, draw);
    };
    return made;
  };
  rendermime.addFactory({ safe: html.safe, mimeTypes: html.mimeTypes, defaultRank: html.defaultRank, createRenderer });
  return () => {
    styles.dispose();
    late.dispose();
  };
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

/** What is drawn when it comes near what is in view, when the notebook is printed, or when there is time. */
class Late {
  /** loaded: a promise of the time from which on all is drawn at once, for it is new and somebody waits for it */
  constructor(notebook, loaded) {
    this.over = false;
    loaded.then(() => { this.over = true; });
    this.waiting = new Map(); // the place of a still page → how to draw it
    this.near = new IntersectionObserver((seen) => {
      for (const { isIntersecting, target } of seen) if (isIntersecting) this.draw(target);
    }, { root: notebook.outerNode ?? null, rootMargin: NEAR });
    this.all = () => [...this.waiting.keys()].forEach((node) => this.draw(node));
    window.addEventListener("beforeprint", this.all);
    this.timer = setTimeout(() => this.next(), REST);
  }

  add(made, render) {
    made.node.style.minHeight = HEIGHT;
    this.waiting.set(made.node, { made, render });
    this.near.observe(made.node);
  }

  async draw(node) {
    const { made, render } = this.waiting.get(node) ?? {};
    this.near.unobserve(node);
    this.waiting.delete(node);
    if (!made || made.isDisposed) return; // alive by now
    await render();
    node.style.minHeight = "";
  }

  /** One of the rest, and then another when the browser has nothing else to do. */
  next() {
    const [node] = this.waiting.keys();
    if (node) this.draw(node);
    if (this.waiting.size) this.timer = setTimeout(() => window.requestIdleCallback(() => this.next()), 20);
  }

  dispose() {
    clearTimeout(this.timer);
    window.removeEventListener("beforeprint", this.all);
    this.near.disconnect();
    this.waiting.clear();
  }
}
