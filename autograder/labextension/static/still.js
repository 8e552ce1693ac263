// While a page comes alive nothing else moves: not what is in view, not the height of its place, not what is being typed.
//
// Each function begins to hold something and returns the function that lets go of it.

const SETTLES = 1500; // milliseconds until a page that was run has its own height
const TYPED = ".wb-input";

/** An output keeps its height while it is emptied and filled again. */
export function holdHeight(cell) {
  const area = cell.outputArea?.node;
  if (!area?.isConnected || !area.offsetHeight) return () => {};
  area.style.minHeight = `${area.offsetHeight}px`;
  return () => setTimeout(() => { area.style.minHeight = ""; }, SETTLES);
}

/** What is in view stays where it is when a cell above it grows or shrinks, unless the reader is scrolling. */
export function holdView(notebook, cell) {
  const outer = notebook.outerNode ?? notebook.node;
  const above = () => cell.node.isConnected && cell.node.getBoundingClientRect().bottom <= outer.getBoundingClientRect().top + 1;
  if (!above()) return () => {};
  let height = cell.node.offsetHeight, top = outer.scrollTop;
  const grown = new ResizeObserver(() => {
    const by = cell.node.offsetHeight - height;
    height += by;
    // Where the browser or the notebook has kept the view itself, scrollTop has moved already.
    if (by && above() && Math.abs(outer.scrollTop - top) < Math.abs(by) / 2) outer.scrollTop += by;
    top = outer.scrollTop;
  });
  const moved = () => { top = outer.scrollTop; };
  for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) outer.addEventListener(type, moved, { passive: true });
  grown.observe(cell.node);
  return () => setTimeout(() => {
    grown.disconnect();
    for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) outer.removeEventListener(type, moved);
  }, SETTLES);
}

/**
 * Who types into a box of a page that is run (again, after its kernel restarted) types on: until the new page is there, keys go
 * into a field that nobody sees, and from there into the same box.
 */
export function holdFocus(cell) {
  const focused = document.activeElement, slot = focused?.closest?.(".wb-slot"); // of a live page, or of early.js
  if (!slot || !cell.node.contains(slot) || !focused.matches("input")) return () => {};
  const number = slot.dataset.box, keeper = document.createElement("input");
  keeper.className = "wb-book-keeper";
  keeper.setAttribute("aria-label", focused.getAttribute("aria-label") ?? "");
  keeper.value = focused.value;
  cell.node.append(keeper);
  keeper.focus({ preventScroll: true });
  keeper.setSelectionRange(focused.selectionStart, focused.selectionEnd);
  const found = () => cell.node.querySelector(`.wb-live .wb-slot[data-box="${number}"] ${TYPED}`);
  return async () => {
    for (let tries = 0; tries < 60 && !found(); tries++) await new Promise((go) => setTimeout(go, 50));
    const box = found();
    if (box && document.activeElement === keeper) {
      const [from, to] = [keeper.selectionStart, keeper.selectionEnd];
      box.focus({ preventScroll: true });
      if (box.value !== keeper.value) {
        box.value = keeper.value;
        box.dispatchEvent(new Event("input", { bubbles: true }));
      }
      box.setSelectionRange?.(from, to);
    }
    keeper.remove();
  };
}
