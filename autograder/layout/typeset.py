"""Turn short strings into typeset mathematics: `mathematics("∂W^l_{jk}")` gives HTML, names italic, indices raised.

In a formula, single letters are italic, names of functions and words of several letters upright; `_` lowers and `^`
raises the next symbol or the next `{...}`. In prose, the same mathematics stands between dollar signs, and `**...**` is
bold.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

_TOKEN = re.compile(r"\s*[=≈≠<>≤≥→↦⇒+−±·×÷⊙∘]\s*|\s+|[_^]|[{}]|\d+(?:\.\d+)?|[^\W\d_]+|.", re.DOTALL)
_OPERATOR = re.compile(r"[∂∇Δ]*(?:d(?=[^\W\d_]$))?")  # what stands upright before a name: ΔW, ∂Z, dx
_UPRIGHT = set("ΓΔΘΛΞΠΣΦΨΩdℝℕℤ") | {"ln", "of", "in"}
_RELATIONS = set("=≈≠<>≤≥→↦⇒+−±·×÷⊙∘")


@lru_cache(maxsize=4096)
def mathematics(text: str) -> str:
    """The formula `text` as HTML. A d before a name or a slash says “differentiate”, and so does one that is alone."""
    if text == "d":
        return text
    html, rest = _run(_TOKEN.findall(_POWER.sub(_power, text).replace("-", "−")), closing=None)
    return html + "".join(map(escape, rest))


_POWER = re.compile(r"(?<=\d)e([+-]\d\d+)\b")


def _power(match: re.Match[str]) -> str:
    """A power of ten, which Python prints as e-06, as it is written by hand."""
    return f"·10^{{{int(match[1])}}}"


def _run(tokens: list[str], closing: str | None) -> tuple[str, list[str]]:
    out: list[str] = []
    previous = ""
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token == closing:
            break
        if token == "(" and closing == ")":  # brackets within raised brackets
            inner, tokens = _run(tokens, closing)
            out.append(f"({inner})")
        elif token == "d" and tokens[:1] != ["/"]:
            out.append("<i>d</i>")  # a letter like any other: √d, d = 4
        elif token in "_^" and tokens:
            index, tokens = _index(token, tokens)
            if tokens[1:] and tokens[0] in "_^" and tokens[0] != token:  # w^l_{jk}: one above the other
                other, tokens = _index(tokens[0], tokens[1:])
                index = f'<span class="wb-both">{"".join(sorted((index, other), reverse=True))}</span>'
            out.append(index)
        else:
            out.append(_symbol(token, after=previous))
        previous = previous if token.isspace() else token.strip()
    return "".join(out), tokens


def _index(sign: str, tokens: list[str]) -> tuple[str, list[str]]:
    tag = "sub" if sign == "_" else "sup"
    inner, tokens = _raised(tokens)
    return f"<{tag}>{inner}</{tag}>", tokens


def _raised(tokens: list[str]) -> tuple[str, list[str]]:
    if tokens[0] == "{":
        return _run(tokens[1:], closing="}")
    if tokens[0] == "(":  # e^(2y), as formulas print themselves: raising it says what the brackets said
        return _run(tokens[1:], closing=")")
    if tokens[0].strip() == "−" and len(tokens) > 1:
        return "−" + _symbol(tokens[1]), tokens[2:]
    return _symbol(tokens[0]), tokens[1:]


def _symbol(token: str, after: str = ")") -> str:
    if token.isspace():
        return " "
    token = token.strip()
    if token in _RELATIONS:
        sign = token in "+−±" and (after == "" or after in "(,[|" or after in _RELATIONS)
        space = "wb-dot" if token == "·" else "wb-rel"
        if sign:
            return f" {token}" if after == "," else token
        return f'<span class="{space}">{escape(token)}</span>'
    if not token[0].isalpha():
        return escape(token)
    operator = _OPERATOR.match(token)
    mark = operator[0] if operator else ""
    name = token[len(mark) :]
    if not name or name in _UPRIGHT or len(name) > 2:
        return mark + escape(name)
    return mark + f"<i>{escape(name)}</i>"


_INLINE = re.compile(r"\$([^$]+)\$|\*\*([^*]+)\*\*")


def prose(text: str) -> str:
    """A sentence as HTML: `$...$` is mathematics, `**...**` is bold, everything else is just text."""
    out: list[str] = []
    at = 0
    for match in _INLINE.finditer(text):
        out.append(escape(text[at : match.start()]))
        formula, strong = match.groups()
        letter = "<i>d</i>" if formula == "d" else mathematics(formula or "")  # alone in a sentence, d is a letter
        out.append(f'<span class="wb-m">{letter}</span>' if formula else f"<b>{escape(strong)}</b>")
        at = match.end()
    return "".join(out) + escape(text[at:])


_WORD = re.compile(r"[^\W\d_]{3,}")
_NAMES = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log"}  # words that a formula is made of


def caption(text: str) -> str:
    """A label as HTML: words are prose ("fit a curve"), anything else is a formula ("W_1", "sin W", "steps ÷ 10")."""
    signs = _RELATIONS.intersection(text) or set("_^").intersection(text)
    words = set(_WORD.findall(text)) - _NAMES
    return prose(text) if "$" in text or (words and not signs) else mathematics(text)


def unmarked(text: str) -> str:
    """The same sentence as plain text, for screen readers and terminals."""
    return text.replace("$", "").replace("**", "").replace("{", "").replace("}", "")
