// Which cells of a chapter may run by themselves: those that are plainly the workbook's and hold nothing but data.
//
//   read(cell.source)    {kind: "page", slug: "gradients/one-weight"}, or {kind: "", why: "…"} for all that is not ours
//
// A cell is run on opening only if its whole text is one of the few forms below, so nothing that a student or a stranger
// wrote is ever run by itself. Of metadata, ids and outputs nothing is believed.

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*){0,2}$/; // course/chapter/page, or the last two, or less
const CODE = /^[a-z]+(_[a-z]+)*$/; // of a slip
const IMPORT = /^from autograder\.notebook import (course|explore|grade|page|practice|progress)(, (course|explore|grade|page|practice|progress))*$/;
const MOST = 100_000; // characters of a cell that are looked at
/** Control characters, and what Python or IPython may take for the end of a line where we do not. */
const STRANGE = /[^\n\t\x20-\x7e\xa0-\u2027\u202a-\uffff]/;

const TOKEN = new RegExp(
  [
    /(?<blank>[ \t]+|#[^\n]*)/,
    /(?<newline>\r?\n)/,
    /(?<string>"(?:[^"\\\r\n]|\\["\\nrt'])*"|'(?:[^'\\\r\n]|\\["\\nrt'])*')/,
    /(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))/,
    /(?<name>[A-Za-z_][A-Za-z_0-9]*)/,
    /(?<op>[-(){}\[\],:=\/+])/,
  ].map((part) => part.source).join("|"),
  "y",
);

/** The tokens of a text, with a newline wherever a statement may end; null where something else stands in it. */
function tokens(source) {
  const found = [];
  let depth = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) return null;
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (kind === "blank") {
      const indented = match[0][0] !== "#" && depth === 0 && (start === 0 || source[start - 1] === "\n");
      if (indented && !/^[ \t]*(#[^\n]*)?\r?(\n|$)/.test(source.slice(start))) return null; // an indented statement
    } else if (kind !== "newline") {
      if ("([{".includes(match[0])) depth += 1;
      if (")]}".includes(match[0])) depth -= 1;
      found.push({ kind, text: match[0] });
    } else if (depth === 0) found.push({ kind, text: "\n" });
  }
  return depth === 0 ? found : null;
}

/** Reads tokens from left to right; every method says whether it found what it was asked for. */
class Reader {
  constructor(list) { this.list = list; this.at = 0; }
  is(text) { const token = this.list[this.at]; return token !== undefined && token.kind !== "string" && token.text === text; }
  take(...texts) {
    for (const text of texts) {
      if (!this.is(text)) return false;
      this.at += 1;
    }
    return true;
  }
  kind(kind) { return this.list[this.at]?.kind === kind ? this.list[this.at++].text : null; }
  lines() { while (this.kind("newline")); return true; }
  get done() { return this.lines() && this.at === this.list.length; }

  slug() {
    const text = this.kind("string")?.slice(1, -1);
    return text !== undefined && text.length < 200 && SLUG.test(text) ? text : null;
  }

  /** What may be practised: a page, or a slip by its code. */
  practised() {
    const text = this.kind("string")?.slice(1, -1);
    return text !== undefined && text.length < 200 && (CODE.test(text) || SLUG.test(text));
  }

  /** None, True, False, a string, or a number with its sign, also as a fraction: 3/4. Two strings are not joined. */
  value() {
    if (this.take("None") || this.take("True") || this.take("False")) return true;
    if (this.kind("string") !== null) return this.list[this.at]?.kind !== "string";
    if (!this.take("-")) this.take("+");
    if (this.kind("number") === null) return false;
    if (!this.take("/")) return true;
    return this.kind("number") !== null && !this.is("/");
  }

  /** {1: 2, "2": "3/4", 3: None} */
  dict() {
    if (!this.take("{")) return false;
    while (!this.take("}")) {
      if (this.kind("number") === null && this.kind("string") === null) return false;
      if (!this.take(":") || !this.value()) return false;
      if (!this.take(",") && !this.is("}")) return false;
    }
    return true;
  }

  /** (show_how="practice", variants="student"): names with data; lists and dicts of data for chapters' own settings. */
  settings() {
    if (!this.take("(")) return false;
    while (!this.take(")")) {
      if (this.kind("name") === null || !this.take("=") || !(this.is("{") ? this.dict() : this.value())) return false;
      if (!this.take(",") && !this.is(")")) return false;
    }
    return true;
  }
}

const NOT_OURS = { kind: "", why: "" };
const refused = (why) => ({ kind: "", why });

/** How set-up cells begin since they say how the workbook is installed: word for word this, but for what pip is told. */
const [GUARD, THEN] = String.raw`try:
    import autograder.notebook
except ModuleNotFoundError as missing:
    line = "INSTALL"
    words = f"The workbook is not installed here. Run this in a new cell, then run this cell again:\n\n%{line}\n"
    missing._render_traceback_ = lambda: [words]
    if "google.colab" not in str(get_ipython()) or input(words + "\nOr install it now? yes/no: ") != "yes":
        raise
    get_ipython().run_line_magic(*line.split(" ", 1))
`.split("INSTALL");
const INSTALL = /^pip install (--find-links \. )?[A-Za-z0-9][A-Za-z0-9_.~:/@+=#%-]*/;

/** What is left of a set-up cell behind its guard, and what that tells pip; the whole cell where it has none. */
function unguarded(source) {
  if (!source.startsWith(GUARD)) return { rest: source };
  const inner = source.slice(GUARD.length), install = INSTALL.exec(inner)?.[0] ?? "";
  return inner.startsWith(THEN, install.length) && install ? { install, rest: inner.slice(install.length + THEN.length) } : { rest: "" };
}

/**
 * Perhaps comments, the guard, from autograder.notebook import …, then course(…) and progress(…): the first code cell of
 * every chapter. Chapters that were handed out earlier have no guard.
 */
function setup(source) {
  const { install, rest: behind } = unguarded(source.replace(/^(?:[ \t]*(?:#[^\n]*)?\n)*/, ""));
  const [first, ...rest] = behind.split("\n");
  if (!IMPORT.test(first.trimEnd())) return null;
  const list = tokens(rest.join("\n"));
  if (!list) return refused("it does more than set up the workbook");
  const reader = new Reader(list);
  while (!reader.done) {
    const called = reader.kind("name");
    const fits = called === "course" ? reader.settings() : called === "progress" && progress(reader);
    if (!fits || !(reader.kind("newline") || reader.done)) return refused("it does more than set up the workbook");
  }
  return install ? { kind: "setup", install } : { kind: "setup" };
}

/** ("gradients"), at the end of a chapter ("gradients", end=True), or with what a notebook holds of several chapters:
 * ("gradients", holds="gradients/one-weight my-course/filters/one-filter") */
function progress(reader) {
  if (!reader.take("(")) return false;
  if (reader.take(")")) return true;
  if (reader.slug() === null) return false;
  if (reader.take(")")) return true;
  if (!reader.take(",")) return false;
  if (reader.take("holds", "=")) return reader.kind("string") !== null && reader.take(")");
  return reader.take("end", "=", "True", ")");
}

/** answers = {…} and page("slug", answers), or one of the two in one. */
function page(reader) {
  const named = reader.kind("name");
  if (named === "answers") {
    if (!reader.take("=") || !reader.dict() || !reader.kind("newline")) return null;
    reader.lines();
    return reader.take("page", "(") ? call(reader, true) : null;
  }
  return named === "page" && reader.take("(") ? call(reader, false) : null;
}

function call(reader, defined) {
  const slug = reader.slug();
  if (slug === null || !slug.includes("/")) return null;
  if (reader.take(",") && !(defined ? reader.take("answers") : reader.dict())) return null;
  return reader.take(")") && reader.done ? { kind: "page", slug } : null;
}

/** practice(), practice("chain_factor_left_out"), practice("gradients/one-weight") */
function practice(reader) {
  if (!reader.take("(")) return null;
  return (reader.take(")") || (reader.practised() && reader.take(")"))) && reader.done ? { kind: "practice" } : null;
}

/** explore("slug"), grade("slug"), progress("chapter"), practice(), course(student="ada") */
function single(reader) {
  const named = reader.kind("name");
  if (named === "course") return reader.settings() && reader.done ? { kind: "course" } : null;
  if (named === "progress") return progress(reader) && reader.done ? { kind: "progress" } : null;
  if (named === "practice") return practice(reader);
  if (!["explore", "grade"].includes(named) || !reader.take("(")) return null;
  const slug = reader.slug();
  return slug !== null && reader.take(")") && reader.done ? { kind: named, slug } : null;
}

const MENTIONS = /^\s*(?:page\s*\(|explore\s*\(|grade\s*\(|practice\s*\(|progress\s*\(|course\s*\()/m;

/** What a code cell is to the workbook: its kind and slug; {kind: ""} with a reason where it looks like ours and is not. */
export function read(text) {
  const source = text.replaceAll("\r\n", "\n");
  if (source.length > MOST || STRANGE.test(source)) {
    if (!MENTIONS.test(source) && !source.includes("autograder.notebook")) return NOT_OURS;
    return refused(source.length > MOST ? "it is too long to be a cell of the workbook" : "it holds hidden characters");
  }
  const opening = setup(source);
  if (opening) return opening;
  if (!MENTIONS.test(source)) return NOT_OURS;
  const list = tokens(source);
  if (!list) return refused("it holds more than numbers and words");
  const trimmed = () => { const reader = new Reader(list); reader.lines(); return reader; };
  return page(trimmed()) ?? single(trimmed()) ?? refused("it holds more than numbers and words");
}
