"""Read what a student typed: a number or a formula, or the reason why it cannot be read.

    >>> read_number("−¾")
    Number(value=Fraction(-3, 4), digits=None, read_as='-3/4')
    >>> read_expression("2x cos x²", ("x",)).read_as
    '2x·cos(x^2)'
    >>> read_number("1 2")
    Unreadable(message='There is a space inside the number. Write it in one piece: 12, or 3/2.')

Nothing is guessed silently: every answer says how it was read, and what could mean two things is asked back. The
grammar is small and its own; no text of a student is ever evaluated as code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from ..layout.boxed import Shape

LONGEST_NUMBER, LONGEST_FORMULA = 40, 120
LARGEST_EXPONENT, LARGEST_POWER, DEEPEST = 300, 100, 30


class Unreadable(NamedTuple):
    """Why an answer could not be read, and what to do; at most 120 characters."""

    message: str


class Number(NamedTuple):
    """A number; `digits` counts the significant digits of a decimal and is None for integers and fractions."""

    value: Fraction | float
    digits: int | None
    read_as: str


class Choice(NamedTuple):
    """One of the words that a box offers."""

    value: str
    read_as: str


class ShapeTyped(NamedTuple):
    """The shape of a matrix."""

    value: Shape
    read_as: str


class Refused(Exception):
    """Carries the message of an Unreadable out of the depths of the grammar."""


def read_number(text: str, *, infinity: bool = False) -> Number | Unreadable | None:
    """The number that was typed; None for a blank. ±∞ only where the page allows it.

    Reads 3, -0.5, .5, 0,5, 2e-3, 2·10^-3, 3/4, 1.5/2, ½, 1½, ¹⁄₃, 75% and 60 000, with any of Unicode's minus signs
    and fraction bars.
    """
    text = stripped(text)
    if not text:
        return None
    if len(text) > LONGEST_NUMBER:
        return Unreadable(f"That is longer than {LONGEST_NUMBER} characters. A number such as -0.5 or 3/4 is enough.")
    return _read_number(text, infinity)


def read_choice(text: str, options: tuple[str, ...]) -> Choice | Unreadable | None:
    """Which of the words `options` was chosen; None for a blank.

    Capitals, blanks and hyphens do not matter, nor how a transpose or an index is written: W^Ta is Wᵀ a, h1 is h_1.
    Some of its words are enough, or their beginnings, where no other option has them.
    """
    text = " ".join(text[:LONGEST_FORMULA].split())
    if not text:
        return None
    for spelling in SPELLINGS:
        alike = [option for option in options if spelling(option) == spelling(text)]
        if len(alike) == 1:
            return Choice(alike[0], alike[0])
    typed = set(text.rstrip(".").casefold().split()) - ARTICLES
    for stands_for in (str.__eq__, _abbreviates):  # "3" for "node 3", "the diagonal"; then "diag", "col 1"
        meant = [option for option in options if typed and _means(typed, option.casefold().split(), stands_for)]
        if len(meant) == 1:
            return Choice(meant[0], meant[0])
    return Unreadable(f"Choose one of: {', '.join(options)}."[:120])


ARTICLES = frozenset(("a", "an", "the"))


def _means(typed: set[str], words: list[str], stands_for: Callable[[str, str], bool]) -> bool:
    """Whether each of the typed words stands for one of the option's."""
    return all(any(stands_for(short, word) for word in words) for short in typed)


def _abbreviates(short: str, word: str) -> bool:
    return short == word or (len(short) >= 3 and short.isalpha() and word.startswith(short))


# Long patterns of rare answers are text, which `re` compiles when the first such answer comes: marking starts sooner.
_TRANSPOSE = r"(?i:\^\s*(?:\{\s*T\s*\}|\(\s*T\s*\)|T)|\.T(?![a-z])|[⊤ᵗ'′’ᵀ])"
_BETWEEN = r"[\s_{}*·×⋅∙•@‐‑–-]+"


def _spelled(word: str) -> str:
    """A word without what may be written in several ways; boxes.js does the same."""
    word = re.sub(_TRANSPOSE, "ᵀ", unicodedata.normalize("NFC", word)).translate(SUBSCRIPT)
    return re.sub(_BETWEEN, "", re.sub("delta", "δ", word, flags=re.IGNORECASE))


SPELLINGS: tuple[Callable[[str], str], ...] = (  # one after the other, because l and L may both be on offer
    lambda word: word,
    _spelled,
    lambda word: _spelled(word).casefold(),
    lambda word: _spelled(word).replace("ᵀ", "t").casefold(),
)


_SHAPE = r"[(\[]?\s*([0-9]{1,4})\s*(?:[xX*,]|by)\s*([0-9]{1,4})\s*[)\]]?"  # of plain characters: × is *


@lru_cache(1024)
def _read_shape(text: str) -> ShapeTyped | Unreadable:
    if match := re.fullmatch(_SHAPE, text.translate(PLAIN)):
        shape = Shape((int(match[1]), int(match[2])))
        return ShapeTyped(shape, str(shape))
    return Unreadable("A shape is rows × columns, such as 3×2. A column of three is 3×1.")


def read_shape(text: str) -> ShapeTyped | Unreadable | None:
    """The shape that was typed, as 3×2, 3x2, 3 by 2 or (3, 2); None for a blank."""
    text = stripped(text)
    return _read_shape(text[:LONGEST_NUMBER]) if text else None


# Characters ---------------------------------------------------------------------------------------------------------

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
SAME_AS = {  # what keyboards, word processors and phones make of the plain characters
    "-": "−–—‐‑‒―﹣－",
    "+": "＋﹢",
    "*": "·×⋅∙•∗✕✖＊",
    "/": "⁄∕÷／",
    "^": "ˆ＾",
    "(": "（",
    ")": "）",
    "=": "＝≈",
    "'": "′’`´",
    "μ": "µ",
}
PLAIN = str.maketrans({odd: plain for plain, odds in SAME_AS.items() for odd in odds} | dict.fromkeys(INVISIBLE, ""))
SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
RAISED = "[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]+"
SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
VULGARS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
BUILT_FRACTION = r"(?<![\w.,)\]])([0-9]{0,9})([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,9})\s?/\s?([₀₁₂₃₄₅₆₇₈₉]{1,9})"  # ¹⁄₃, 2¹⁄₃
MATHEMATICAL_LETTERS = "[ℎ\U0001d400-\U0001d7cb]"  # the 𝑥 of a copied formula is an x


def stripped(text: str) -> str:
    return text.strip().strip(INVISIBLE).strip()


def in_plain_characters(text: str) -> str:
    """The text in plain characters, with x² as x^2 and x₁ as x_1."""
    text = unicodedata.normalize("NFC", text).translate(PLAIN)
    text = re.sub(MATHEMATICAL_LETTERS, lambda letter: unicodedata.normalize("NFKC", letter[0]), text)
    text = re.sub(BUILT_FRACTION, _built, text)
    text = re.sub(RAISED, _raised, text)
    text = re.sub("_?[₀₁₂₃₄₅₆₇₈₉]+", lambda run: f"_{run[0].lstrip('_').translate(SUBSCRIPT)} ", text)
    if any(c.isdigit() and c not in "0123456789" for c in text):
        raise Refused("Some of these digits cannot be read here. Please type them with 0 to 9.")
    return text.strip()


def _built(fraction: re.Match[str]) -> str:
    """¹⁄₃ as 1/3 and 2¹⁄₃ as 7/3."""
    whole, above, below = (int(part.translate(SUPERSCRIPT).translate(SUBSCRIPT) or "0") for part in fraction.groups())
    return f"{whole * below + above}/{below} "


def _raised(run: re.Match[str]) -> str:
    """x² as x^2 and e²ˣ as e^(2x)."""
    exponent = unicodedata.normalize("NFKC", run[0].translate(SUPERSCRIPT))
    return f"^{exponent} " if exponent.lstrip("+-").isdigit() else f"^({exponent}) "


# Numbers ------------------------------------------------------------------------------------------------------------

DECIMAL = r"[0-9]+[.,]?[0-9]*|[.,][0-9]+"
EXPONENT = r"[eE](?P<e>[+-]?[0-9]+)|\s*[*x]\s*10\s*\^\s*(?P<ten>[+-]?[0-9]+)"
PART = re.compile(rf"(?P<sign>[+-]?)\s*(?:(?P<decimal>{DECIMAL})(?:{EXPONENT})?|10\^(?P<power>[+-]?[0-9]+))")
MIXED = rf"([+-]?)\s*([0-9]*)\s*([{VULGARS}])"
GROUPED = r"([+-]?)\s*([1-9][0-9]{0,2}(?:\s[0-9]{3})+)"  # 60 000, as pages print it
PERCENT = rf"([+-]?)\s*({DECIMAL})\s*%"
INFINITY = r"(?i:([+-]?)\s*(?:∞|inf|infinity|oo))"
WORK_IT_OUT = "Please work it out first: this box takes one number, such as -0.5 or 3/4."
NOT_A_NUMBER = (  # tried in this order; the first that matches gives the reason
    (r"[=]", "Type only the number itself, without an equals sign."),
    (
        r"\b(np|numpy)\b|float[0-9]+|\barray\b",
        "Type only the number itself, such as 0.5, without NumPy's name around it.",
    ),
    (
        r"[0-9]\s*(\.{2,}|…)|\.[0-9]*\([0-9]+\)|[0-9]\u0305",
        "Decimals that go on cannot be read. Write the fraction, as in 1/3.",
    ),
    (r"[+-]\s*[+-]", "There are two signs in a row. One is enough: -3."),
    (r"[+-]?\s*nan\b", "That says “not a number”. Type a number such as -0.5 or 3/4."),
    (r"0[xob]", "Please write the number in ordinary digits, such as 16."),
    (r"^(true|false)$", "This box takes a number: write 1 for true, 0 for false."),
    (r"[0-9]_", "Write the digits without underscores: 1000."),
    (r"(?<![^\W\d_])(ln|log|exp|sqrt|sin|cos|tanh?)\s*\(?\s*[-+]?[0-9.]", WORK_IT_OUT),
    (
        r"[0-9)]\s*[*^]\s*[(+-]*\s*[.0-9(]|[0-9)]\s*[-+]?\s*\(|\)\s*[-+]|√|\([^()]*[0-9]\s*[-+*/][^()]*\)",
        WORK_IT_OUT,
    ),
    (
        r"[0-9.,]\s+e\s*[+-]?[0-9]|e\s*[+-]\s+[0-9]|e\s+[0-9]",
        "There is a space inside the number. Write it in one piece: 2e-3.",
    ),
    (r"%", "Please write a percentage as a decimal or a fraction: 50% is 0.5 or 1/2."),
    (r"[0-9.,]\s+[0-9]+\s*/|\)\s*[0-9]", "Please write this as one fraction: 3/2, not 1 1/2."),
    (r"[0-9]\s*[,;]\s+[-+]?[.]?[0-9]", "Those look like two numbers. Each box takes one."),
    (r"[0-9.,]\s+[.,]?[0-9]", "There is a space inside the number. Write it in one piece: 12, or 3/2."),
    (r"/.*/", "One fraction bar is enough here. Please simplify to the form 3/4."),
    (r"/\s*[+-]?\s*$", "The number below the fraction bar is missing. Write it as in 3/4."),
    (r"^\s*[+-]?\s*/", "The number above the fraction bar is missing. Write it as in 3/4."),
    (r"[0-9]\s*[+-]\s*[0-9.,]", WORK_IT_OUT),
    (r",.*,|[.][^/]*,|,[^/]*[.]|[.][^/]*[.]", "Use one decimal point, as in 1234.5, and nothing between thousands."),
    (r"[()\[\]{}]", "No brackets are needed here. Type a number such as -0.5 or 3/4."),
    (r"[0-9][eE]", "The power of ten cannot be read. Write it as in 2e-3, or as a decimal: 0.002."),
    (f"[{VULGARS}]", "Please write this as one fraction, such as 3/2."),
    (r"[^\W\d_]", "This box takes a number such as -0.5 or 3/4, without letters."),
    (r"[*^√+]|.[-]", WORK_IT_OUT),
    (r"^[+-]$", "The number after the sign is missing. Write it as in -3."),
)


@lru_cache(4096)
def _read_number(text: str, infinity: bool) -> Number | Unreadable:
    try:
        return _number(in_plain_characters(text), infinity)
    except Refused as refused:
        return Unreadable(str(refused))


def _number(text: str, infinity: bool) -> Number:
    if boundless := re.fullmatch(INFINITY, text):
        if not infinity:
            raise Refused("Infinity is not possible here. Type a number such as -0.5 or 3/4.")
        minus = "-" if boundless[1] == "-" else ""
        return Number(float(minus + "inf"), None, minus + "∞")
    if mixed := re.fullmatch(MIXED, text):
        value = read_mixed(mixed[2], mixed[3]) * (-1 if mixed[1] == "-" else 1)
        return Number(value, None, f"{value.numerator}/{value.denominator}")
    if percent := re.fullmatch(PERCENT, text):
        return _percent(percent)
    if re.fullmatch(GROUPED, text):
        text = "".join(text.split())
    above, *below = (PART.fullmatch(part.strip()) for part in text.split("/", 1))
    if above and not below:
        value, digits, size = _part(above)
        return Number(value, digits, _minus(above) * bool(value) + size)
    if above and below[0]:
        return _fraction(above, below[0])
    raise Refused(reason_for(text, NOT_A_NUMBER) or "This cannot be read as a number. Write one such as -0.5 or 3/4.")


def _percent(percent: re.Match[str]) -> Number:
    """75% is 0.75."""
    value, digits, _ = read_decimal(percent[2])
    decimal = f"{Decimal(percent[2].replace(',', '.')).scaleb(-2):f}"
    digits = digits or len(decimal.replace(".", "").lstrip("0")) or 1
    minus = "-" if percent[1] == "-" and value else ""
    return Number(value / 100 * (-1 if minus else 1), digits, minus + decimal)


def _fraction(above: re.Match[str], below: re.Match[str]) -> Number:
    (top, _, top_text), (bottom, _, bottom_text) = _part(above), _part(below)
    if not bottom:
        raise Refused("Nothing can be divided by 0. Is the number below the fraction bar right?")
    minus = "-" if _minus(above) != _minus(below) and top else ""
    divisor = f"({bottom_text})" if "·" in bottom_text else bottom_text
    return Number(top / bottom, None, f"{minus}{top_text}/{divisor}")


def _part(part: re.Match[str]) -> tuple[Fraction, int | None, str]:
    """Value with its sign, significant digits (None for an integer), and the text without its sign."""
    exponent = part["e"] or part["ten"] or part["power"]
    value, digits, text = read_decimal(part["decimal"] or "1")
    if exponent is not None:
        power = int(exponent)
        if abs(power) > LARGEST_EXPONENT:
            raise Refused(f"Powers of ten go up to {LARGEST_EXPONENT} here. Is the exponent right?")
        value, digits = value * Fraction(10) ** power, digits or len(text.lstrip("0")) or 1
        text = f"{text}·10^{power}" if part["decimal"] else f"10^{power}"
    return -value if _minus(part) else value, digits, text


def _minus(part: re.Match[str]) -> str:
    return "-" if part["sign"] == "-" else ""


def read_decimal(typed: str) -> tuple[Fraction, int | None, str]:
    """An unsigned decimal: its value, its significant digits (None for an integer), and how it is written."""
    if re.fullmatch("[1-9][0-9]{0,2},[0-9]{3}", typed):
        raise Refused("That comma can mean two things. Write 1.234 for a decimal and 1234 for a thousand.")
    typed = typed.replace(",", ".")
    whole, point, decimals = typed.partition(".")
    whole = whole.lstrip("0") or "0"
    text = f"{whole}.{decimals}" if decimals else whole
    digits = len((whole + decimals).lstrip("0")) or max(1, len(decimals))
    return Fraction(text), digits if point else None, text


def read_mixed(whole: str, vulgar: str) -> Fraction:
    return int(whole or 0) + Fraction(unicodedata.normalize("NFKC", vulgar).replace("⁄", "/"))


def reason_for(text: str, reasons: tuple[tuple[str, str], ...]) -> str | None:
    return next((message for pattern, message in reasons if re.search(pattern, text, re.IGNORECASE)), None)


# Formulas: from characters to tokens --------------------------------------------------------------------------------


# Formulas: from tokens to a tree, and to the text that says how it was read -----------------------------------------
