// The answers as they stand in a code cell: a small reader of Python source, and the edits that put a text into a box.

const MINUS = /[\u2212\u2013\u2012\u2010\u2011\ufe63\uff0d]/g;

/** What was typed, with plain minus signs and no blanks around it: what the cell and Python get. */
export const plain = (text) => text.replace(MINUS, "-").trim();

/** The same for the eye: real minus signs. */
export const typeset = (text) => text.replace(/-/g, "\u2212");

/** How long things may be, as in autograder/answers/literals.py; both are held to tests/answers/literals.json. */
export const LIMITS = { digits: 15, text: 1000, box: 999_999_999, clip: 40 };

const TOKEN = new RegExp(
  [
    /(?<blank>[ \t\f\r]+|\\\r?\n|#[^\n]*)/,
    /(?<newline>\n)/,
    /(?<string>[A-Za-z]{0,2}(?:"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'))/,
    /(?<number>0[xXoObB]\w*|(?:\d[\d_]*\.?\w*|\.\d\w*)(?:(?<=[eE])[-+]\d[\d_]*)?)/,
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

const ESCAPES = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\x07", "\n": "", "\r\n": "" };
const ESCAPE = /\\(\r?\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/g;

/** What an escape in a Python string stands for; one that Python does not know stays as it is written. */
function unescaped(whole, code) {
  if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8));
  if (code.length > 1 && "xuU".includes(code[0])) {
    const point = parseInt(code.slice(1), 16);
    return point >= 0xd800 && point <= 0xdfff ? "?" : String.fromCodePoint(point); // half a character cannot be saved
  }
  return ESCAPES[code] ?? ("\\'\"".includes(code) ? code : whole);
}

/** The content of a Python string literal, or null: of an f- or bytes literal, or one with a name like \N{DELTA}. */
function unquote(code) {
  const m = /^([A-Za-z]{0,2})("""|'''|"|')([^]*)\2$/.exec(code);
  if (!m || /[fbt]/i.test(m[1])) return null;
  if (/r/i.test(m[1])) return m[3];
  return /(?<!\\)(?:\\\\)*\\N/.test(m[3]) ? null : m[3].replace(ESCAPE, unescaped);
}

/** The content of strings that stand side by side, or null. */
function wordsOf(tokens) {
  const parts = tokens.map((t) => (t.kind === "string" ? unquote(t.text) : null));
  return parts.length === 0 || parts.includes(null) ? null : parts.join("");
}

/** A number as Python has it: a BigInt, a float, or null for what is neither. */
function numberOf(tokens) {
  if (tokens.length !== 1 || tokens[0].kind !== "number") return null;
  const digits = tokens[0].text.replace(/_/g, "");
  if (/^0[xob][0-9a-f]+$/i.test(digits) || /^(?:0+|[1-9]\d*)$/.test(digits)) return BigInt(digits);
  return /^(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(digits) ? Number(digits) : null;
}

const NESTED = 200; // brackets within brackets that Python reads

/** The tokens within brackets that only group: (3/4), but not (1, 2). */
function ungrouped(tokens) {
  for (let depth = 0; depth < NESTED && is(tokens[0], "("); depth++) {
    const { parts, close, computed, commas } = items(tokens, 1);
    if (close !== tokens.length - 1 || !parts.length || commas || computed) break;
    tokens = tokens.slice(1, -1);
  }
  return tokens;
}

/** Code in place of an answer, cut off in a way that cannot be mistaken for an answer. */
const clipped = (code, always = false) => {
  const letters = [...code];
  return always || letters.length > LIMITS.clip ? `${letters.slice(0, LIMITS.clip).join("")}…` : code;
};

/** An answer as typed: None is a blank box, a string its content, a number its digits, all else (3/4) its source. */
function textOf(tokens, source) {
  const inner = ungrouped(tokens);
  if (inner.length === 1 && is(inner[0], "None")) return "";
  const words = wordsOf(inner);
  if (words !== null) return words.length > LIMITS.text ? [...words].slice(0, LIMITS.text).join("") : words;
  const digits = is(inner[0], "-", "+") ? ungrouped(inner.slice(1)) : inner, number = numberOf(digits);
  if (number !== null) return (is(inner[0], "-") ? "-" : "") + digitsOf(number, digits[0].text.replace(/_/g, ""));
  const code = source.slice(inner[0].start, inner.at(-1).end).replace(/\\\n/g, " ").trim().replace(/\s+/g, " ");
  return clipped(code, inner.every((t) => t.kind === "string") && inner.some((t) => /^r?[ft]/i.test(t.text)));
}

const digitsOf = (number, typed) => // 0x10 is 16 to Python
  (typeof number === "bigint" && typed.length <= LIMITS.clip ? String(number) : clipped(typed));

/** Split tokens[from...] at the commas of this level; stops at the bracket that closes it. */
function items(tokens, from) {
  const parts = [[]];
  let depth = 0, i = from, computed = false, commas = 0;
  for (; i < tokens.length; i++) {
    computed ||= depth === 0 && is(tokens[i], "for"); // a comprehension
    if (is(tokens[i], "(", "[", "{")) depth += 1;
    if (is(tokens[i], ")", "]", "}") && depth-- === 0) break;
    if (is(tokens[i], ",") && depth === 0) commas = parts.push([]) - 1;
    else parts.at(-1).push(tokens[i]);
  }
  return { parts: parts.filter((part) => part.length), close: i, computed, commas };
}

const WHOLE = /^[ \t\n\r\f\v]*\d{1,9}[ \t\n\r\f\v]*$/;

/** The box that a key names: 3, "3", 3.0 and 0x3 are box 3. */
function keyOf(tokens) {
  const inner = ungrouped(tokens), words = wordsOf(inner);
  const number = words === null ? numberOf(inner) : WHOLE.test(words) ? Number(words) : null;
  const box = number !== null && number <= LIMITS.box && Number.isInteger(Number(number));
  return box ? String(number) : null;
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

/** Numbers that Python prints back the same: not 007, 0.50, -0, 0.00001. */
const PRINTED_BACK = /^(?!-0$)(?!-?0\.0000)-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?$/;

/** A text as Python source: None, a number where Python would print it back the same, else a string. */
export function toLiteral(text) {
  const s = plain(text);
  if (s === "") return "None";
  return PRINTED_BACK.test(s) && s.replace(/\D/g, "").length <= LIMITS.digits ? s : JSON.stringify(s);
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
