// A session of practice: what Python says, the page of the exercise, and the buttons under it.
//
// Nothing is marked or chosen here. A button sends what it is called, and with "check" what stands in the boxes.

import { addFonts, addStyle, askForFonts, element } from "./dom.js";
import { connectLinks, leaveTo, watchKernel } from "./notebook.js";

const GONE = "The kernel is gone. Run this cell again to go on; every answer that was finished is kept.";

class Practice {
  constructor(model, el) {
    this.model = model;
    this.head = element("div", "wb-session-head", { tabIndex: -1 });
    this.place = element("div", "wb-session-page");
    this.told = element("div", "wb-session-told");
    this.foot = element("div", "wb-session-foot");
    this.note = element("p", "wb-session-note", { hidden: true });
    this.root = element("section", "wb-session wb-session-live", { ariaLabel: "Practice" });
    this.told.setAttribute("role", "status");
    this.root.append(this.head, this.place, this.told, this.foot, this.note);
    el.append(this.root);
    this.exercise = ""; // the model whose page is shown
    this.view = null;
    this.listen();
    this.show(false);
    askForFonts(model);
  }

  listen() {
    const { model, root } = this;
    const on = {
      "change:turn": () => this.show(true),
      "msg:custom": (message, buffers) => { if (message?.fonts) addFonts(message.fonts, buffers ?? []); },
    };
    for (const [event, listener] of Object.entries(on)) model.on(event, listener);
    const onEnter = () => { if (model.get("phase") === "exercise") this.act("check"); };
    root.addEventListener("wb-last", onEnter);
    // Jupyter's own shortcuts must not fire in here: see keyboard.js for why on window and in the capture phase.
    const onKey = (event) => {
      if (!root.contains(event.target) || event.target.closest(".wb-page.wb-live")) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      event.stopPropagation();
      if (event.key === "Escape") { event.preventDefault(); leaveTo(root); }
    };
    window.addEventListener("keydown", onKey, true);
    const unwatch = watchKernel(model, () => this.lose());
    this.stop = () => {
      for (const [event, listener] of Object.entries(on)) model.off(event, listener);
      window.removeEventListener("keydown", onKey, true);
      unwatch();
      this.view?.remove();
    };
  }

  lose() {
    this.note.textContent = GONE;
    this.note.hidden = false;
    for (const button of this.foot.querySelectorAll("button")) button.disabled = true;
  }

  /** What Python says; `moved` where the student asked for it, so that the focus goes on with it. */
  async show(moved) {
    const { model, head, told, foot, note } = this, turn = model.get("turn");
    const held = this.root.contains(document.activeElement) || document.activeElement === document.body;
    head.innerHTML = model.get("head"); // from the catalogue, what was typed escaped
    told.innerHTML = model.get("told"); // so is this
    told.hidden = !told.innerHTML;
    note.textContent = model.get("remark");
    note.hidden = !note.textContent;
    this.root.dataset.phase = model.get("phase");
    foot.replaceChildren(...model.get("buttons").map(({ name, label }, n) => this.button(name, label, n === 0)));
    for (const part of [head, told]) connectLinks(part, model);
    await this.showExercise();
    if (moved && held && model.get("turn") === turn) this.focus();
  }

  button(name, label, first) {
    const button = element("button", `wb-button${first ? " wb-first" : ""}`, { type: "button", textContent: label });
    button.addEventListener("click", () => this.act(name));
    return button;
  }

  async act(name) {
    for (const button of this.foot.querySelectorAll("button")) button.disabled = true; // until Python has answered
    const texts = name === "check" ? (await this.child())?.get("trial") ?? {} : {};
    this.model.send({ do: name, texts });
  }

  child() {
    const id = this.model.get("exercise").replace("IPY_MODEL_", "");
    return id ? this.model.widget_manager.get_model(id) : null;
  }

  async showExercise() {
    const id = this.model.get("exercise");
    if (id === this.exercise) return;
    this.exercise = id;
    this.view?.remove();
    this.view = null;
    this.place.replaceChildren();
    if (!id) return;
    try {
      const view = await this.model.widget_manager.create_view(await this.child());
      if (this.model.get("exercise") !== id) return view.remove(); // gone on meanwhile
      this.view = view;
      this.place.replaceChildren(view.el);
      await new Promise((drawn) => setTimeout(drawn)); // anywidget draws a moment later
      for (let tries = 0; !this.place.querySelector(".wb-input") && tries < 50; tries++) {
        await new Promise((later) => setTimeout(later, 20));
      }
    } catch { // its kernel is gone
      this.place.replaceChildren();
    }
  }

  /** To what comes next: the first box that is open, the button that goes on, or the end. */
  focus() {
    const { phase, place, foot, head } = { ...this, phase: this.model.get("phase") };
    const open = '.wb-slot:not([data-state="right"], [data-state="follows"]) .wb-input';
    const next = phase === "exercise" ? place.querySelector(open) : foot.querySelector(".wb-first");
    (phase === "end" ? head : next ?? head).focus({ preventScroll: phase !== "end" && phase !== "exercise" });
  }
}

function render({ model, el }) {
  addStyle(STYLE);
  const practice = new Practice(model, el);
  return () => practice.stop();
}

export default { render };
