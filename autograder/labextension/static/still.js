// While a page comes alive nothing else moves: not what is in view, not the page itself, not what is being typed.
//
//   holdView(notebook), holdFocus(cell)    begin to hold something, and return the function that lets go of it
//   holdPage(cell), standIn(cell, make)    hold until the live page is drawn

const SETTLES = 1500; // milliseconds until a page that was run has its own height
const PATIENCE = 10_000; // milliseconds that a still page stands where its live one was sent and is not drawn
const STILL = ".wb-static, .wb-progress-static";
const LIVE = ".jp-OutputArea-output.lm-Panel"; // what a widget is drawn in
export const WIDGET = "application/vnd.jupyter.widget-view+json"; // how Jupyter calls the output of a live thing

/** The part of a notebook that scrolls. */
export const viewOf = (notebook) => notebook.outerNode ?? notebook.node;

/** The place, among the cells, of the first one that can be seen; -1 for none. */
export function firstInView(notebook) {
  const view = viewOf(notebook).getBoundingClientRect();
  return notebook.widgets.findIndex(({ node }) => {
    const { top, bottom, height } = node.getBoundingClientRect();
    return node.isConnected && height > 0 && bottom > view.top + 1 && top < view.bottom;
  });
}

/** The cell that takes most room of what is in view. */
function mostInView(notebook) {
  const view = viewOf(notebook).getBoundingClientRect();
  let found = null, most = 0;
  for (const { node } of notebook.widgets) {
    const { top, bottom } = node.getBoundingClientRect(), room = Math.min(bottom, view.bottom) - Math.max(top, view.top);
    if (node.isConnected && room > most) [found, most] = [node, room];
  }
  return found;
}

/**
 * JupyterLab empties a cell when it is sent to Python. What it shows, a page, an explorer or a bar, is taken out before, and
 * stands in its place, boxes and all, until the live one is drawn. Of what is not drawn only the height is kept.
 */
export function holdPage(cell) {
  standIn(cell, () => takenOut(cell) ?? room(cell));
}

/** The still page of a cell, out of its output, within copies of what was around it; undefined where there is none. */
function takenOut(cell) {
  const still = [...cell.node.querySelectorAll(STILL)].find((node) => !node.closest(LIVE));
  let taken = still;
  for (let around = still?.parentElement; around && around !== cell.node; around = around.parentElement) {
    const copy = around.cloneNode(false);
    copy.removeAttribute("id");
    copy.append(taken);
    taken = copy;
  }
  return taken;
}

function room(cell) {
  const height = cell.outputArea?.node.offsetHeight;
  return height ? Object.assign(document.createElement("div"), { style: `height: ${height}px` }) : null;
}

/**
 * Have what `make` gives stand before the outputs of a cell until they show something else: a live one that is drawn, or
 * words of Python's. Where Python ends without a word it stays.
 */
export function standIn(cell, make) {
  const find = (selector) => cell.node.querySelector(selector), { outputs } = cell.model;
  if (find(":scope > .wb-book-stand")) return;
  const typing = document.activeElement, { selectionStart, selectionEnd } = typing, stand = make();
  if (!stand) return;
  stand.classList.add("wb-book-stand");
  cell.node.insertBefore(stand, find(":scope > .jp-Cell-outputWrapper"));
  if (stand.contains(typing)) { // it was moved
    typing.focus({ preventScroll: true });
    typing.setSelectionRange?.(selectionStart, selectionEnd);
  }
  let timer = 0;
  const leave = () => {
    clearTimeout(timer);
    drawn.disconnect();
    outputs.changed.disconnect(told);
    const focused = document.activeElement, place = stand.contains(focused) && likeIn(cell, focused);
    if (place) carryOn(focused, place);
    stand.remove();
  };
  const told = () => {
    clearTimeout(timer);
    const kinds = Array.from({ length: outputs.length }, (_, n) => Object.keys(outputs.get(n).data)).flat();
    if (kinds.length) timer = setTimeout(late, kinds.includes(WIDGET) ? PATIENCE : 0);
  };
  const late = () => { // unless a live one waits until a reader comes near
    if (find(`${LIVE}.wb-book-waits`)) timer = setTimeout(late, PATIENCE);
    else leave();
  };
  const drawn = new MutationObserver(() => {
    if (find(`${LIVE} > .lm-Widget > * > *`)) leave();
  });
  drawn.observe(cell.node, { childList: true, subtree: true });
  outputs.changed.connect(told);
}

/** What is in the live page, or bar, of a cell that which has the focus in the still one. */
function likeIn(cell, focused) {
  const { cell: id } = focused.dataset;
  if (!id) return boxLike(focused.closest(".wb-slot"), cell);
  return cell.node.querySelector(`.wb-progress-live a[data-cell="${CSS.escape(id)}"]`);
}

const boxLike = (slot, cell) =>
  slot && cell.node.querySelector(`.wb-live .wb-slot[data-box="${CSS.escape(slot.dataset.box)}"] .wb-input`);

/** Who types into one field, or is at one link, goes on in another. */
function carryOn(from, to) {
  const { selectionStart, selectionEnd } = from;
  to.focus({ preventScroll: true });
  if (to.value !== from.value && from.matches("input")) {
    to.value = from.value;
    to.dispatchEvent(new Event("input", { bubbles: true }));
  }
  to.setSelectionRange?.(selectionStart, selectionEnd);
}

/** What is in view stays where it is while cells above it grow and shrink. Returns the function that lets go. */
export function holdView(notebook) {
  const outer = viewOf(notebook), below = () => held.getBoundingClientRect().top - outer.getBoundingClientRect().top;
  let held = null, offset = 0; // the cell that is being read, and how far below the edge it begins
  const look = () => {
    held = mostInView(notebook);
    offset = held ? below() : 0;
  };
  const put = () => {
    if (!held?.isConnected || outer.scrollTop < 2) return look();
    const by = below() - offset;
    if (Math.abs(by) > 1) outer.scrollTop += by;
    if (Math.abs(below() - offset) > 1) look(); // it was as far as it goes
  };
  let ours = NaN; // where the view was put: the event that tells of it is none of the reader's
  const keep = () => { put(); ours = outer.scrollTop; };
  const moved = () => { if (Math.abs(outer.scrollTop - ours) > 1) look(); };
  outer.style.overflowAnchor = "none"; // the browser holds on to a part of a page, and that is gone when the page comes alive
  const grown = new ResizeObserver(keep);
  grown.observe(notebook.viewportNode ?? notebook.node);
  outer.addEventListener("scroll", moved, { passive: true });
  look();
  return () => setTimeout(() => {
    grown.disconnect();
    outer.removeEventListener("scroll", moved);
    outer.style.overflowAnchor = "";
  }, SETTLES);
}

/**
 * Who types into a box of a page that is run (again, after its kernel restarted) types on: until the new page is there, keys go
 * into a field that nobody sees, and from there into the same box.
 */
export function holdFocus(cell) {
  const focused = document.activeElement, slot = focused?.closest?.(".wb-slot"); // of a live page
  if (!slot || !cell.node.contains(slot) || slot.closest(".wb-book-stand") || !focused.matches("input")) return () => {};
  const keeper = document.createElement("input");
  keeper.className = "wb-book-keeper";
  keeper.setAttribute("aria-label", focused.getAttribute("aria-label") ?? "");
  keeper.value = focused.value;
  cell.node.append(keeper);
  carryOn(focused, keeper);
  return async () => {
    for (let tries = 0; tries < 60 && !boxLike(slot, cell); tries++) await new Promise((go) => setTimeout(go, 50));
    const box = boxLike(slot, cell);
    if (box && document.activeElement === keeper) carryOn(keeper, box);
    keeper.remove();
  };
}
