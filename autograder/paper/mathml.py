r"""Formulas in the text of a notebook as MathML, which a browser draws by itself: no MathJax, no network.

    mathml(r"\frac{\partial C}{\partial W}")      <math><mfrac>…</mfrac></math>

Reads what the chapters need of LaTeX, by the tables below. A command that stands in none of them is shown as it is
written, so an author sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ",
    "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω", "Delta": "Δ",
    "Sigma": "Σ", "partial": "∂", "nabla": "∇", "infty": "∞", "ell": "ℓ", "ldots": "…", "dots": "…", "cdots": "⋯",
}  # fmt: skip
SIGNS = {
    "cdot": "·", "times": "×", "odot": "⊙", "otimes": "⊗", "star": "⋆", "approx": "≈", "neq": "≠", "ne": "≠",
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "pm": "±", "to": "→", "rightarrow": "→", "leftarrow": "←",
    "mapsto": "↦", "in": "∈", "lfloor": "⌊", "rfloor": "⌋", "|": "‖", "{": "{", "}": "}", "%": "%", "quad": " ",
}  # fmt: skip
BIG = {"sum": "∑", "prod": "∏", "int": "∫"}
NAMES = frozenset("ln log exp sin cos tan tanh max min arg det".split())
SPACES = {",": "0.17em", ";": "0.28em", ":": "0.22em", " ": "0.25em", "!": "-0.17em"}
ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~", "vec": "→"}
WORDS = frozenset(("mathrm", "text", "mathbf", "operatorname"))
PASSED_OVER = frozenset(("left", "right", "displaystyle"))
NESTED = 50  # brackets within brackets that are read

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_PLAIN = {"-": "−", "*": "∗", "'": "′"}


def mathml(formula: str, block: bool = False) -> str:
    """A formula of LaTeX as MathML; one that stands in a line of its own with `block`. Never raises."""
    inner = _Reader([token for token in _TOKEN.findall(formula) if not token.isspace()]).row()
    return f"<math{' display=' + chr(34) + 'block' + chr(34) if block else ''}>{inner}</math>"


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def row(self, until: str = "") -> str:
        """All up to a closing sign, which is taken too."""
        parts: list[str] = []
        while self.peek() and self.peek() != until:
            parts.append(self.scripted())
        self.take()
        return "".join(parts)

    def scripted(self) -> str:
        """One thing with what hangs on it."""
        big = self.peek()[1:] in BIG
        base, below, above = self.atom(), "", ""
        while self.peek() in ("_", "^", "'"):
            sign = self.take()
            if sign == "_":
                below += self.atom()
            else:
                above += "<mo>′</mo>" if sign == "'" else self.atom()
        kind = {(True, True): "subsup", (True, False): "sub", (False, True): "sup"}.get((bool(below), bool(above)))
        if kind is None:
            return base
        name = "m" + (kind.replace("sub", "under").replace("sup", "over") if big else kind)
        scripts = "".join(f"<mrow>{script}</mrow>" for script in (below, above) if script)
        return f"<{name}>{base or '<mrow></mrow>'}{scripts}</{name}>"

    def atom(self) -> str:
        token = self.take()
        if token == "{":
            self.depth += 1
            inner = self.row("}") if self.depth < NESTED else ""
            self.depth -= 1
            return f"<mrow>{inner}</mrow>"
        if token.startswith("\\"):
            return self.command(token[1:])
        if token[:1].isdigit():
            return f"<mn>{token}</mn>"
        return f"<mi>{token}</mi>" if token.isalpha() else f"<mo>{escape(_PLAIN.get(token, token))}</mo>"

    def command(self, name: str) -> str:
        if name in PASSED_OVER:
            return ""
        if name in WORDS:
            return f"<mtext>{self.words()}</mtext>"
        if name in SPACES:
            return f'<mspace width="{SPACES[name]}"></mspace>'
        if name in ACCENTS:
            return f'<mover accent="true">{self.atom()}<mo>{ACCENTS[name]}</mo></mover>'
        if name in SHAPES:
            return SHAPES[name](self)
        for table, kind in ((LETTERS, "mi"), (SIGNS, "mo"), (BIG, "mo")):
            if name in table:
                return f"<{kind}>{escape(table[name])}</{kind}>"
        return f"<mi>{name}</mi>" if name in NAMES else f"<mtext>\\{escape(name)}</mtext>"

    def words(self) -> str:
        """The letters in braces, as they stand there."""
        if self.peek() != "{":
            return escape(self.take())
        self.take()
        parts: list[str] = []
        while self.peek() and self.peek() != "}":
            parts.append(self.take())
        self.take()
        return escape("".join(parts))

    def frac(self) -> str:
        above = self.atom()
        return f"<mfrac>{above}{self.atom()}</mfrac>"

    def sqrt(self) -> str:
        return f"<msqrt>{self.atom()}</msqrt>"


SHAPES: dict[str, Callable[[_Reader], str]] = {
    "frac": _Reader.frac, "tfrac": _Reader.frac, "dfrac": _Reader.frac, "sqrt": _Reader.sqrt,
}  # fmt: skip
