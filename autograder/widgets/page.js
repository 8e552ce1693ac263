// A page of the workbook, alive: its boxes are a view of `answers = {...}` in a notebook's code cell.
//
// Nothing is marked here. Texts go to Python, verdicts come back (the traits of page_widget.py are the whole contract),
// and each text is written into the source of the cell, where nbgrader, git and the student find it. What a student
// typed only ever becomes an input's value, an attribute or a text node, never markup.

import { boxesIn, grow, showState, showText } from "./boxes.js";
import { bubble, spoken } from "./bubble.js";
import { cellLink } from "./cell_link.js";
import { addFonts, addStyle, askForFonts, element } from "./dom.js";
import { fromPaper } from "./from_paper.js";
import { go, listenToKeys } from "./keyboard.js";
import { goToCell, leaveTo, notebookOf, watchKernel } from "./notebook.js";
import { described, lights, nextShape, openDrawings, showEchoes, showTrails } from "./picture.js";
import { plain, splitRow, typeset } from "./python_source.js";

const LOST =
  "The kernel that checks this page is gone. Run this cell again to check your boxes; " +
  "until then what you type is still written into the cell.";
const UNREACHED = // said once in a notebook, by its first page
  "In this editor a page checks what you type, but cannot write it into its cell as you type. Type your answers into the " +
  "dict in the code cell, as in 3: 0.5 or 4: \"3/4\", or fill in the boxes and see below them what to do. " +
  "Links between pages do not jump here, and the bar at the top counts what was saved, or what the cells held when they ran.";
const RERUN = "These answers are not in the cell yet. Run this cell again to have them written there, or put this in place of its code:";
const COPY =
  "These answers are not in the cell yet, and this editor does not let the page write them there. " +
  "Put this in place of the cell’s code (Show code), and run it:";
const COMPUTED =
  "The cell no longer has plain answers = {…} for this page, so the boxes cannot be written down there. " +
  "Write the dict out again, as in answers = {1: 2, 2: \"3/4\"}.";
const BLANK = { state: "blank", words: "blank" };

let pages = 0;

/** What a page is made of besides its template. */
function frame(uid) {
  const button = (textContent) => element("button", "wb-button", { type: "button", textContent });
  const parts = {
    root: element("div", "wb-page wb-live"),
    banner: element("div", "wb-practice", { hidden: true }),
    body: element("article", "wb-body"), // in which a heading is no landmark of the whole notebook
    how: element("div", "wb-how", { hidden: true }),
    note: element("div", "wb-note", { hidden: true }),
    unwritten: element("div", "wb-unwritten", { hidden: true }),
    foot: element("div", "wb-foot"),
    hint: element("div", "wb-hint", { hidden: true, id: `wb-hint-${uid}` }),
    voice: element("div", "wb-voice"),
    sum: element("span", "wb-sum"),
    again: button("New numbers"), solve: button("Show how"), back: button("Back to my page"),
    nudge: button("Check by nudging"), drill: button("Practise this"), paper: button("From paper"),
    below: element("div", "wb-below"), // outside the page: what opens here looks after its own keys
    drilled: element("div", "wb-below"),
  };
  const { root, banner, body, how, note, unwritten, foot, hint, voice, sum, again, solve, nudge, drill, paper, back } = parts;
  voice.setAttribute("role", "status");
  solve.setAttribute("aria-expanded", "false");
  nudge.setAttribute("aria-expanded", "false");
  drill.setAttribute("aria-expanded", "false");
  drill.title = "A few exercises, with other numbers, on the slip of this page";
  nudge.title = "Nudge a number of this page and hold \u0394C/\u03b5 beside the gradient you typed";
  paper.title = "You worked on paper? Type your boxes one after the other";
  paper.classList.add("wb-quiet");
  again.title = "The same exercise with other numbers, for practice";
  banner.append(element("span", "", { textContent: "Practice: nothing here is handed in" }), back);
  foot.append(sum, again, solve, nudge, drill, paper);
  root.append(banner, body, how, note, unwritten, foot, hint, voice);
  return parts;
}

class LivePage {
  constructor(model, el) {
    this.model = model;
    this.uid = `${Math.random().toString(36).slice(2, 8)}${++pages}`;
    this.parts = frame(this.uid);
    this.boxes = new Map(); // number → {slot, input, label}
    this.lost = false; // the kernel is gone
    this.hinted = null; // the box whose words are shown
    this.said = new Map(); // topic → sentence under the page
    this.timers = {};
    const { root, body, hint } = this.parts;
    this.showBubble = bubble(hint, root, body);
    this.light = lights(body);
    this.link = cellLink({ model, onTexts: (entries) => this.fromCell(entries), onState: (state) => this.linked(state) });
    this.last = 1; // the box that had the focus last
    this.paper = fromPaper({
      root, button: this.parts.paper,
      send: (typed, at) => model.send({ want: "list", typed, at, client: this.uid }),
      first: () => Number([...this.boxes.keys()].find((n) => !this.texts[n]) ?? 1),
    });
    this.opened = {}; // what is open under the page, by the trait that names its model
    el.append(root, this.parts.below, this.parts.drilled);
    this.stops = [this.listen(), watchKernel(model, () => this.lose())];
    this.build();
    this.showGiven();
    this.showNudger();
    this.showDrill();
    this.link.bind();
    askForFonts(model);
  }

  dispose() {
    this.link.dispose();
    this.paper.dispose();
    for (const view of Object.values(this.opened)) view.remove();
    for (const stop of this.stops) stop();
    Object.values(this.timers).forEach(clearTimeout);
  }

  after(name, wait, act) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(act, wait);
  }

  // -- what Python says ------------------------------------------------------------------------------------------------

  get practising() { return this.model.get("shown") !== 0; }
  get texts() { return this.model.get(this.practising ? "trial" : "texts"); }
  verdict(n) { return this.model.get("verdicts")[n] ?? BLANK; }

  build() {
    const { root, body, banner } = this.parts;
    // From the catalogue; holds nothing a student typed. Ids must differ between renderings: url(#id) takes the first in
    // the document, even in a hidden twin.
    body.innerHTML = this.model.get("template").replaceAll("{{uid}}", this.uid);
    this.boxes = boxesIn(body);
    openDrawings(body);
    this.linkNeighbours();
    root.classList.toggle("wb-practising", this.practising);
    root.classList.toggle("wb-in-session", Boolean(this.model.get("in_session"))); // practice.js has the buttons
    banner.hidden = !this.practising;
    this.hinted = null;
    this.paper.close();
    this.showTexts();
    this.showVerdicts();
    this.showSum();
    this.showHow();
    this.showNote();
    this.showUnwritten();
    this.fitDrawings();
  }

  /** Links to the pages before and after, where they are in this notebook. */
  linkNeighbours() {
    const notebook = notebookOf(this.model), there = new Set([...(notebook?.cells ?? [])].map((cell) => cell.id));
    for (const link of this.parts.body.querySelectorAll(".wb-neighbours a")) {
      link.hidden = !there.has(link.dataset.cell);
      link.addEventListener("click", (event) => goToCell(event, notebook, link.dataset.cell));
    }
  }

  showTexts() {
    for (const [n, box] of this.boxes) showText(box, this.texts[n] ?? "");
  }

  showVerdicts() {
    for (const [n, box] of this.boxes) showState(box, this.verdict(n).state);
    this.showPicture((n) => this.verdict(n));
    this.showHint(this.hinted);
  }

  /** Verdicts and the number of the edit that they belong to change together: both are shown at once. */
  checked() {
    if (this.shows) return;
    this.shows = true;
    queueMicrotask(() => {
      this.shows = false;
      this.showVerdicts();
    });
  }

  showPicture(verdictOf) {
    showEchoes(this.parts.body, verdictOf);
    showTrails(this.parts.body, verdictOf);
  }

  showSum() {
    const { sum, again, solve, nudge, drill, paper } = this.parts;
    sum.textContent = this.model.get("summary");
    again.disabled = solve.disabled = nudge.disabled = drill.disabled = paper.disabled = this.lost;
    drill.hidden = !this.model.get("slip");
    solve.hidden = !this.model.get("can_show");
    nudge.hidden = !this.model.get("can_nudge");
  }

  showNudger() { this.open("nudger", this.parts.nudge, this.parts.below, ["Check by nudging", "Hide the check"]); }

  showDrill() { this.open("drill", this.parts.drill, this.parts.drilled, ["Practise this", "Hide the practice"]); }

  /** What opens under the page, an explorer or a session of practice, is a widget of its own; here it gets its place. */
  async open(trait, button, place, [closed, opened]) {
    const { model } = this, id = model.get(trait);
    button.textContent = id ? opened : closed;
    button.setAttribute("aria-expanded", String(Boolean(id)));
    this.opened[trait]?.remove();
    delete this.opened[trait];
    place.replaceChildren();
    if (!id) return;
    try {
      const manager = model.widget_manager, child = await manager.get_model(id.replace("IPY_MODEL_", ""));
      const view = await manager.create_view(child);
      if (model.get(trait) !== id) return view.remove(); // closed again meanwhile
      this.opened[trait] = view;
      place.replaceChildren(view.el);
    } catch { // its kernel is gone
      place.replaceChildren();
    }
  }

  showHow() {
    const { how, solve } = this.parts, html = this.model.get("how");
    how.hidden = !html;
    how.innerHTML = html; // from the catalogue
    solve.textContent = html ? "Hide how" : "Show how";
    solve.setAttribute("aria-expanded", String(Boolean(html)));
  }

  showHint(n) {
    this.hinted = this.boxes.has(n) ? n : null;
    const box = this.boxes.get(n), checked = box && box.slot.dataset.state !== "unchecked";
    this.showBubble(box, checked ? this.verdict(n) : null);
  }

  speak(n) { // once the typing rests
    this.after("voice", 700, () => {
      if (this.boxes.has(n)) this.parts.voice.textContent = spoken(this.boxes.get(n), this.verdict(n));
    });
  }

  say(topic, sentence) {
    if (sentence) this.said.set(topic, sentence);
    else this.said.delete(topic);
    this.showNote();
  }

  showNote() {
    const { note } = this.parts;
    note.replaceChildren(...[...this.said.values()].map((text) => element("p", "", { textContent: text })));
    note.hidden = this.said.size === 0 || (this.practising && !this.lost); // they are about the page to be handed in
  }

  /** Where nothing can be written into the cell, what should stand there, to be copied, until it does. */
  showUnwritten() {
    const { unwritten } = this.parts, source = this.model.get("unwritten");
    unwritten.hidden = !source || this.practising;
    if (unwritten.hidden) return unwritten.replaceChildren();
    const code = element("pre", "", { textContent: source, tabIndex: 0 });
    const copy = element("button", "wb-button", { type: "button", textContent: "Copy" });
    copy.addEventListener("click", () => {
      getSelection()?.selectAllChildren(code); // where the clipboard is closed to us, what is selected can be copied by hand
      navigator.clipboard?.writeText(source).then(() => { copy.textContent = "Copied"; }, () => {});
    });
    unwritten.replaceChildren(element("p", "", { textContent: this.model.get("rewrites") ? RERUN : COPY }), code, copy);
  }

  showGiven() { this.model.get("notes").forEach((text, i) => this.say(`python ${i}`, text)); }

  lose() {
    this.lost = true;
    this.say("kernel", LOST);
    this.showSum();
  }

  /** Drawings shrink with the page down to two thirds; narrower than that they scroll. */
  fitDrawings() {
    const { body } = this.parts, room = body.clientWidth;
    if (!room) return; // not in the document yet
    for (const drawing of body.querySelectorAll(".wb-drawing")) {
      const wide = parseFloat(drawing.style.width) || room;
      drawing.style.zoom = Math.max(0.66, Math.min(1, room / wide));
    }
    if (this.hinted) this.showHint(this.hinted);
  }

  // -- what is typed: to Python, and into the cell ---------------------------------------------------------------------

  save() { if (!this.lost) this.model.save_changes(); }

  write(edits) { // [[box, text], ...]
    if (!this.practising) this.link.rebind();
    const typed = edits.map(([n, text]) => [n, plain(text)]);
    this.push({ ...this.texts, ...Object.fromEntries(typed) }, edits.map(([n]) => n));
    for (const [n, text] of edits) grow(this.boxes.get(n).input, text);
    // Python has the texts already and checks them while the editor takes in the change.
    if (!this.practising) this.link.write(edits);
  }

  push(now, changed) {
    const { model } = this;
    model.set(this.practising ? "trial" : "texts", now);
    model.set("client", this.uid);
    model.set("seq", model.get("seq") + 1);
    this.save();
    if (this.lost) this.uncheck(changed);
    else this.after("wait", 1500, () => { if (model.get("done") < model.get("seq")) this.uncheck(changed); });
    if (!this.practising) {
      this.after("twin", 400, () => { if (!this.lost) model.send({ want: "twin", client: this.uid }); });
    }
  }

  uncheck(changed) { // an old verdict must not stand beside a new text
    for (const n of changed) if (this.boxes.has(n)) this.boxes.get(n).slot.dataset.state = "unchecked";
    this.showPicture((n) => (changed.includes(n) ? BLANK : this.verdict(n)));
    this.showHint(this.hinted);
  }

  fromCell(entries) { // it changed: by undo, by hand, by somebody else
    const before = this.model.get("texts"), now = {}, changed = [];
    for (const [n, box] of this.boxes) {
      now[n] = plain(entries.get(n)?.text ?? "");
      if (now[n] !== plain(before[n] ?? "")) changed.push(n);
      if (!this.practising) showText(box, now[n]);
    }
    if (!changed.length) return;
    if (!this.practising) return this.push(now, changed);
    this.model.set("texts", now); // the graded texts, whatever is being practised meanwhile
    this.save();
  }

  linked({ computed, reached }) {
    if (computed !== undefined) this.say("cell", computed ? COMPUTED : "");
    if (reached === undefined) return;
    this.say("reach", reached || !this.model.get("first") ? "" : UNREACHED);
    if (this.model.get("writeback") !== reached) this.ask("writeback", reached);
  }

  ask(trait, value) {
    this.model.set(trait, value);
    this.save();
  }

  // -- events ------------------------------------------------------------------------------------------------------------

  listen() {
    const { root, body, again, back, solve, nudge, drill } = this.parts, { model } = this;
    const on = {
      "change:template": () => this.build(), "change:verdicts": () => this.checked(),
      "change:done": () => this.checked(), "change:summary": () => this.showSum(),
      "change:can_show": () => this.showSum(), "change:can_nudge": () => this.showSum(),
      "change:nudger": () => this.showNudger(), "change:drill": () => this.showDrill(),
      "change:slip": () => this.showSum(), "change:how": () => this.showHow(),
      "change:texts": () => this.showTexts(), "change:trial": () => this.showTexts(),
      "change:unwritten": () => this.showUnwritten(),
      "change:notes": () => this.showGiven(), "msg:custom": (...message) => this.receive(...message),
    };
    for (const [event, listener] of Object.entries(on)) model.on(event, listener);
    again.addEventListener("click", () => this.ask("practice", model.get("shown") + 1));
    back.addEventListener("click", () => { this.ask("practice", 0); again.focus(); });
    solve.addEventListener("click", () => this.ask("asked", !model.get("how")));
    nudge.addEventListener("click", () => this.ask("nudging", model.get("nudger") ? 0 : Number(this.last)));
    drill.addEventListener("click", () => this.ask("drilling", !model.get("drill")));
    body.addEventListener("input", (event) => this.typed(event.target, event.isComposing));
    body.addEventListener("compositionend", (event) => this.typed(event.target));
    body.addEventListener("paste", (event) => this.pasted(event));
    body.addEventListener("focusin", (event) => this.focused(event.target));
    body.addEventListener("focusout", (event) => this.blurred(event));
    body.addEventListener("pointerover", (event) => this.pointed(event.target));
    body.addEventListener("pointerleave", () => this.light(this.focus));
    const keys = { root, after: again, leave: () => this.leave(), walk: (...where) => this.walk(...where) };
    const quiet = listenToKeys(Object.defineProperty(keys, "boxes", { get: () => this.boxes }));
    const resized = new ResizeObserver(() => this.fitDrawings());
    resized.observe(root);
    return () => {
      for (const [event, listener] of Object.entries(on)) model.off(event, listener);
      quiet();
      resized.disconnect();
    };
  }

  boxOf(target) { return target.closest?.(".wb-slot")?.dataset.box ?? null; }

  get focus() { return this.parts.body.contains(document.activeElement) ? document.activeElement : null; }

  receive(message, buffers) {
    if (message?.fonts) addFonts(message.fonts, buffers ?? []);
    if (message?.client !== this.uid) return;
    if (message.twin) this.link.putTwin(message.twin);
    if (message.listed) this.fill(message);
  }

  /** Boxes that were typed as a list: the same as if each had been typed into. */
  fill(message) {
    const edits = message.listed.filter(([n]) => this.boxes.has(n));
    for (const [n, text] of edits) showText(this.boxes.get(n), text);
    if (edits.length) this.write(edits);
    this.paper.answer(message);
  }

  typed(target, composing = false) {
    const n = this.boxOf(target);
    if (!n || composing) return;
    this.hinted = n;
    this.write([[n, target.value]]);
    this.speak(n);
  }

  pasted(event) { // a row of numbers into a row of boxes
    const n = this.boxOf(event.target), parts = splitRow(event.clipboardData?.getData("text") ?? "");
    const order = [...this.boxes.keys()], targets = order.slice(order.indexOf(n)).slice(0, parts.length);
    const grid = n && this.boxes.get(n).slot.closest(".wb-matrix, .wb-mat, table");
    const fits = targets.length === parts.length && targets.every((m) => grid?.contains(this.boxes.get(m).slot));
    if (!n || parts.length < 2 || !fits) return;
    event.preventDefault();
    targets.forEach((m, i) => showText(this.boxes.get(m), parts[i]));
    this.write(targets.map((m, i) => [m, parts[i]]));
    go(this.boxes.get(targets.at(-1)));
  }

  focused(target) {
    const n = this.boxOf(target);
    if (n) this.showHint(this.last = n);
    this.light(target);
  }

  blurred({ target, relatedTarget }) {
    if (this.boxOf(target) && target.tagName === "INPUT") target.value = typeset(plain(target.value));
    if (this.parts.root.contains(relatedTarget)) return;
    this.showHint(null);
    this.light(null);
  }

  pointed(target) { // the mouse may look at verdicts while nothing is being typed
    if (!this.focus) this.showHint(this.boxOf(target));
    this.light(target.closest("[data-lit], [data-echo], .wb-slot") ?? this.focus);
  }

  /** Through a drawing that has the focus, by an arrow key. */
  walk(target, key) {
    const shape = target.matches(".wb-drawing") ? nextShape(target, key, this.reached) : null;
    if (!shape) return false;
    this.reached = shape;
    this.light(shape);
    this.parts.voice.textContent = described(this.parts.body, shape);
    return true;
  }

  leave() { // to the notebook cell around us
    this.showHint(null);
    leaveTo(this.parts.root);
  }
}

function render({ model, el }) {
  addStyle(STYLE);
  const page = new LivePage(model, el);
  return () => page.dispose();
}

export default { render };
