// The picture of a page alive: answers appear in it once they are right, and things of one name light up together.
//
// What is written where, and by which names, layout says: data-echo="3" repeats box 3; data-lit="w21" is what lights up
// as w21; data-uses="δ2 a1" names the factors that it is made of; data-places="4,2 #1,#2" is a way from (4, 2) to where
// boxes 1 and 2 say. Which answers appear, Python says, in the verdicts.

import { nodesOf, textOfRuns } from "./dom.js";

/** Show in the picture what the verdicts let be seen of each box. */
export function showEchoes(body, verdictOf) {
  for (const echo of body.querySelectorAll(".wb-echo")) {
    const shown = verdictOf(echo.dataset.echo).echo;
    echo.toggleAttribute("data-on", Boolean(shown));
    echo.style.setProperty("--letters", textOfRuns(shown).length || 1); // a long one is set smaller to stay in its node
    echo.querySelector(".wb-typed").replaceChildren(...nodesOf(shown));
  }
}

/** Draw the ways of the picture as far as the verdicts let them be known: Html.trail does the same on a page that stands still. */
export function showTrails(body, verdictOf) {
  for (const trail of body.querySelectorAll("g.wb-trail")) {
    const [left, top, across, down] = trail.dataset.scale.split(" ").map(Number);
    const number = (text) => (text.startsWith("#") ? verdictOf(text.slice(1)).place : Number(text));
    const spots = trail.dataset.places.split(" ").map((place) => place.split(",").map(number))
      .map(([x, y]) => (x === undefined || y === undefined ? null : `${left + x * across} ${top + y * down}`));
    const [line, dots] = trail.children;
    line.setAttribute("d", spots.map((spot, n) => (n && spot && spots[n - 1] ? `M${spots[n - 1]}L${spot}` : "")).join(""));
    dots.setAttribute("d", spots.map((spot) => (spot ? `M${spot}h.01` : "")).join(""));
  }
}

const NAMED = "[data-lit], [data-echo], .wb-slot";
const words = (text) => (text ?? "").split(" ").filter(Boolean);

/** The names of a thing: those it was given, and the box that it is or repeats. */
function namesOf(thing) {
  const { lit, box, echo } = thing.dataset;
  return [...words(lit), ...[box, echo].filter(Boolean).map((n) => `box${n}`)];
}

/** All that lights up with `thing`: what shares a name with it or with what is around it, its factors, and what it is a factor of. */
export function litWith(body, thing) {
  const names = new Set(), uses = new Set();
  for (let at = thing?.closest?.(NAMED); at && body.contains(at); at = at.parentElement?.closest(NAMED)) {
    namesOf(at).forEach((name) => names.add(name));
    words(at.dataset.uses).forEach((name) => uses.add(name));
  }
  const together = [...body.querySelectorAll(NAMED)].filter((other) =>
    namesOf(other).some((name) => names.has(name) || uses.has(name)) ||
    words(other.dataset.uses).some((name) => names.has(name)));
  const others = together.some((other) => other !== thing && !other.contains(thing));
  return others ? together : [];
}

/** Light what belongs to what is pointed at; without a pointer, to what has the focus. Returns light(thing or null). */
export function lights(body) {
  let on = [];
  return (thing) => {
    const now = litWith(body, thing);
    for (const one of on) if (!now.includes(one)) one.classList.remove("wb-on");
    for (const one of now) one.classList.add("wb-on");
    on = now;
  };
}

/** Make each drawing with names one stop of the Tab key, from which the arrow keys go through its lines and nodes. */
export function openDrawings(body) {
  for (const drawing of body.querySelectorAll(".wb-drawing:has(svg [data-lit])")) {
    drawing.tabIndex = 0;
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", drawing.querySelector("svg").getAttribute("aria-label"));
    drawing.setAttribute("aria-roledescription", "drawing; the arrow keys go through its lines and nodes");
  }
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The next line or node of a drawing, as an arrow key asks for it, after the one that was reached; null for another key. */
export function nextShape(drawing, key, reached) {
  const shapes = [...drawing.querySelectorAll("svg [data-lit]:not(.wb-touch)")];
  if (!STEPS[key] || !shapes.length) return null;
  const from = shapes.includes(reached) ? shapes.indexOf(reached) : STEPS[key] > 0 ? -1 : 0;
  return shapes[(from + STEPS[key] + shapes.length) % shapes.length];
}

/** A line or a node in words: its names, what is written on it, and what lights up with it. */
export function described(body, shape) {
  const spoken = (names) => words(names).filter((name) => !name.startsWith("·"))
    .map((name) => name.replace(/^box(\d+)$/, "box $1").replace(/\^\((.+?)\)/g, " layer $1").replace(/[\^_]/g, " "));
  const kind = shape.tagName === "circle" ? "node" : "line";
  const uses = spoken(shape.dataset.uses);
  const texts = litWith(body, shape).filter((one) => !one.closest("svg")).map((one) => one.innerText.trim());
  const shown = [...new Set(texts.filter((text) => text && text.length < 24))];
  return [`${kind} ${spoken(shape.dataset.lit).join(", ")}`.trim(), uses.length ? `uses ${uses.join(" and ")}` : "",
    shown.join(", ")].filter(Boolean).join(": ");
}
