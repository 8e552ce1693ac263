// The prompt for a student id. Python says whether an id will do; then it is written into the cell's own source, where
// it survives what the answers survive. What was typed only ever becomes a text node, an input's value or a string.

import { addStyle, element } from "./dom.js";
import { notebookOf } from "./notebook.js";

const ASK = "Which numbers are yours? Everybody has their own here. Type your student id, as your course knows it.";
const UNREACHED = "This view cannot write into the notebook. So that it is remembered, write this into the cell: ";
const HELD = /\bcourse\s*\([^()]*?\bstudent\s*=\s*(None|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/;

/** The change of the source that puts the id into course(student=...): {start, end, code}; null if it has no place. */
export function idEditFor(source, student) {
  const call = HELD.exec(source);
  if (!call) return null;
  const end = call.index + call[0].length;
  return { start: end - call[1].length, end, code: JSON.stringify(student) };
}

/** The source of the cell that asks, where the frontend lets us reach it. */
function sourceOf(model) {
  const cells = notebookOf(model)?.cells ?? [];
  return [...cells].find((cell) => cell.id === model.get("cell_id"))?.sharedModel ?? null;
}

function render({ model, el }) {
  addStyle(STYLE);
  const root = element("form", "wb-page wb-live wb-who");
  const said = element("p", "wb-who-said");
  const input = element("input", "wb-input", {
    type: "text", autocomplete: "username", autocapitalize: "off", spellcheck: false, maxLength: 100,
  });
  const use = element("button", "wb-button", { type: "submit", textContent: "These are mine" });
  const change = element("button", "wb-button", { type: "button", textContent: "Not you?" });
  const wrong = element("p", "wb-who-wrong", { hidden: true });
  const fields = element("span", "wb-who-fields");
  input.setAttribute("aria-label", "your student id");
  wrong.setAttribute("role", "status");
  fields.append(input, use);
  root.append(said, fields, change, wrong);
  el.append(root);

  let asking = !model.get("student"), mine = 0;

  const show = () => {
    const student = model.get("student");
    const name = element("b", "", { textContent: student });
    const where = model.get("hub") ? ", as JupyterHub knows you." : ".";
    said.replaceChildren(...(asking ? [ASK] : ["Numbers for ", name, where]));
    fields.hidden = !asking;
    change.hidden = asking || model.get("hub");
    wrong.textContent = model.get("say");
    wrong.hidden = !wrong.textContent;
  };

  const remember = () => {
    const shared = sourceOf(model), student = model.get("student");
    const edit = shared && idEditFor(shared.getSource(), student);
    if (edit) return shared.updateSource(edit.start, edit.end, edit.code);
    wrong.textContent = `${UNREACHED}course(student=${JSON.stringify(student)})`;
    wrong.hidden = false;
  };

  const onDone = () => {
    if (!mine || model.get("done") < mine) return show();
    mine = 0;
    asking = Boolean(model.get("say"));
    show();
    if (asking) input.select();
    else remember();
  };
  const onSubmit = (event) => {
    event.preventDefault();
    mine = model.get("seq") + 1;
    model.set("typed", input.value);
    model.set("seq", mine);
    model.save_changes();
  };
  const onChange = () => {
    asking = true;
    show();
    input.value = model.get("student");
    input.focus();
    input.select();
  };
  const onKey = (event) => { // Jupyter's shortcuts do not fire in the box; see page.js
    if (!root.contains(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    if (event.key === "Enter" && event.target === input) { event.preventDefault(); root.requestSubmit(); }
  };

  root.addEventListener("submit", onSubmit);
  change.addEventListener("click", onChange);
  window.addEventListener("keydown", onKey, true);
  model.on("change:done", onDone);
  model.on("change:student", show);
  show();
  return () => {
    window.removeEventListener("keydown", onKey, true);
    model.off("change:done", onDone);
    model.off("change:student", show);
  };
}

export default { render };
