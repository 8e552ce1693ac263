// The bar of a chapter before Python is there: its pages in their order, each a link already. It takes as much room as the
// live one, which comes in its place and knows how far they are, so nothing below it moves.

import { standIn } from "./still.js";

const SHOWN = /^progress\("/m; // in a set-up cell: the bar of one chapter
const TITLE = /^(.*) \([a-z0-9/-]+\)$/; // the first line of what a page is as text

/** Put it into the set-up cell, if that shows nothing and will. pages: cells; go(cell): what a link does. */
export function firstBar(setup, pages, go) {
  const { outputs, sharedModel } = setup.model;
  if (!pages.length || outputs.length || !SHOWN.test(sharedModel.getSource())) return;
  standIn(setup, () => {
    const stand = made("div", "wb-book-bar"), bar = made("div", "wb-progress"), nav = made("nav", "wb-bar");
    const head = made("p"), list = made("ol"), filters = made("p", "wb-filters");
    nav.setAttribute("aria-label", "Pages of this chapter");
    head.append(made("span", "wb-far", `${pages.length} page${pages.length === 1 ? "" : "s"}`));
    list.append(...pages.map((cell, n) => item(cell, n + 1, go)));
    filters.append(made("button", "", "All")); // only room for it: it is not seen
    nav.append(head, list, filters);
    bar.append(nav);
    stand.append(bar);
    return stand;
  });
}

function item(cell, place, go) {
  const { id, outputs } = cell.model, code = id.startsWith("code-"), entry = made("li", `wb-blank${code ? " wb-code" : ""}`);
  const text = outputs.length ? String(outputs.get(0).data["text/plain"] ?? "") : "";
  const title = TITLE.exec(text.split("\n")[0])?.[1];
  const words = title ? `${place}, ${title}` : `Page ${place}`;
  const link = Object.assign(made("a"), { href: `#${id}`, title: words, ariaLabel: words });
  link.dataset.cell = id;
  link.append(made("span", "", String(place)));
  link.addEventListener("click", (event) => {
    event.preventDefault();
    go(cell);
  });
  entry.style.setProperty("--share", "0");
  entry.append(link);
  return entry;
}

const made = (name, className = "", textContent = "") => Object.assign(document.createElement(name), { className, textContent });
