// An explorer, alive: controls here, everything computed and drawn in Python (explorer_widget.py has the contract).
//
// The values of all controls are sent whenever one is moved; the picture comes back as HTML in `body` and is laid over
// the old one node by node, so that what has the focus or is being dragged stays. Nothing a student typed elsewhere is
// read or changed.

import { addFonts, addStyle, askForFonts, element } from "./dom.js";
import { leaveTo, watchKernel } from "./notebook.js";

const UNDERWAY = 2; // changes that may be on their way at once: one being drawn, the next already waiting at the kernel
const PATIENCE = 2000; // milliseconds after which an answer is taken for lost
const GONE = "The kernel that draws this is gone. Run this cell again to move things.";

/** Make `old` look like `fresh`, keeping the elements that are still there. */
export function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh.cloneNode(true));
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  const kept = [...old.childNodes], wanted = [...fresh.childNodes];
  wanted.forEach((node, i) => { if (kept[i]) morph(kept[i], node); else old.append(node.cloneNode(true)); });
  for (const node of kept.slice(wanted.length)) node.remove();
}

const decimals = (step) => (String(step).split(".")[1] ?? "").length;
const shown = (value, step = 0) => {
  const text = step ? value.toFixed(decimals(step)) : String(value);
  return text.replace("-", "\u2212");
};

// ---- The controls: one function for each kind, which returns {element, show(spec)} -----------------------------------

const caption = (spec, tag = "span") => Object.assign(element(tag, "wb-m"), { innerHTML: spec.label }); // the catalogue's

function range(spec, read, write, print, set) {
  const input = element("input", "", { type: "range" });
  const output = element("output", "");
  input.setAttribute("aria-label", spec.spoken);
  output.setAttribute("aria-hidden", "true");
  input.addEventListener("input", () => set(spec.name, read(Number(input.value))));
  const show = (now) => {
    const [low, high, step] = write.span(now);
    Object.assign(input, { min: low, max: high, step });
    const at = String(write.place(now));
    if (input.value !== at) input.value = at;
    output.textContent = print(now);
    input.setAttribute("aria-valuetext", print(now));
  };
  return { input, output, show };
}

const KINDS = {
  slider(spec, set) {
    const write = { span: (now) => [now.low, now.high, now.step], place: (now) => now.value };
    const { input, output, show } = range(spec, (at) => at, write, (now) => shown(now.value, now.step), set);
    const row = element("label", "wb-control");
    row.append(caption(spec), input, output);
    return { element: row, show };
  },

  scale(spec, set) {
    const write = { span: (now) => [0, now.values.length - 1, 1], place: (now) => now.values.indexOf(now.value) };
    const { input, output, show } = range(spec, (at) => spec.values[at], write, (now) => shown(now.value), set);
    const row = element("label", "wb-control");
    row.append(caption(spec), input, output);
    return { element: row, show };
  },

  choice(spec, set, uid) {
    const row = element("div", "wb-control");
    const options = element("div", "wb-options");
    row.setAttribute("role", "radiogroup");
    row.setAttribute("aria-label", spec.spoken);
    for (const option of spec.options) {
      const label = element("label", "");
      const input = element("input", "", { type: "radio", name: `${uid}-${spec.name}`, value: option.value });
      input.addEventListener("change", () => { if (input.checked) set(spec.name, option.value); });
      label.append(input, Object.assign(element("span", "wb-m"), { innerHTML: option.label }));
      options.append(label);
    }
    row.append(caption(spec), options);
    const show = (now) => options.querySelectorAll("input").forEach((one) => { one.checked = one.value === now.value; });
    return { element: row, show };
  },

  switch(spec, set) {
    const row = element("label", "wb-control wb-switch");
    const input = element("input", "", { type: "checkbox" });
    input.setAttribute("aria-label", spec.spoken);
    input.addEventListener("change", () => set(spec.name, input.checked));
    row.append(input, caption(spec));
    return { element: row, show: (now) => { input.checked = now.value; } };
  },

  steps(spec, set) {
    const write = { span: (now) => [now.low, now.high, 1], place: (now) => now.value };
    const { input, output, show } = range(spec, (at) => at, write, (now) => `${now.value * now.each} of ${now.high * now.each}`, set);
    const button = (said, text, act) => {
      const made = element("button", "wb-button", { type: "button", textContent: text });
      made.setAttribute("aria-label", said);
      made.addEventListener("click", act);
      return made;
    };
    let now = spec, timer = 0;
    const go = (by) => { if (now.value + by >= now.low && now.value + by <= now.high) set(spec.name, now.value + by); };
    const stop = () => { clearInterval(timer); timer = 0; play.textContent = "\u25b6"; play.setAttribute("aria-label", "Play"); };
    const back = button("One step back", "\u2190", () => { stop(); go(-1); });
    const next = button("One step on", "\u2192", () => { stop(); go(1); });
    const play = button("Play", "\u25b6", () => {
      if (timer) return stop();
      if (now.value >= now.high) set(spec.name, now.low);
      timer = setInterval(() => { if (now.value >= now.high || !play.isConnected) stop(); else go(1); }, spec.play);
      play.textContent = "\u23f8";
      play.setAttribute("aria-label", "Stop");
    });
    input.addEventListener("input", stop);
    const row = element("div", "wb-control"), inner = element("div", "wb-steps");
    inner.append(back, ...(spec.play ? [play] : []), next, input);
    row.append(caption(spec), inner, output);
    return { element: row, show: (fresh) => { now = fresh; show(fresh); }, close: stop };
  },

  text(spec, set) {
    const row = element("label", "wb-control");
    const input = element("input", "wb-text", { type: "text", autocomplete: "off", spellcheck: false, maxLength: 200 });
    input.setAttribute("aria-label", spec.spoken);
    input.addEventListener("input", () => set(spec.name, input.value));
    row.append(caption(spec), input);
    const show = (now) => { if (document.activeElement !== input && input.value !== now.value) input.value = now.value; };
    return { element: row, show };
  },
};

const RESHAPING = new Set(["choice", "switch", "text"]); // they choose another picture, the others move things in it

let explorers = 0;

function render({ model, el }) {
  addStyle(STYLE);
  const uid = `wb-x${++explorers}-${Math.random().toString(36).slice(2, 8)}`;
  const root = element("div", "wb-page wb-explorer wb-live");
  root.dataset.explorer = model.get("slug");
  const head = element("article", "", { innerHTML: model.get("heading") }); // in which a header is no landmark
  const controls = element("div", "wb-controls");
  const body = element("div", "wb-drawn");
  const note = element("div", "wb-note", { hidden: true });
  const foot = element("div", "wb-foot");
  const again = element("button", "wb-button", { type: "button", textContent: "Start again" });
  const voice = element("div", "wb-voice");
  voice.setAttribute("role", "status");
  foot.append(again);
  root.append(head, controls, body, note, foot, voice);
  el.append(root);

  let specs = new Map(), made = new Map(), lost = false;
  let other = false; // whether another picture was asked for, which may be lower

  // -- to Python -----------------------------------------------------------------------------------------------------
  let values = { ...model.get("values") }; // newer than the model's while a change is on its way
  const set = (name, value) => {
    if (lost) return;
    values = { ...values, [name]: value };
    const spec = specs.get(name);
    other ||= RESHAPING.has(spec?.kind);
    if (spec) { // the control itself answers at once
      specs.set(name, { ...spec, value });
      made.get(name)?.show(specs.get(name));
    }
    push();
  };
  let asked = model.get("done"), waiting = false, sent = 0;
  const push = () => {
    waiting = asked - model.get("done") >= UNDERWAY && Date.now() - sent < PATIENCE;
    if (waiting) return; // the newest values go out with the next answer; those between are never computed
    asked += 1;
    sent = Date.now();
    body.dataset.asked = asked;
    model.send({ values, seq: asked });
  };
  again.addEventListener("click", () => { values = {}; other = true; push(); });

  // -- from Python ---------------------------------------------------------------------------------------------------
  const current = () => model.get("done") >= asked && !waiting;

  const showControls = () => {
    const wanted = model.get("controls"), seen = wanted.filter((spec) => KINDS[spec.kind]); // handles are in the picture
    const shape = ({ value, ...rest }) => JSON.stringify(rest);
    const fresh = new Map();
    for (const spec of seen) { // a control that is as it was stays, with the focus and the caret in it
      const old = specs.get(spec.name), kept = old && shape(old) === shape(spec) && made.get(spec.name);
      fresh.set(spec.name, kept || KINDS[spec.kind](spec, set, uid));
    }
    for (const [name, one] of made) if (fresh.get(name) !== one) { one.close?.(); one.element.remove(); }
    let before = null;
    for (const one of [...fresh.values()].reverse()) {
      if (one.element.parentNode !== controls || one.element.nextSibling !== before) controls.insertBefore(one.element, before);
      before = one.element;
    }
    made = fresh;
    // While newer values are on their way, a control shows those.
    specs = new Map(wanted.map((spec) => [spec.name, current() ? spec : { ...spec, value: values[spec.name] ?? spec.value }]));
    for (const [name, one] of made) one.show(specs.get(name));
  };

  const template = document.createElement("template");
  const draw = () => {
    template.innerHTML = `<div class="wb-drawn">${model.get("body")}</div>`; // from the catalogue, numbers in it
    // Before it is laid over the old picture: a handle that lost its tabindex for a moment would lose the focus.
    for (const handle of template.content.querySelectorAll(".wb-handle")) equip(handle);
    morph(body, template.content.firstChild);
    Object.assign(body.dataset, { asked, done: model.get("done") });
    if (other) hold(true);
    other = false;
  };
  // While something is moved, what stands below stays where it is: the body grows where it must, and never shrinks.
  let wide = 0;
  const hold = (anew) => {
    if (anew) root.style.removeProperty("--tall");
    wide = body.offsetWidth;
    root.style.setProperty("--tall", `${body.getBoundingClientRect().height}px`);
  };
  const sized = new ResizeObserver(() => hold(body.offsetWidth !== wide));
  sized.observe(body);
  const show = () => {
    showControls();
    draw();
    note.textContent = lost ? GONE : model.get("trouble");
    note.hidden = !note.textContent;
    asked = Math.max(asked, model.get("done")); // another view may have asked for more
    if (waiting) push();
  };

  let voiceTimer = 0;
  const speak = () => { // once the moving rests
    clearTimeout(voiceTimer);
    voiceTimer = setTimeout(() => {
      voice.textContent = [...body.querySelectorAll(".wb-readings, .wb-say")].map((line) => line.textContent.trim()).join(" ");
    }, 900);
  };

  // -- handles -------------------------------------------------------------------------------------------------------
  const places = (handle) => { // what the handle sets, and where that is now
    const { control: name, along } = handle.dataset;
    const spec = specs.get(name);
    const pair = spec?.kind === "drag";
    return { name, along, spec, pair, x: pair ? spec.value[0] : spec?.value, y: pair ? spec.value[1] : spec?.value };
  };
  /** What assistive technology gets: a slider for the coordinate that arrow keys left and right move. */
  function equip(handle) {
    const { along, spec, pair, x, y } = places(handle);
    if (!spec) return;
    const [low, high] = pair ? spec.x : [spec.low, spec.high];
    const said = pair ? `${shown(x, spec.step)}, ${shown(y, spec.step)}` : shown(x, spec.step);
    const given = { tabindex: lost ? -1 : 0, role: "slider", "aria-label": spec.spoken, "aria-valuemin": low,
      "aria-valuemax": high, "aria-valuenow": x, "aria-valuetext": said,
      "aria-orientation": along === "y" ? "vertical" : "horizontal" };
    for (const [name, value] of Object.entries(given)) handle.setAttribute(name, value);
  }
  const moveTo = (handle, x, y) => {
    const { name, along, spec, pair } = places(handle);
    if (!spec) return;
    const fit = (value, [low, high]) => {
      const at = low + Math.round((Math.min(high, Math.max(low, value)) - low) / spec.step) * spec.step;
      return Number(Math.min(high, at).toFixed(9));
    };
    const span = [spec.low, spec.high];
    const value = pair ? [fit(x, spec.x), fit(y, spec.y)] : fit(along === "y" ? y : x, span);
    if (JSON.stringify(value) !== JSON.stringify(spec.value)) set(name, value);
    speak();
  };

  let held = null; // the handle being dragged, and how far from its middle it was taken
  const pointed = (event) => { // where the pointer is, in the figure's units
    const area = held.handle.closest(".wb-figure").querySelector(".wb-area").getBoundingClientRect();
    const [x0, x1, y0, y1] = held.handle.dataset.spans.split(" ").map(Number);
    const u = (event.clientX - held.dx - area.left) / area.width, v = (event.clientY - held.dy - area.top) / area.height;
    return [x0 + u * (x1 - x0), y1 + v * (y0 - y1)];
  };
  const onDown = (event) => {
    const handle = event.target.closest?.(".wb-handle");
    if (!handle || lost || event.button !== 0) return;
    const knob = handle.querySelector(".wb-knob").getBoundingClientRect();
    held = { handle, dx: event.clientX - (knob.left + knob.right) / 2, dy: event.clientY - (knob.top + knob.bottom) / 2 };
    body.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
  };
  const onMove = (event) => { if (held) moveTo(held.handle, ...pointed(event)); };
  const onUp = () => { held = null; };
  const onPick = (event) => { // what is chosen in the picture; the keyboard has the control itself
    const picked = event.target.closest?.(".wb-pick");
    if (picked) set(picked.dataset.control, picked.dataset.value);
  };

  // Jupyter's own shortcuts must not fire in here: see page.js for why on window and in the capture phase.
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const onKey = (event) => {
    if (!root.contains(event.target)) return;
    const combo = event.ctrlKey || event.metaKey || event.altKey;
    if (combo && event.key !== "Enter") return;
    event.stopPropagation();
    if (event.key === "Escape") { event.preventDefault(); leaveTo(root); return; }
    const handle = event.target.closest(".wb-handle"), arrow = ARROWS[event.key];
    if (!handle || !arrow) {
      if (event.key === "Enter" && event.target.type !== "button") event.preventDefault();
      return;
    }
    event.preventDefault();
    const { along, spec, pair, x, y } = places(handle);
    if (!spec) return;
    const by = spec.step * (event.shiftKey ? 10 : 1);
    const [, , y0, y1] = handle.dataset.spans.split(" ").map(Number); // a figure may count downwards
    const [dx, dy] = pair ? [arrow[0], arrow[1] * Math.sign(y1 - y0)] : along === "y" ? [0, arrow[0] + arrow[1]] : [arrow[0] + arrow[1], 0];
    moveTo(handle, x + dx * by, y + dy * by);
  };

  // -- life ----------------------------------------------------------------------------------------------------------
  const onMessage = (message, buffers) => { if (message?.fonts) addFonts(message.fonts, buffers ?? []); };
  body.addEventListener("pointerdown", onDown);
  body.addEventListener("pointermove", onMove);
  body.addEventListener("click", onPick);
  body.addEventListener("pointerup", onUp);
  body.addEventListener("lostpointercapture", onUp);
  controls.addEventListener("change", speak);
  window.addEventListener("keydown", onKey, true);
  let due = false;
  const soon = () => { // one answer changes several traits
    if (due) return;
    due = true;
    queueMicrotask(() => { due = false; show(); });
  };
  const listeners = {
    "change:done": soon, "change:body": soon, "change:controls": soon, "change:trouble": soon, "msg:custom": onMessage,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const unwatch = watchKernel(model, () => {
    lost = true;
    show();
    root.querySelectorAll("input, button").forEach((one) => { one.disabled = true; });
    body.querySelectorAll(".wb-handle").forEach(equip);
  });
  show();
  askForFonts(model);

  return () => {
    for (const one of made.values()) one.close?.();
    unwatch();
    sized.disconnect();
    clearTimeout(voiceTimer);
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    window.removeEventListener("keydown", onKey, true);
  };
}

export default { render };
