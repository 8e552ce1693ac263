"""Read what a student typed as a formula in named variables, with a grammar of our own: nothing is evaluated.

read_expression("2x cos(x^2)", ("x",))      Formula, or Unreadable with the reason
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from ..engine.expressions import (
    ATOM,
    FUNCTIONS,
    POWER,
    PRODUCT,
    SUM,
    UNDEFINED,
    ZERO,
    Constant,
    E,
    Expr,
    Name,
    apply,
    pi,
)
from ..layout.numbers import simple_fraction
from .equality import NOISE
from .numbers import (
    DECIMAL,
    DEEPEST,
    LARGEST_POWER,
    LONGEST_FORMULA,
    PLAIN,
    SUBSCRIPT,
    VULGARS,
    Refused,
    Unreadable,
    in_plain_characters,
    read_decimal,
    read_mixed,
    reason_for,
    stripped,
)


class Formula(NamedTuple):
    """A formula in the names of the page."""

    value: Expr
    read_as: str


def read_expression(text: str, names: tuple[str, ...]) -> Formula | Unreadable | None:
    """The formula in the variables `names` that was typed; None for a blank.

    Reads + - * / ^, brackets, products without a sign (2x, x(y + 1), 2x cos x), powers such as x² and sin²x, the
    functions in WORDS, e and π. Products and quotients are read from left to right: 1/2x is (1/2)·x.
    """
    text = stripped(text)
    if not text:
        return None
    if len(text) > LONGEST_FORMULA:
        return Unreadable(f"That is longer than {LONGEST_FORMULA} characters. Try a shorter way to write it.")
    return _read_expression(text, tuple(names))


LOGARITHM = "(?i:log(?:_e|ₑ))"  # the natural one, said at length
WORDS = {word: word for word in FUNCTIONS} | {"log": "ln", "sigmoid": "σ"}  # what may be typed → the function


CONSTANTS = {"e": E, "pi": pi, "π": pi}


NOT_A_FORMULA = (
    (r"\b(np|numpy)\s*\.", "Type only the formula itself, without NumPy's name: sin(x), not np.sin(x)."),
    (r"=", "Type only what stands after the equals sign."),
    (r"'", "Type the derivative itself, without a prime as in f'."),
    (r"[\[\]{}]", "Please use round brackets ( ) only."),
    (r"\|", "Bars | | are not read here. Please write it without them."),
    (r"%", "Please write a percentage as a decimal or a fraction: 50% is 0.5 or 1/2."),
    (r"\\", "Type plain mathematics without backslashes: x^2, sin(x), sqrt(x)."),
    (r"[0-9]_", "Write the digits without underscores: 1000."),
    (r"∞", "Infinity is not possible in a formula. Please write it without ∞."),
    (r",(?![0-9])|(?<![0-9]),(?![0-9])|,[0-9]+,", "A comma cannot be read here. Use a point for decimals: 0.5."),
    (r"log_?[0-9]", "Logarithms are natural here: write ln(2), or ln(x)/ln(2) for another base."),
    (r"\*\s*\*\s*\*|\^\s*\^|\^\s*\*\s*\*|\*\s*\*\s*\^", "There is one power sign too many. Write x^2."),
)


class _Token(NamedTuple):
    """kind is number, name, function, constant or the sign itself; end is the kind after the last one."""

    kind: str
    text: str


END = _Token("end", "")


OPERANDS = frozenset(("number", "name", "function", "constant", "√", "("))
LETTERS = OPERANDS - {"number", "("}  # cos(x^2)2x is a product; (x)2 may have been meant for a power


def _tokens(text: str, names: tuple[str, ...]) -> list[_Token]:
    known = {_bare(name): name for name in names}
    # 2e1 is twenty, but twice e1 on a page with a variable e1
    exponent = "" if any(re.fullmatch("[eE][0-9]*", name) for name in known) else "(?:[eE][+-]?[0-9]+)?"
    special = _special(names)
    literal = "|".join(re.escape(spelled) for spelled in sorted(special, key=len, reverse=True))
    pattern = re.compile(
        rf"\s*(?:(?P<special>{literal or '(?!)'})|(?P<number>[0-9]*\s*[{VULGARS}]|(?:{DECIMAL}){exponent})"
        rf"|(?P<word>[^\W\d_]\w*?(?=\W|[{VULGARS}]|$))|(?P<power>\*\s*\*)|(?P<sign>[-+*/^()√]))"
    )
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        match = pattern.match(text, position)
        if not match:
            raise Refused(_strange(text[position:].strip()[:1]))
        position, kind = match.end(), match.lastgroup
        if kind == "word":
            tokens += _word(match["word"], known)
        elif kind == "special":
            tokens.append(_Token("name", special[match["special"]]))
        elif kind == "number":
            tokens.append(_Token("number", match["number"]))
        else:
            tokens.append(_Token("^", "^") if kind == "power" else _Token(match["sign"], match["sign"]))
    return tokens


def _strange(character: str) -> str:
    subject = f"The character {character}" if character.isprintable() else "An invisible character"
    return f"{subject} cannot be read here. Write formulas such as 2x, x^2, sin(x) or e^x."


def _special(names: tuple[str, ...]) -> dict[str, str]:
    """Names that are not one word, such as f′ or x̂: as they are spelled in plain characters → the name."""
    return {plain: name for name in names if not re.fullmatch(r"\w+", plain := _unbraced(in_plain_characters(name)))}


def _bare(name: str) -> str:
    """w_1, w1 and w₁ are one name."""
    return unicodedata.normalize("NFC", name).translate(PLAIN).translate(SUBSCRIPT).replace("_", "")


def _word(word: str, known: dict[str, str]) -> list[_Token]:
    """A run of letters and digits as names and functions: xy is x·y, and 2xcos(x) is 2·x·cos(x)."""
    if (natural := re.match(LOGARITHM, word)) and _bare(word) not in known:
        rest = word[natural.end() :]
        return [_Token("function", "ln"), *(_word(rest, known) if rest else ())]
    bare = _bare(word)
    if bare not in known and bare.lower() in WORDS:
        return [_Token("function", WORDS[bare.lower()])]
    pieces = _pieces(bare, known, False, {})
    if pieces is None:
        raise Refused(_unknown(word, bare, known))
    return pieces


Tried: TypeAlias = "dict[tuple[str, bool], list[_Token] | None]"
"""What is left of a word, and whether a function stands before it → its pieces, where it is worked out already."""


def _pieces(rest: str, known: dict[str, str], after_function: bool, tried: Tried) -> list[_Token] | None:
    """The longest names first; digits may only follow a function, as in sin2x. None if it cannot be done."""
    if not rest:
        return []
    if (rest, after_function) in tried:
        return tried[rest, after_function]
    pieces = None
    for token, length in _starts(rest, known, after_function):
        more = _pieces(rest[length:], known, token.kind == "function", tried)
        if more is not None:
            pieces = [token, *more]
            break
    tried[rest, after_function] = pieces
    return pieces


def _starts(rest: str, known: dict[str, str], after_function: bool) -> list[tuple[_Token, int]]:
    starts = [(_Token("name", name), len(bare)) for bare, name in known.items() if rest.startswith(bare)]
    taken = {length for _, length in starts}
    for words, kind in ((WORDS, "function"), (CONSTANTS, "constant")):
        for word in words:
            if rest.startswith(word) and len(word) not in taken:
                starts.append((_Token(kind, WORDS.get(word, word)), len(word)))
    if after_function and (digits := re.match("[0-9]+", rest)):
        starts.append((_Token("number", digits[0]), len(digits[0])))
    return sorted(starts, key=lambda start: -start[1])


def _unknown(word: str, bare: str, known: dict[str, str]) -> str:
    stem = bare.rstrip("0123456789")
    if stem != bare and stem in known and len(word) <= 8:
        return f"{_clipped(word)} is not clear. Write a power as {known[stem]}^2 and a product as 2{known[stem]}."
    if other := next((name for key, name in known.items() if key.lower() == bare.lower()), None):
        return f"{_clipped(word)} is not known here, but {_clipped(other)} is. Capital and small letters differ."
    listed = ", ".join(known.values()) or "numbers"
    use = f"Use {listed}" if len(listed) <= 40 else "Use the names on the page"
    return f"{_clipped(word)} is not known here. {use}, and sin, cos, e^x, ln, sqrt."


def _clipped(text: str) -> str:
    return text if len(text) <= 16 else text[:15] + "…"


class _Piece(NamedTuple):
    """A part of the formula: what it means, how it reads, and how tightly that text holds together."""

    value: Expr
    text: str
    level: int
    kind: str = ""

    @property
    def closed(self) -> bool:
        """Whether it ends with a bracket."""
        return self.kind == "bracket" or self.text.endswith(")")

    def within(self, level: int) -> str:
        """The text, bracketed where it is to hold together as tightly as `level`."""
        return self.text if self.level >= level else f"({self.text})"


@lru_cache(4096)
def _read_expression(text: str, names: tuple[str, ...]) -> Formula | Unreadable:
    try:
        text = _unbraced(in_plain_characters(text))
        if character := _foreign(text, names):
            raise Refused(character)
        if reason := reason_for(_without(text, _special(names)), NOT_A_FORMULA):
            raise Refused(reason)
        piece = _Parser(_tokens(text, names), "e" in names).whole()
    except Refused as refused:
        return Unreadable(str(refused))
    return Formula(piece.value, piece.text)


BRACED = r"\^\s*\{([^{}]*)\}|_\{(\w+)\}"  # e^{2y} and w_{1}, as in LaTeX
READ_HERE = ("LATIN", "GREEK", "MODIFIER", "SUPERSCRIPT", "SUBSCRIPT", "SCRIPT")


def plain_formula(text: str) -> str:
    """The text in plain characters: e²ˣ as e^(2x) and e^{2y} as e^(2y). What cannot be read stays as it is."""
    try:
        return _unbraced(in_plain_characters(text))
    except Refused:
        return text


def _unbraced(text: str) -> str:
    """e^{2y} as e^(2y)."""
    for _ in range(DEEPEST):
        text, count = re.subn(BRACED, lambda part: f"_{part[2]} " if part[2] else f"^({part[1]})", text)
        if not count:
            break
    return text.strip()


def _foreign(text: str, names: tuple[str, ...]) -> str | None:
    """What to say of a letter that only looks like one of ours: the Cyrillic х, the full-width ｘ."""
    for letter in text:
        alphabet = unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() and not letter.isascii() else ""
        if alphabet == "FULLWIDTH":
            plain = unicodedata.normalize("NFKC", letter)
            return f"{letter} is a full-width letter. Switch the keyboard to half width and type {plain}."
        if alphabet and alphabet not in READ_HERE and not any(letter in name for name in names):
            called = alphabet.title() if len(alphabet) > 3 else alphabet  # Cyrillic, but CJK
            return f"{letter} is a letter of another alphabet ({called}). Type it with the Latin keyboard."
    return None


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text


class _Parser:
    """Precedence climbing, one method per level: sum, product, power, operand."""

    def __init__(self, tokens: list[_Token], e_is_taken: bool) -> None:
        self.tokens, self.position, self.depth, self.e_is_taken = tokens, 0, 0, e_is_taken

    @property
    def next(self) -> _Token:
        return self.tokens[self.position] if self.position < len(self.tokens) else END

    @property
    def after(self) -> _Token:
        return self.tokens[self.position + 1] if self.position + 1 < len(self.tokens) else END

    def take(self) -> _Token:
        token = self.next
        self.position += 1
        return token

    def whole(self) -> _Piece:
        piece = self.sum()
        if self.next is not END:
            raise Refused("There is one closing bracket too many. Check that each ) has its (.")
        return piece

    def sum(self) -> _Piece:
        sign = self.take().kind if self.next.kind in ("+", "-") else "+"
        piece = self.product()
        if sign == "-":
            piece = _negative(piece)
        while self.next.kind in ("+", "-"):
            sign, right = self.take().kind, self.product()
            value = piece.value + right.value if sign == "+" else piece.value - right.value
            piece = _checked(_Piece(value, f"{piece.text} {sign} {right.within(PRODUCT)}", SUM))
        return piece

    def product(self) -> _Piece:
        piece = self.power()
        while self.next.kind in ("*", "/") or self.next.kind in OPERANDS:
            if self.next.kind in OPERANDS:
                piece = _product(piece, self.following(piece), joined=True)
            elif self.take().kind == "*":
                piece = _product(piece, self.signed(), joined=False)
            else:
                piece = _quotient(piece, self.signed())
        return piece

    def following(self, left: _Piece) -> _Piece:
        """The second factor of a product without a sign between."""
        if self.next.kind == "number" and not (left.closed and self.after.kind in LETTERS):
            raise Refused(
                "Two numbers stand side by side. Put a sign between them, such as 2·3."
                if left.kind == "number"
                else "A number follows a factor. Write a power as x^2 and a product as 2x."
            )
        return self.power()

    def signed(self) -> _Piece:
        """A power, perhaps with a sign of its own: 2·-x."""
        if self.next.kind not in ("+", "-"):
            return self.power()
        sign = self.take().kind
        piece = self.power()
        return _negative(piece) if sign == "-" else piece

    def power(self) -> _Piece:
        """x^2, and x^y^z from right to left."""
        self.deeper()
        base = self.operand()
        if self.next.kind == "^":
            if base.kind == "root":
                raise Refused("A power after √ can mean two things. Write √(x^2) or (√x)^2.")
            self.take()
            base = _power(base, self.signed())
        self.depth -= 1
        return base

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused("There are too many brackets inside brackets. Try a simpler way to write it.")

    def operand(self) -> _Piece:
        token = self.take()
        if token.kind == "number":
            return _written_number(token.text)
        if token.kind == "name":
            return _Piece(Name(token.text), token.text, ATOM)
        if token.kind == "constant":
            return _Piece(CONSTANTS[token.text], token.text.replace("pi", "π"), ATOM)
        if token.kind == "(":
            return self.bracket()
        if token.kind == "√":
            return self.root()
        if token.kind == "function":
            return self.function(token.text)
        raise Refused(self.missing(token))

    def bracket(self) -> _Piece:
        if self.next.kind == ")":
            raise Refused("There is nothing between the brackets. Fill them in, or leave them out.")
        piece = self.sum()
        if self.take().kind != ")":
            raise Refused("A bracket is not closed. Add the missing ).")
        return _Piece(piece.value, piece.text, piece.level, "bracket")

    def root(self) -> _Piece:
        """√ works on the one number, name or bracket after it."""
        self.deeper()
        applied = self.applied("sqrt", self.operand(), kind="root")
        self.depth -= 1
        return applied

    def function(self, function: str) -> _Piece:
        """sin(x), sin x, sin 2x, sin²(x); without brackets all factors up to the next sign, bracket or function."""
        exponent = None
        if self.next.kind == "^":
            if self.after.kind != "number":
                raise Refused(f"A power on {function} is not clear. Write {function}(x)^2, or 1/{function}(x).")
            self.take()
            exponent = self.operand()
        if self.next.kind not in OPERANDS and self.next.kind not in ("+", "-"):
            raise Refused(f"{function} needs something to work on. Write it as in {function}(x).")
        if self.next.kind == "(":
            argument = self.operand()
        else:
            argument = self.signed_factors()
        applied = self.applied(function, argument)
        return applied if exponent is None else _power(applied, exponent)

    def signed_factors(self) -> _Piece:
        sign = self.take().kind if self.next.kind in ("+", "-") else "+"
        piece = self.power()
        while self.next.kind in ("name", "constant"):
            piece = _product(piece, self.power(), joined=True)
        return _negative(piece) if sign == "-" else piece

    def applied(self, function: str, argument: _Piece, kind: str = "") -> _Piece:
        value = apply(function, argument.value)
        if function == "exp":
            _check_exponent(argument.value)
            if not self.e_is_taken:
                return _checked(_Piece(value, f"e^{argument.within(ATOM)}", POWER))
        return _checked(_Piece(value, f"{function}({argument.text})", ATOM, kind))

    def missing(self, token: _Token) -> str:
        before = self.tokens[self.position - 2] if self.position >= 2 else None
        if token.kind in ("+", "-") and before and before.kind in ("+", "-"):
            return "There are two signs in a row. Use one, or brackets: x - (-y)."
        if before and before.kind in "+-*/^√(":
            return f"Something is missing after {before.text}. Finish it, or delete the {before.text}."
        return f"Something is missing before {token.text}. Write it, or delete the {token.text}."


def _checked(piece: _Piece) -> _Piece:
    if piece.value == UNDEFINED:
        raise Refused("This has no value, because it divides by 0. Check the denominators.")
    return piece


def _written_number(text: str) -> _Piece:
    if text[-1] in VULGARS:
        value = read_mixed(text[:-1].strip(), text[-1])
        return _Piece(Constant(value), f"{value.numerator}/{value.denominator}", PRODUCT, "number")
    typed, _, exponent = text.lower().partition("e")
    value, digits, written = read_decimal(typed)
    if (digits or 0) > NOISE:  # 6.300000000000001 is 6.3
        value = simple_fraction(float(value)) or value
    number = _Piece(Constant(value), written, ATOM, "number")
    if not exponent:
        return number
    ten = _Piece(Constant(Fraction(10)), "10", ATOM, "number")
    size = _Piece(Constant(Fraction(abs(int(exponent)))), str(abs(int(exponent))), ATOM, "number")
    return _product(number, _power(ten, _negative(size) if exponent[0] == "-" else size), joined=False)


def _negative(piece: _Piece) -> _Piece:
    return _Piece(-piece.value, f"-{piece.within(PRODUCT)}", SUM)


def _product(left: _Piece, right: _Piece, *, joined: bool) -> _Piece:
    # where it matters, say what 1/2x was taken for: (1/2)·x
    before = left.within(ATOM) if joined and left.kind == "quotient" else left.within(PRODUCT)
    after = right.within(POWER)
    # 2x, but 2·3 and 2·e1, which would otherwise be 23 and 20
    runs_on = left.kind == "number" and left.level == ATOM and not re.match("[0-9]|[eE][0-9]", after)
    return _checked(_Piece(left.value * right.value, before + ("" if runs_on else "·") + after, PRODUCT))


def _quotient(left: _Piece, right: _Piece) -> _Piece:
    if right.value == ZERO:
        raise Refused("Nothing can be divided by 0. Check what stands after the fraction bar.")
    # x^1/2 is half of x, although x^(1/2) may have been meant
    above = f"({left.text})" if left.text.endswith("^1") else left.within(PRODUCT)
    return _checked(_Piece(left.value / right.value, f"{above}/{right.within(POWER)}", PRODUCT, "quotient"))


def _check_exponent(exponent: Expr) -> None:
    if isinstance(exponent, Constant) and not abs(exponent.value) <= LARGEST_POWER:
        raise Refused(f"Exponents go up to {LARGEST_POWER} here. Is this one right?")


def _power(base: _Piece, exponent: _Piece) -> _Piece:
    _check_exponent(exponent.value)
    return _checked(_Piece(base.value**exponent.value, f"{base.within(ATOM)}^{exponent.within(ATOM)}", POWER))
