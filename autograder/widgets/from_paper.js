// A field in which the boxes of a page are typed as a list, by somebody who has filled them in on paper: in order, or by
// their numbers. Python reads the list (autograder/marking/listed.py); here the field is shown, and its keys are kept.

import { element } from "./dom.js";

const ASK =
  "You worked on paper? Type your boxes here, in order or by number: 3, or 5: 3/4, or several as in 3; 3/4; 8: 0.5. " +
  "Enter fills them in. You may also paste a list, one box a line.";

/**
 * page: {root, button, send(typed, at), first()}; `first` is the first box that is empty. Returns {panel, answer, close,
 * dispose}; `answer` takes what Python says to a list.
 */
export function fromPaper({ root, button, send, first }) {
  const panel = element("div", "wb-paper", { hidden: true });
  const field = element("textarea", "wb-list", { rows: 1, spellcheck: false, maxLength: 20_000 });
  const fill = element("button", "wb-button", { type: "button", textContent: "Fill in" });
  const told = element("p", "wb-told");
  let at = 1;
  field.setAttribute("aria-label", "answers from paper");
  field.setAttribute("autocapitalize", "off");
  told.setAttribute("role", "status");
  button.setAttribute("aria-expanded", "false");
  panel.append(element("p", "", { textContent: ASK }), field, fill, told);

  const show = (yes) => {
    panel.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
  };
  const open = (yes) => {
    show(yes);
    if (!yes) return button.focus();
    send("", first() - 1); // says which box comes next
    field.focus();
  };
  const onKey = (event) => { // on window, as in keyboard.js
    if (!panel.contains(event.target)) return;
    if ((event.ctrlKey || event.metaKey || event.altKey) && event.key !== "Enter") return;
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") open(false);
    else if (event.key !== "Enter" || event.shiftKey || event.target !== field) return;
    else send(field.value, at);
    event.preventDefault();
  };
  const grow = () => { field.rows = Math.min(12, field.value.split("\n").length); };
  button.addEventListener("click", () => open(panel.hidden));
  fill.addEventListener("click", () => { send(field.value, at); field.focus(); });
  field.addEventListener("input", grow);
  window.addEventListener("keydown", onKey, true);
  root.append(panel);

  return {
    panel,
    answer({ next, say, refused }) {
      at = next;
      told.textContent = say;
      if (!refused) field.value = "";
      grow();
    },
    close() { show(false); },
    dispose() { window.removeEventListener("keydown", onKey, true); },
  };
}
