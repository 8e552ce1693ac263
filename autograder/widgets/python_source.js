// The answers as they stand in a code cell: a small reader of Python source, and the edits that put a text into a box.

const MINUS = /[\u2212\u2013\u2012\u2010\u2011\ufe63\uff0d]/g;

/** What was typed, with plain minus signs and no blanks around it: what the cell and Python get. */
export const plain = (text) => text.replace(MINUS, "-").trim();

/** The same for the eye: real minus signs. */
const typeset = (text) => text.replace(/-/g, "\u2212");

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
export function statements(source) {
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
  let earlier = null;
  for (const part of parts) {
    const colon = part.findIndex((t) => is(t, ":"));
    const key = colon > 0 ? keyOf(part.slice(0, colon)) : null;
    if (colon < 0 && earlier) { // the 5 of 2: 0,5, which is no Python
      earlier.end = part.at(-1).end;
      earlier.text = source.slice(earlier.start, earlier.end);
    }
    if (key && part.length > colon + 1) entries.set(key, (earlier = entryOf(part.slice(colon + 1), source)));
  }
  const last = parts.at(-1);
  const insert = last ? { at: last.at(-1).end, before: ", ", after: "" } : { at: tokens[at].end, before: "", after: "" };
  return { entries, insert, close };
}

/** The call page("slug", ...) with this number among the calls for the slug. */
export function findCall(lines, slug, index) {
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

/** A pasted row as its entries: "1, 0, −1", a row or column of a spreadsheet, [1, 2], [1. 2.]. "0,5" is one number. */
export function splitRow(text) {
  const array = /^(?:[\w.]*\()?\s*(\[[^]*\])\s*(?:,\s*dtype=[\w.]+\s*)?\)?$/.exec(text.trim());
  if (!array) return text.trim().split(/\s*[\t\n;]\s*|,\s+/).filter((part) => part !== "");
  const inner = array[1].replace(/[[\]]/g, " ");
  const parts = inner.includes(",") ? inner.split(",") : inner.split(/\s+/);
  return parts.map((part) => part.trim().replace(/^(-?\d+)\.$/, "$1")).filter((part) => part !== "");
}
