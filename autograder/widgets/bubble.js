// The bubble beside a box with the words of its verdict, and the same words spoken.

import { line, nodesOf, textOfRuns } from "./dom.js";

/** A bubble in `hint`: show(box, verdict) puts it beside the box, or away when there is nothing to say. */
export function bubble(hint, root, body) {
  let described = null;
  return (box, verdict) => {
    described?.removeAttribute("aria-describedby");
    const { state, say, read } = verdict ?? {};
    hint.hidden = !say && !read;
    if (hint.hidden) return;
    hint.replaceChildren();
    if (say) hint.append(line("wb-said", nodesOf(say)));
    if (read) hint.append(line("wb-read", ["read as ", ...nodesOf(read)]));
    hint.dataset.state = state;
    described = box.input;
    described.setAttribute("aria-describedby", hint.id);
    place(hint, box.slot, root, body);
  };
}

/** Beside its box, where it hides least: other boxes count threefold, words and numbers once. */
function place(hint, slot, root, body) {
  const page = root.getBoundingClientRect(), box = slot.getBoundingClientRect();
  const width = hint.offsetWidth, height = hint.offsetHeight, gap = 11;
  const x = (box.left + box.right) / 2 - page.left, y = (box.top + box.bottom) / 2 - page.top;
  const fit = (left) => Math.max(8, Math.min(page.width - width - 8, left));
  const beside = [x - width / 2, x - 28, x - width + 28].map(fit);
  const places = [
    ...beside.map((left) => ({ side: "below", left, top: box.bottom - page.top + gap })),
    ...beside.map((left) => ({ side: "above", left, top: box.top - page.top - gap - height })),
    { side: "right", left: box.right - page.left + gap, top: y - height / 2 },
    { side: "left", left: box.left - page.left - gap - width, top: y - height / 2 },
  ].filter(({ left, top }) => left >= 4 && left + width <= page.width - 4 && top >= 4);
  const things = [...body.querySelectorAll(".wb-slot, .wb-row > *, .wb-m, .wb-step, .wb-say")]
    .filter((thing) => thing !== slot && !thing.contains(slot))
    .map((thing) => [thing.getBoundingClientRect(), thing.classList.contains("wb-slot") ? 3 : 1]);
  const hidden = ({ left, top }) => things.reduce((sum, [r, weight]) => {
    const wide = Math.min(left + width, r.right - page.left) - Math.max(left, r.left - page.left);
    const high = Math.min(top + height, r.bottom - page.top) - Math.max(top, r.top - page.top);
    return wide > 0 && high > 0 ? sum + weight * wide * high : sum;
  }, 0);
  const costs = places.map(hidden);
  const { side, left, top } = places[costs.indexOf(Math.min(...costs))] ?? { side: "below", left: fit(x), top: y };
  hint.dataset.side = side;
  hint.style.left = `${left}px`;
  hint.style.top = `${top}px`;
  hint.style.setProperty("--tip", `${Math.max(14, Math.min(width - 14, x - left))}px`);
}

/** A verdict in one spoken sentence; nothing for a blank box. */
export function spoken({ label }, { state, words, say, read }) {
  const parts = [label, words, textOfRuns(say), read && `read as ${textOfRuns(read)}`];
  return state === "blank" ? "" : parts.filter(Boolean).join(": ");
}
