// The boxes of a page: inputs in the slots of its template, filled with texts and coloured by verdicts.

import { element } from "./dom.js";
import { LIMITS, plain, typeset } from "./python_source.js";

const REFUSED = new Set(["unreadable", "mistake", "wrong"]);

/** Put an input into every slot. Returns number → {slot, input, label}, in the order of the numbers. */
export function boxesIn(body) {
  const slots = [...body.querySelectorAll(".wb-slot[data-box]")];
  const boxes = slots.map((slot) => [slot.dataset.box, boxIn(slot)]);
  return new Map(boxes.sort(([a], [b]) => a - b));
}

function boxIn(slot) {
  const label = slot.dataset.label || `box ${slot.dataset.box}`;
  const input = slot.dataset.options ? choice(slot.dataset.options.split("|")) : element("input", "wb-input", {
    type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: false, maxLength: LIMITS.text,
  });
  const number = element("span", "wb-num", { textContent: slot.dataset.box });
  const mark = element("span", "wb-mark");
  input.setAttribute("aria-label", label);
  number.setAttribute("aria-hidden", "true");
  mark.setAttribute("aria-hidden", "true");
  slot.replaceChildren(input, number, mark);
  return { slot, input, label };
}

/** A box that offers words to choose from. */
function choice(options) {
  const select = element("select", "wb-input");
  select.append(...["", ...options].map((word) => element("option", "", { value: word, textContent: word || "…" })));
  return select;
}

const GAPS = /[\s_{}*·×⋅∙•@‐‑–-]+/g, TRANSPOSE = /\^\s*(?:\{\s*T\s*\}|\(\s*T\s*\)|T)|\.T(?![a-z])|[⊤ᵗ'′’ᵀ]/gi;

/** A word without what may be written in several ways, as Python reads it: W^Ta is Wᵀ a, h1 is h₁. */
export const spelled = (word) => word.normalize("NFC").replace(TRANSPOSE, "ᵀ")
  .replace(/[₀-₉]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x2080 + 48))
  .replace(/delta/gi, "δ").replace(GAPS, "");

const SPELLINGS = [
  spelled, (word) => spelled(word).toLowerCase(), (word) => spelled(word).replaceAll("ᵀ", "t").toLowerCase(),
];

/** Show `text` in a box of words, also one that is not among them: it stands in the cell, so it must be seen. */
function offer(select, text) {
  const options = [...select.options];
  let option = options.find((one) => one.value === plain(text));
  for (const spelling of SPELLINGS) {
    const alike = options.filter((one) => spelling(one.value) === spelling(plain(text)));
    if (!option && alike.length === 1) [option] = alike;
  }
  if (!option) select.append((option = element("option", "", { value: text, textContent: text })));
  if (select.value !== option.value) select.value = option.value;
}

/** Show `text` in a box, also in one being typed in if the change came from elsewhere: undo, another view. */
export function showText({ input }, text) {
  if (input.tagName === "SELECT") offer(input, text);
  else if (plain(input.value) !== plain(text)) input.value = typeset(text);
  grow(input, input.value);
}

/** A long answer widens its box. */
export const grow = (input, text) => input.style.setProperty("--typed", text.length);

/** Colour a box. */
export function showState({ slot, input }, state) {
  if (slot.dataset.state !== state) slot.dataset.state = state;
  input.setAttribute("aria-invalid", String(REFUSED.has(state)));
}
