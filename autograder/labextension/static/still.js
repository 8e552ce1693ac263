// While a page comes alive nothing else moves: not what is in view, not the height of its place, not what is being typed.
//
// Each function begins to hold something and returns the function that lets go of it.

const SETTLES = 1500; // milliseconds until a page that was run has its own height
const PATIENCE = 10_000; // milliseconds that a still page stands where its live one was sent and is not drawn
const STILL = ".wb-static, .wb-progress-static", ALIVE = ".wb-live, .wb-progress-live";
const WIDGET = "application/vnd.jupyter.widget-view+json";

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

/** An output keeps its height while it is emptied and filled again. */
export function holdHeight(cell) {
  const area = cell.outputArea?.node;
  if (!area?.isConnected || !area.offsetHeight) return () => {};
  area.style.minHeight = `${area.offsetHeight}px`;
  return () => setTimeout(() => { area.style.minHeight = ""; }, SETTLES);
}

/**
 * JupyterLab empties a cell when it is sent to Python. The still page, explorer or bar that it shows is taken out before,
 * and stands in its place, boxes and all, until the live one is drawn. Returns null where nothing still is shown.
 */
export function holdPage(cell) {
  const stand = cell.node.querySelector(":scope > .wb-book-stand") ?? standIn(cell);
  if (!stand) return null;
  let timer = 0;
  const leave = () => {
    clearTimeout(timer);
    seen.disconnect();
    const focused = document.activeElement, box = stand.contains(focused) && boxLike(focused.closest(".wb-slot"), cell);
    if (box) carryOn(focused, box);
    stand.remove();
  };
  const seen = new MutationObserver(() => {
    if ([...cell.node.querySelectorAll(ALIVE)].some((node) => node.childElementCount)) leave();
  });
  seen.observe(cell.node, { childList: true, subtree: true });
  return () => {
    const { outputs } = cell.model, kinds = Array.from({ length: outputs.length }, (_, n) => Object.keys(outputs.get(n).data));
    if (kinds.length && stand.isConnected) timer = setTimeout(leave, kinds.flat().includes(WIDGET) ? PATIENCE : 0);
  }; // where Python has said nothing at all, it is gone, and the still page is all there is
}

/** Take the still page of a cell out of its output, and put it before, within copies of what was around it. */
function standIn(cell) {
  const still = cell.node.querySelector(STILL), focused = document.activeElement;
  if (!still) return null;
  const { selectionStart, selectionEnd } = focused, typing = still.contains(focused);
  let stand = still, around = still.parentElement;
  for (; ; around = around.parentElement) {
    const copy = around.cloneNode(false);
    copy.removeAttribute("id");
    copy.append(stand);
    stand = copy;
    if (around.parentElement === cell.node) break;
  }
  stand.classList.add("wb-book-stand");
  cell.node.insertBefore(stand, around);
  if (typing) {
    focused.focus({ preventScroll: true });
    focused.setSelectionRange?.(selectionStart, selectionEnd);
  }
  return stand;
}

const boxLike = (slot, cell) => slot && cell.node.querySelector(`.wb-live .wb-slot[data-box="${slot.dataset.box}"] .wb-input`);

/** Who types into one field goes on in another. */
function carryOn(from, to) {
  const { selectionStart, selectionEnd } = from;
  to.focus({ preventScroll: true });
  if (to.value !== from.value) {
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
