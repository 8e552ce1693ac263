// A page of the workbook, alive: its boxes are a view of `answers = {...}` in a notebook's code cell.
//
// Nothing is marked here. Texts go to Python, verdicts come back (the traits of page_widget.py are the whole contract),
// and each text is written into the source of the cell, where nbgrader, git and the student find it. What a student
// typed only ever becomes an input's value, an attribute or a text node, never markup.

const MINUS = /[\u2212\u2013\u2012\u2010\u2011\ufe63\uff0d]/g;

/** What was typed, with plain minus signs and no blanks around it: what the cell and Python get. */
export const plain = (text) => text.replace(MINUS, "-").trim();

/** The same for the eye: real minus signs. */
const typeset = (text) => text.replace(/-/g, "\u2212");

// ---- The answers as they stand in the cell: a small reader of Python source ----------------------------------------

const TOKEN = new RegExp(
  [
    /(?<blank>[ \t\f\r]+|\\\r?\n|#[^\n]*)/,
    /(?<newline>\n)/,
    /(?<string>[A-Za-z]{0,2}(?:"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'))/,
    /(?<number>(?:\d[\w]*\.?[\d_]*|\.\d[\d_]*)(?:(?<=[eE])[-+]\d+)?)/,
    /(?<name>[\p{L}_][\p{L}\p{N}_]*)/,
    /(?<op>\|=|==|:=|\*\*|[^])/,
  ].map((part) => part.source).join("|"),
  "uy",
);

/** The top-level statements of a cell as lists of tokens; indented lines (bodies of if, for, def) are left out. */
function statements(source) {
  const lines = [];
  let line = [], depth = 0, fresh = true, indented = false;
  const end = () => {
    if (line.length && !indented) lines.push(line);
    line = [];
  };
  TOKEN.lastIndex = 0;
  for (let m; TOKEN.lastIndex < source.length && (m = TOKEN.exec(source)); ) {
    const kind = Object.keys(m.groups).find((k) => m.groups[k] !== undefined);
    const token = { kind, text: m[0], start: m.index, end: TOKEN.lastIndex };
    if (kind === "newline") {
      if (depth === 0) { end(); fresh = true; }
    } else if (kind !== "blank") {
      if (fresh) indented = token.start > 0 && source[token.start - 1] !== "\n";
      fresh = false;
      if (kind === "op" && "([{".includes(m[0])) depth += 1;
      if (kind === "op" && ")]}".includes(m[0])) depth = Math.max(0, depth - 1);
      if (m[0] === ";" && depth === 0) end();
      else line.push(token);
    }
  }
  end();
  return lines;
}

const is = (token, ...texts) => token !== undefined && token.kind !== "string" && texts.includes(token.text);

const ESCAPES = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\x07", 0: "\0", "\n": "", "\r\n": "" };

/** The content of a Python string literal (not of an f- or bytes literal), or null. */
function unquote(code) {
  const m = /^([A-Za-z]{0,2})("""|'''|"|')([^]*)\2$/.exec(code);
  if (!m || /[fbt]/i.test(m[1])) return null;
  if (/r/i.test(m[1])) return m[3];
  return m[3].replace(/\\(\r?\n|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^])/g, (_, c) => {
    if (c.length > 1 && "ux".includes(c[0])) return String.fromCharCode(parseInt(c.slice(1), 16));
    return ESCAPES[c] ?? c;
  });
}

/** What an answer says, as typed: None is a blank box, a string its content, all else (2, -0.5, 3/4) its source. */
function textOf(tokens, source) {
  if (tokens.length === 1 && is(tokens[0], "None")) return "";
  const parts = tokens.map((t) => (t.kind === "string" ? unquote(t.text) : null));
  return parts.includes(null) ? source.slice(tokens[0].start, tokens.at(-1).end) : parts.join("");
}

/** Split tokens[from...] at the commas of this level; stops at the bracket that closes it. */
function items(tokens, from) {
  const parts = [[]];
  let depth = 0, i = from, computed = false;
  for (; i < tokens.length; i++) {
    computed ||= depth === 0 && is(tokens[i], "for"); // a comprehension
    if (is(tokens[i], "(", "[", "{")) depth += 1;
    if (is(tokens[i], ")", "]", "}") && depth-- === 0) break;
    if (is(tokens[i], ",") && depth === 0) parts.push([]);
    else parts.at(-1).push(tokens[i]);
  }
  return { parts: parts.filter((part) => part.length), close: i, computed };
}

/** The box that a key names: 3 or "3". */
function keyOf(tokens) {
  const text = tokens.length === 1 ? (tokens[0].kind === "string" ? unquote(tokens[0].text) : tokens[0].text) : null;
  return text !== null && /^[1-9]\d*$/.test(text) ? text : null;
}

const entryOf = (tokens, source) =>
  ({ start: tokens[0].start, end: tokens.at(-1).end, text: textOf(tokens, source) });

/** A dict literal that opens at tokens[at]: its entries, and where the next one would go. */
function dictAt(tokens, at, source) {
  const { parts, close, computed } = items(tokens, at + 1);
  if (!tokens[close] || computed) return null;
  const entries = new Map();
  for (const part of parts) {
    const colon = part.findIndex((t) => is(t, ":"));
    const key = colon > 0 ? keyOf(part.slice(0, colon)) : null;
    if (key && part.length > colon + 1) entries.set(key, entryOf(part.slice(colon + 1), source));
  }
  const last = parts.at(-1);
  const insert = last ? { at: last.at(-1).end, before: ", ", after: "" } : { at: tokens[at].end, before: "", after: "" };
  return { entries, insert, close };
}

/** The call page("slug", ...) with this number among the calls for the slug. */
function findCall(lines, slug, index) {
  const found = [];
  lines.forEach((line, at) => {
    for (let i = 0; i + 2 < line.length; i++) {
      const named = is(line[i], "page") && is(line[i + 1], "(") && line[i + 2].kind === "string";
      if (named && unquote(line[i + 2].text) === slug) found.push({ line, at, slug: i + 2 });
    }
  });
  return found[index] ?? found.at(-1) ?? null;
}

/**
 * Where the answers of page("slug", ...) stand in the source: entries (box → {start, end, text}) and the place for a
 * new one. Understands `answers = {...}`, annotated or not, `answers[3] = ...`, `.update({...})` and `|= {...}` on the
 * way to the call, a literal in the call itself, and a call without answers. Null where they are computed by code.
 */
export function findAnswers(source, { slug, index = 0, variable = "answers" }) {
  const lines = statements(source);
  const call = findCall(lines, slug, index);
  let name = variable;
  if (call) {
    let i = call.slug + 1;
    if (is(call.line[i], ")")) {
      return { entries: new Map(), insert: { at: call.line[i - 1].end, before: ", {", after: "}" } };
    }
    i += 1;
    if (is(call.line[i], "answers") && is(call.line[i + 1], "=")) i += 2;
    if (is(call.line[i], "{")) return dictAt(call.line, i, source);
    if (call.line[i]?.kind !== "name" || !is(call.line[i + 1], ",", ")")) return null;
    name = call.line[i].text;
  }
  let found = null;
  for (const [at, line] of lines.entries()) {
    if (call && at > call.at && is(line[0], name) && is(line[1], "=", ":")) break; // the next page's dict
    found = follow(line, name, found, source);
  }
  return found;
}

/** What is known of the dict `name` after one more statement. */
function follow(line, name, found, source) {
  if (!is(line[0], name)) return found;
  const merge = (dict) => {
    if (dict && found) dict.entries.forEach((entry, key) => found.entries.set(key, entry));
    return dict && found;
  };
  if (is(line[1], "[")) {
    const { parts, close } = items(line, 2);
    const key = parts.length === 1 ? keyOf(parts[0]) : null;
    if (found && key && is(line[close + 1], "=") && line.length > close + 2) {
      found.entries.set(key, entryOf(line.slice(close + 2), source));
    }
    return found;
  }
  if (is(line[1], "|=") && is(line[2], "{")) return merge(dictAt(line, 2, source));
  if (is(line[1], ".") && is(line[2], "update") && is(line[4], "{")) return merge(dictAt(line, 4, source));
  if (is(line[1], "=", ":")) {
    let value = is(line[1], "=") ? 1 : line.findIndex((t) => is(t, "="));
    if (value < 0) return found; // a bare annotation
    while (line[value + 1]?.kind === "name" && is(line[value + 2], "=")) value += 2; // answers = mine = {...}
    const dict = is(line[value + 1], "{") ? dictAt(line, value + 1, source) : null;
    return dict && dict.close === line.length - 1 ? dict : null;
  }
  return found;
}

/** A text as Python source: None, a number where Python would print it back the same, else a string. */
export function toLiteral(text) {
  const s = plain(text);
  if (s === "") return "None";
  const value = Number(s);
  const same = /^-?\d+(\.\d+)?$/.test(s) && s.length <= 16 && String(value) === s;
  if (same && (Number.isInteger(value) || Math.abs(value) >= 1e-4)) return s;
  return JSON.stringify(s);
}

/** The change of the source that puts `text` into box `n`: {start, end, code}, or null if it says so already. */
export function editFor(found, n, text) {
  const code = toLiteral(text);
  const entry = found.entries.get(n);
  if (entry) return entry.text === plain(text) ? null : { start: entry.start, end: entry.end, code };
  if (code === "None") return null;
  const { at, before, after } = found.insert;
  return { start: at, end: at, code: `${before}${n}: ${code}${after}` };
}

/** A pasted row ("1, 0, −1", or a row or column of a spreadsheet) as its entries. "0,5" is one number. */
export const splitRow = (text) => text.trim().split(/\s*[\t\n;]\s*|,\s+/).filter((part) => part !== "");

// ---- The page's cell in the notebook (see notebook.js, which stands before this file) -----------------------------

/** The cell that showed the page: by id, or after a copy gave it another id, the one cell that calls for the page. */
function findCell(notebook, { id, slug }) {
  const code = [...(notebook?.cells ?? [])].filter((cell) => cell.type === "code");
  const calling = () => code.filter((cell) => findCall(statements(cell.sharedModel.getSource()), slug, 0));
  const exact = code.find((cell) => cell.id === id);
  if (exact) return exact;
  const others = calling();
  return others.length === 1 ? others[0] : null;
}

// ---- The page ------------------------------------------------------------------------------------------------------

const REFUSED = new Set(["unreadable", "mistake", "wrong"]);
const TAGS = new Set(["i", "b", "sub", "sup"]);
const LOST =
  "The kernel that checks this page is gone. Run this cell again to check your boxes; " +
  "until then what you type is still written into the cell.";
const UNREACHED =
  "This view cannot write into the notebook’s cell. Type your answers into the dict in the code cell, as in 3: 0.5 or " +
  "4: \"3/4\", or fill in the boxes and run the cell again: that writes them down.";
const COMPUTED =
  "The cell no longer has plain answers = {…} for this page, so the boxes cannot be written down there. " +
  "Write the dict out again, as in answers = {1: 2, 2: \"3/4\"}.";

/** Typeset text ([[text, [tags]], ...]) as nodes. What it says may hold a student's words: text nodes only. */
const nodesOf = (runs) => (runs ?? []).map(([text, tags]) => {
  let node = document.createTextNode(text);
  for (const tag of tags.filter((t) => TAGS.has(t)).reverse()) {
    const around = document.createElement(tag);
    around.append(node);
    node = around;
  }
  return node;
});
const textOfRuns = (runs) => (runs ?? []).map(([text]) => text).join("");

const line = (className, nodes) => {
  const div = element("div", className);
  div.append(...nodes);
  return div;
};

let pages = 0;

function render({ model, el }) {
  const uid = `${Math.random().toString(36).slice(2, 8)}${++pages}`;
  const root = element("div", "wb-page wb-live");
  const banner = element("div", "wb-practice", { hidden: true });
  const body = element("article", "wb-body"); // in which a heading is no landmark of the whole notebook
  const how = element("div", "wb-how", { hidden: true });
  const foot = element("div", "wb-foot");
  const sum = element("span", "wb-sum");
  const again = element("button", "wb-button", { type: "button", textContent: "New numbers" });
  const solve = element("button", "wb-button", { type: "button", textContent: "Show how" });
  const back = element("button", "wb-button", { type: "button", textContent: "Back to my page" });
  const note = element("div", "wb-note", { hidden: true });
  const hint = element("div", "wb-hint", { hidden: true, id: `wb-hint-${uid}` });
  const voice = element("div", "wb-voice");
  voice.setAttribute("role", "status");
  solve.setAttribute("aria-expanded", "false");
  again.title = "The same exercise with other numbers, for practice";
  banner.append(element("span", "", { textContent: "Practice: nothing here is handed in" }), back);
  foot.append(sum, again, solve);
  root.append(banner, body, how, note, foot, hint, voice);
  el.append(root);

  /** A box that offers words to choose from. */
  const choice = (options) => {
    const select = element("select", "wb-input");
    select.append(...["", ...options].map((word) => element("option", "", { value: word, textContent: word || "…" })));
    return select;
  };
  /** Shows `text` in a box of words, also one that is not among them: it stands in the cell, so it must be seen. */
  const offer = (select, text) => {
    const said = plain(text).toLowerCase();
    let option = [...select.options].find((one) => one.value.toLowerCase() === said);
    if (!option) select.append((option = element("option", "", { value: text, textContent: text })));
    if (select.value !== option.value) select.value = option.value;
  };

  const boxes = new Map(); // number → {slot, input, label}
  let order = [];
  let lost = false;
  const practising = () => model.get("shown") !== 0;
  const texts = () => model.get(practising() ? "trial" : "texts");

  // -- the boxes, from the template ----------------------------------------------------------------------------------
  const build = () => {
    // Ids must differ between renderings: url(#id) takes the first in the document, even in a hidden twin.
    body.innerHTML = model.get("template").replaceAll("{{uid}}", uid); // from the catalogue; holds nothing a student typed
    boxes.clear();
    for (const slot of body.querySelectorAll(".wb-slot[data-box]")) {
      const n = slot.dataset.box;
      const label = slot.dataset.label || `box ${n}`;
      const input = slot.dataset.options ? choice(slot.dataset.options.split("|")) : element("input", "wb-input", {
        type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: false, maxLength: 400,
      });
      input.setAttribute("aria-label", label);
      const number = element("span", "wb-num", { textContent: n });
      const mark = element("span", "wb-mark");
      number.setAttribute("aria-hidden", "true");
      mark.setAttribute("aria-hidden", "true");
      slot.replaceChildren(input, number, mark);
      boxes.set(n, { slot, input, label });
    }
    order = [...boxes.keys()].sort((a, b) => a - b);
    root.classList.toggle("wb-practising", practising());
    banner.hidden = !practising();
    for (const n of order) show(n, texts()[n] ?? "");
    showHint(null);
    showVerdicts();
    showSum();
    showHow();
    showNote();
    fitDrawings();
  };

  const show = (n, text) => { // also in a box being typed in, if the change came from elsewhere: undo, another view
    const { input } = boxes.get(n);
    if (input.tagName === "SELECT") offer(input, text);
    else if (plain(input.value) !== plain(text)) input.value = typeset(text);
    input.style.setProperty("--typed", input.value.length);
  };

  const verdictOf = (n) => model.get("verdicts")[n] ?? { state: "blank", words: "blank" };

  const showVerdicts = () => {
    for (const [n, { slot, input }] of boxes) {
      const { state } = verdictOf(n);
      if (slot.dataset.state !== state) slot.dataset.state = state;
      input.setAttribute("aria-invalid", String(REFUSED.has(state)));
    }
    showHint(hinted);
  };

  const showSum = () => {
    sum.textContent = model.get("summary");
    again.disabled = lost;
    solve.hidden = !model.get("can_show");
    solve.disabled = lost;
  };

  const showHow = () => {
    const html = model.get("how");
    how.hidden = !html;
    how.innerHTML = html; // from the catalogue
    solve.textContent = html ? "Hide how" : "Show how";
    solve.setAttribute("aria-expanded", String(Boolean(html)));
  };

  // -- the bubble with a verdict's words -----------------------------------------------------------------------------
  let hinted = null;
  const showHint = (n) => {
    hinted = boxes.has(n) ? n : null;
    for (const { input } of boxes.values()) input.removeAttribute("aria-describedby");
    const checked = hinted && boxes.get(hinted).slot.dataset.state !== "unchecked";
    const { state, say: message, read } = checked ? verdictOf(hinted) : {};
    hint.hidden = !message && !read;
    if (hint.hidden) return;
    hint.replaceChildren();
    if (message) hint.append(line("wb-said", nodesOf(message)));
    if (read) hint.append(line("wb-read", ["read as ", ...nodesOf(read)]));
    hint.dataset.state = state;
    boxes.get(hinted).input.setAttribute("aria-describedby", hint.id);
    placeHint(boxes.get(hinted).slot);
  };

  /** Beside its box, where it hides least: other boxes count threefold, words and numbers once. */
  const placeHint = (slot) => {
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
  };

  let voiceTimer = 0;
  const speak = (n) => { // once the typing rests
    clearTimeout(voiceTimer);
    voiceTimer = setTimeout(() => {
      if (!boxes.has(n)) return;
      const { state, words, say: message, read } = verdictOf(n);
      const parts = [boxes.get(n).label, words, textOfRuns(message), read && `read as ${textOfRuns(read)}`];
      voice.textContent = state === "blank" ? "" : parts.filter(Boolean).join(": ");
    }, 700);
  };

  // -- to Python and back --------------------------------------------------------------------------------------------
  const save = () => { if (!lost) model.save_changes(); };
  const send = (content) => { if (!lost) model.send(content); };
  let restTimer = 0, waitTimer = 0;
  const push = (now, changed) => {
    model.set(practising() ? "trial" : "texts", now);
    model.set("client", uid);
    model.set("seq", model.get("seq") + 1);
    save();
    clearTimeout(waitTimer);
    if (lost) uncheck(changed);
    else waitTimer = setTimeout(() => { if (model.get("done") < model.get("seq")) uncheck(changed); }, 1500);
    clearTimeout(restTimer);
    if (!practising()) restTimer = setTimeout(() => send({ want: "twin", client: uid }), 400);
  };
  const uncheck = (changed) => { // an old verdict must not stand beside a new text
    for (const n of changed) if (boxes.has(n)) boxes.get(n).slot.dataset.state = "unchecked";
    showHint(hinted);
  };

  const said = new Map(); // topic → sentence
  const say = (topic, sentence) => {
    if (sentence) said.set(topic, sentence);
    else said.delete(topic);
    showNote();
  };
  const showNote = () => {
    note.replaceChildren(...[...said.values()].map((text) => element("p", "", { textContent: text })));
    note.hidden = said.size === 0 || (practising() && !lost); // they are about the page to be handed in
  };
  const showGiven = () => model.get("notes").forEach((text, i) => say(`python ${i}`, text));

  // -- the cell ------------------------------------------------------------------------------------------------------
  const notebook = notebookOf(model);
  const where = { slug: model.get("slug"), index: model.get("call_index"), variable: model.get("variable") };
  let cell = null, writing = false;

  const readCell = () => { // it changed: by us, by undo, by hand, by somebody else
    if (writing) return;
    const found = findAnswers(cell.sharedModel.getSource(), where);
    say("cell", found ? "" : COMPUTED);
    if (!found) return;
    const now = {}, before = model.get("texts"), changed = [];
    for (const n of order) {
      now[n] = plain(found.entries.get(n)?.text ?? "");
      if (now[n] !== plain(before[n] ?? "")) changed.push(n);
      if (!practising()) show(n, now[n]);
    }
    if (changed.length) pushTexts(now, changed);
  };
  const pushTexts = (now, changed) => { // the graded texts, whatever is being practised meanwhile
    if (!practising()) return push(now, changed);
    model.set("texts", now);
    save();
  };

  const write = (edits) => { // [[box, text], ...]
    if (!practising() && (!cell || cell.isDisposed)) bind();
    push({ ...texts(), ...Object.fromEntries(edits.map(([n, text]) => [n, plain(text)])) }, edits.map(([n]) => n));
    for (const [n, text] of edits) boxes.get(n).input.style.setProperty("--typed", text.length);
    if (practising() || !cell) return;
    // Python has the texts already and checks them while the editor takes in the change.
    writing = true;
    try {
      for (const [n, text] of edits) {
        const found = findAnswers(cell.sharedModel.getSource(), where);
        say("cell", found ? "" : COMPUTED);
        const edit = found && editFor(found, n, text);
        if (edit) cell.sharedModel.updateSource(edit.start, edit.end, edit.code);
      }
    } finally {
      writing = false;
    }
  };

  let unbind = () => {};
  const bind = () => {
    unbind();
    unbind = () => {};
    cell = findCell(notebook, { id: model.get("cell_id"), slug: where.slug });
    if (cell) {
      const shared = cell.sharedModel;
      const onChange = (_, change) => { if (change.sourceChange) readCell(); };
      shared.changed.connect(onChange);
      unbind = () => shared.changed.disconnect(onChange);
      readCell();
    }
    say("reach", cell ? "" : UNREACHED);
    if (model.get("writeback") !== Boolean(cell)) {
      model.set("writeback", Boolean(cell));
      save();
    }
  };

  /** The static twin is another output of the cell; the view that edits puts the new one into the notebook. */
  const putTwin = (bundle) => {
    const outputs = findCell(notebook, { id: model.get("cell_id"), slug: where.slug })?.outputs;
    for (let i = 0; i < (outputs?.length ?? 0); i++) {
      const output = outputs.get(i).toJSON();
      const html = [].concat(output.data?.["text/html"] ?? "").join("");
      if (html.includes(`data-twin="${model.get("twin")}"`)) {
        outputs.set(i, { ...output, data: bundle });
        return;
      }
    }
  };
  const onMessage = (message, buffers) => {
    if (message?.fonts) addFonts(message.fonts, buffers ?? []);
    if (message?.twin && message.client === uid) putTwin(message.twin);
  };

  /** Drawings shrink with the page down to two thirds; narrower than that they scroll. */
  const fitDrawings = () => {
    for (const drawing of body.querySelectorAll(".wb-drawing")) {
      const room = body.clientWidth, wide = parseFloat(drawing.style.width) || room;
      drawing.style.zoom = Math.max(0.66, Math.min(1, room / wide));
    }
    if (hinted) showHint(hinted);
  };
  const resized = new ResizeObserver(fitDrawings);
  resized.observe(root);

  // -- keyboard ------------------------------------------------------------------------------------------------------
  const go = (n) => { const { input } = boxes.get(n); input.focus(); input.select?.(); };
  const step = (n, by) => {
    const to = order[order.indexOf(n) + by];
    if (to) go(to);
    return Boolean(to);
  };
  const nearest = (n, dir) => { // the neighbour above (-1) or below (+1), as the eye sees it
    const middle = (m) => {
      const r = boxes.get(m).slot.getBoundingClientRect();
      return [r.left + r.width / 2, r.top + r.height / 2];
    };
    const [x, y] = middle(n);
    let best = null, cost = Infinity;
    for (const m of order) {
      const [u, v] = middle(m);
      const away = (v - y) * dir;
      if (away < 8) continue;
      const c = away + 2 * Math.abs(u - x);
      if (c < cost) [best, cost] = [m, c];
    }
    if (best) go(best);
    return best !== null;
  };
  const leave = () => { // to the notebook cell around us
    showHint(null);
    leaveTo(root);
  };

  // On window, in the capture phase: Notebook 7 takes its shortcuts from the document's capture phase, before any
  // handler of ours could stop them; a Shift+Enter in a box would run the cell.
  const onKey = (event) => {
    if (!root.contains(event.target)) return;
    const combo = event.ctrlKey || event.metaKey || event.altKey;
    if (combo && event.key !== "Enter") return; // saving, undo and the rest belong to Jupyter and the browser
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") { event.preventDefault(); leave(); return; }
    const n = event.target.closest(".wb-slot")?.dataset.box;
    if (!n) return;
    const { selectionStart, selectionEnd, value } = event.target;
    const atStart = selectionEnd === 0, atEnd = selectionStart === value.length;
    const whole = selectionStart === 0 && selectionEnd === value.length;
    let moved = false;
    if (event.key === "Enter") { if (!combo) step(n, event.shiftKey ? -1 : 1); moved = true; }
    else if (event.key === "Tab") {
      moved = step(n, event.shiftKey ? -1 : 1);
      if (!moved && !event.shiftKey && !again.disabled) { again.focus(); moved = true; } // past the last box: the foot
    }
    else if (event.target.tagName === "SELECT") return; // the arrows choose a word
    else if (event.key === "ArrowDown") moved = nearest(n, 1);
    else if (event.key === "ArrowUp") moved = nearest(n, -1);
    else if (event.key === "ArrowRight" && (atEnd || whole) && !event.shiftKey) moved = step(n, 1);
    else if (event.key === "ArrowLeft" && (atStart || whole) && !event.shiftKey) moved = step(n, -1);
    if (moved) event.preventDefault();
  };

  const boxOf = (event) => event.target.closest?.(".wb-slot")?.dataset.box ?? null;
  const onInput = (event) => {
    const n = boxOf(event);
    if (n && !event.isComposing) { hinted = n; write([[n, event.target.value]]); speak(n); }
  };
  const onPaste = (event) => { // a row of numbers into a row of boxes
    const n = boxOf(event);
    const parts = splitRow(event.clipboardData?.getData("text") ?? "");
    const grid = n && boxes.get(n).slot.closest(".wb-matrix, .wb-mat, table");
    const targets = order.slice(order.indexOf(n), order.indexOf(n) + parts.length);
    const fits = targets.length === parts.length && targets.every((m) => grid?.contains(boxes.get(m).slot));
    if (!n || parts.length < 2 || !fits) return;
    event.preventDefault();
    targets.forEach((m, i) => show(m, parts[i]));
    write(targets.map((m, i) => [m, parts[i]]));
    go(targets.at(-1));
  };
  const onFocus = (event) => { if (boxOf(event)) showHint(boxOf(event)); };
  const onBlur = (event) => {
    const n = boxOf(event);
    if (n && event.target.tagName === "INPUT") event.target.value = typeset(plain(event.target.value));
    if (!root.contains(event.relatedTarget)) showHint(null);
  };
  const onOver = (event) => { // the mouse may look at verdicts while nothing is being typed
    if (!body.contains(document.activeElement)) showHint(boxOf(event));
  };

  // -- life ----------------------------------------------------------------------------------------------------------
  const ask = (trait, value) => { model.set(trait, value); save(); };
  again.addEventListener("click", () => { ask("practice", model.get("shown") + 1); });
  back.addEventListener("click", () => { ask("practice", 0); again.focus(); });
  solve.addEventListener("click", () => ask("asked", !model.get("how")));
  body.addEventListener("input", onInput);
  body.addEventListener("compositionend", (event) => onInput({ target: event.target, isComposing: false }));
  body.addEventListener("paste", onPaste);
  body.addEventListener("focusin", onFocus);
  body.addEventListener("focusout", onBlur);
  body.addEventListener("pointerover", onOver);
  window.addEventListener("keydown", onKey, true);

  const onTexts = () => { for (const n of order) show(n, texts()[n] ?? ""); };
  const listeners = {
    "change:template": build, "change:verdicts": showVerdicts, "change:done": showVerdicts, "change:summary": showSum,
    "change:can_show": showSum, "change:how": showHow, "change:texts": onTexts, "change:trial": onTexts,
    "change:notes": showGiven, "msg:custom": onMessage,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const unwatch = watchKernel(model, () => { lost = true; say("kernel", LOST); showSum(); });
  build();
  showGiven();
  bind();
  askForFonts(model);

  return () => {
    unbind();
    unwatch();
    resized.disconnect();
    for (const timer of [restTimer, waitTimer, voiceTimer]) clearTimeout(timer);
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    window.removeEventListener("keydown", onKey, true);
  };
}

export default { render };
