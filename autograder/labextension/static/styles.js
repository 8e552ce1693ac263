// One style sheet for all still pages of a notebook, where each of them brings its own: with thirty copies of the same
// rules, and one more with every page that comes alive, the browser would style the whole chapter anew each time.

const OURS = /class="wb-(?:page|explorer|progress)[ "]/;
const STYLE = /<style>([^<]*)<\/style>/g;

/** Have the notebook draw still pages without the style sheets in them, which it keeps once; returns the clean-up. */
export function shareStyles(panel) {
  const { rendermime } = panel.content, html = rendermime.getFactory("text/html"); // this notebook's own registry
  const kept = new Map(); // text of a style sheet → its element
  const keep = (text) => {
    if (kept.has(text)) return;
    const style = document.createElement("style");
    style.textContent = text;
    kept.set(text, style);
    panel.node.append(style);
  };
  const bare = (model) => {
    const source = [].concat(model.data["text/html"] ?? "").join("");
    if (!model.trusted || !OURS.test(source)) return model;
    const rest = source.replace(STYLE, (_, text) => { keep(text); return ""; });
    return Object.create(model, { data: { value: { ...model.data, "text/html": rest } } });
  };
  const createRenderer = (options) => {
    const made = html.createRenderer(options), render = made.renderModel.bind(made);
    made.renderModel = (model, ...rest) => render(bare(model), ...rest);
    return made;
  };
  rendermime.addFactory({ safe: html.safe, mimeTypes: html.mimeTypes, defaultRank: html.defaultRank, createRenderer });
  return () => kept.forEach((style) => style.remove());
}
