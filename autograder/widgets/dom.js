// Elements, typeset text as text nodes, and the fonts. What a student typed only ever becomes text, never markup.

const TAGS = new Set(["i", "b", "sub", "sup"]);

export const element = (tag, className, properties = {}) =>
  Object.assign(document.createElement(tag), { className, ...properties });

/** Typeset text ([[text, [tags]], ...]) as nodes. What it says may hold a student's words: text nodes only. */
export const nodesOf = (runs) => (runs ?? []).map(([text, tags]) => {
  let node = document.createTextNode(text);
  for (const tag of tags.filter((t) => TAGS.has(t)).reverse()) {
    const around = document.createElement(tag);
    around.append(node);
    node = around;
  }
  return node;
});

export const textOfRuns = (runs) => (runs ?? []).map(([text]) => text).join("");

export const line = (className, nodes) => {
  const div = element("div", className);
  div.append(...nodes);
  return div;
};

/**
 * The style sheet of a widget (STYLE in its script), once in the document: setting it again with each page, as anywidget
 * does with `_css`, has the browser style the whole document anew.
 */
export function addStyle({ name, text }) {
  const there = document.head.querySelector(`style[data-workbook="${name}"]`);
  if (!text || there?.textContent === text) return;
  const style = there ?? element("style", "");
  style.dataset.workbook = name;
  style.textContent = text;
  if (!there) document.head.append(style);
}

// Asked for once per document, sent by Python as bytes, never fetched from another host.

export function askForFonts(model) {
  // To look through the fonts has the browser lay everything out, so it is done until they are there, and no longer.
  globalThis.workbookFonts ||= [...document.fonts].some((face) => face.family.replace(/["']/g, "") === "STIX Two Text");
  if (globalThis.workbookFonts || Date.now() - (globalThis.workbookFontsAsked ?? -1e9) < 5000) return;
  globalThis.workbookFontsAsked = Date.now();
  model.send({ want: "fonts" });
}

export function addFonts(faces, buffers) {
  faces.forEach(({ family, ...descriptors }, i) => {
    const bytes = buffers[i];
    if (!bytes) return;
    const view = bytes.buffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
    document.fonts.add(new FontFace(family, view, descriptors));
  });
}
