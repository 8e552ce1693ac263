"""Formulas in named variables: write them with ordinary operators, differentiate, evaluate and print them.

    >>> x, y = Name("x"), Name("y")
    >>> f = x**2 + cos(y)
    >>> str(f.derivative("y"))
    '-sin(y)'
    >>> f.evaluate({"x": 3, "y": 0})
    10.0

A formula is an immutable tree. The constructors tidy up as they go (numbers are collected, like terms added, x·x
becomes x^2), so that a derivative prints the way a teacher writes it; nothing is ever expanded or factored.
NumPy's functions and matrix products work on arrays of formulas too: ``np.tanh(np.array([x, y]))``.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, overload

from .rules import RULES
from .safe_numbers import BITS, Number, as_float, bits, guarded, plus, product, raised, shortened

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a printed formula holds together
OPERATORS = ("add", "sub", "mul", "truediv", "pow")  # what formulas define of Python's, from the left and the right

Point: TypeAlias = Mapping[str, Number]

_set = object.__setattr__  # a formula's parts when it is made, and what is worked out once; nothing changes after that


class Expr:
    """A formula. Adding, multiplying, dividing and raising formulas and plain numbers gives formulas."""

    __slots__ = ("_hash", "_names")  # worked out once, when first asked for
    _hash: int
    _names: frozenset[str]

    def derivative(self, name: str) -> Expr:
        """The partial derivative with respect to the variable `name`."""
        raise NotImplementedError

    def substitute(self, replacements: Replacements) -> Expr:
        """The same formula with some variables replaced by formulas or numbers, all at once."""
        raise NotImplementedError

    def parts(self) -> tuple[Expr, ...]:
        """The formulas that this one is put together from; () for a name or a number."""
        raise NotImplementedError

    def value_at(self, point: Point) -> Number:
        """As evaluate, for a point of fractions and floats that has a value for every variable."""
        raise NotImplementedError

    def _key(self) -> Hashable:
        """What a formula has in common with those that are equal to it."""
        raise NotImplementedError

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        """Its text, and how tightly that holds together."""
        raise NotImplementedError

    @property
    def formula(self) -> Expr:
        """The formula itself. A subclass that merely stands for one, as a box of a page does, gives that one."""
        return self

    @property
    def names(self) -> frozenset[str]:
        """The variables that occur."""
        try:
            return self._names
        except AttributeError:
            none: frozenset[str] = frozenset()
            _set(self, "_names", none.union(*(part.names for part in self.parts())))
            return self._names

    def evaluate(self, at: Mapping[str, Number]) -> Number:
        """The value at a point: an exact Fraction where everything is rational, otherwise a float.

        Outside its domain a formula is nan, beyond the range of floats ±inf; neither raises.
        Raises KeyError for a variable without a value: that is a mistake of the page, not of a student.
        """
        missing = self.names - set(at)
        if missing:
            raise KeyError(f"no value given for {', '.join(sorted(missing))}; evaluate needs one for each variable")
        value = self.value_at(
            {name: Fraction(v) if isinstance(v, numbers.Rational) else float(v) for name, v in at.items()}
        )
        return value if isinstance(value, Fraction) else float(value)

    def text(self, names: frozenset[str] | tuple[str, ...] = ()) -> str:
        """Plain text that answers.read_expression reads back; with a variable `e` among `names`, e^x is exp(x)."""
        return self.printed("e" in names or "e" in self.names)[0]

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<formula {self}>"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Expr) and hash(self) == hash(other) and self._key() == other._key()

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            _set(self, "_hash", hash(self._key()))
            return self._hash

    def __neg__(self) -> Expr:
        return times(MINUS_ONE, self.formula)

    def __pos__(self) -> Expr:
        return self

    def __add__(self, other: Operand) -> Expr:
        return _combined(add, self, other)

    def __radd__(self, other: Operand) -> Expr:
        return _combined(add, other, self)

    def __sub__(self, other: Operand) -> Expr:
        return _combined(subtract, self, other)

    def __rsub__(self, other: Operand) -> Expr:
        return _combined(subtract, other, self)

    def __mul__(self, other: Operand) -> Expr:
        return _combined(times, self, other)

    def __rmul__(self, other: Operand) -> Expr:
        return _combined(times, other, self)

    def __truediv__(self, other: Operand) -> Expr:
        return _combined(divide, self, other)

    def __rtruediv__(self, other: Operand) -> Expr:
        return _combined(divide, other, self)

    def __pow__(self, other: Operand) -> Expr:
        return _combined(power, self, other)

    def __rpow__(self, other: Operand) -> Expr:
        return _combined(power, other, self)


Operand: TypeAlias = Expr | Number
Replacements: TypeAlias = Mapping[str, Operand]


def _combined(combine: Callable[[Expr, Expr], Expr], left: Operand, right: Operand) -> Any:  # or NotImplemented
    """Two operands of one of Python's operators put together, unless one is neither a formula nor a number."""
    a, b = _known(left), _known(right)
    return NotImplemented if a is None or b is None else combine(a, b)


# The kinds of formula -----------------------------------------------------------------------------------------------


class _Kind(Expr):
    """A formula of one kind, whose parts are set when it is made and never again."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a formula cannot be changed: {name}")

    def __reduce__(self) -> tuple[type[Expr], tuple[Any, ...]]:
        return type(self), tuple(getattr(self, name) for name in type(self).__slots__)


class Constant(_Kind):
    """An exact number."""

    __slots__ = ("value",)
    value: Fraction

    def __init__(self, value: Fraction) -> None:
        _set(self, "value", value)

    def derivative(self, name: str) -> Expr:
        return ZERO

    def substitute(self, replacements: Replacements) -> Expr:
        return self

    def parts(self) -> tuple[Expr, ...]:
        return ()

    def _key(self) -> Hashable:
        return ("number", self.value)

    def value_at(self, point: Point) -> Number:
        return self.value

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        text = _number_text(self.value)
        return text, ATOM if text.replace(".", "").isdigit() else PRODUCT


class Name(_Kind):
    """A variable."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        _set(self, "name", name)

    @property
    def names(self) -> frozenset[str]:
        return frozenset((self.name,))

    def derivative(self, name: str) -> Expr:
        return ONE if name == self.name else ZERO

    def substitute(self, replacements: Replacements) -> Expr:
        return as_expr(replacements.get(self.name, self))

    def parts(self) -> tuple[Expr, ...]:
        return ()

    def _key(self) -> Hashable:
        return ("name", self.name)

    def value_at(self, point: Point) -> Number:
        return point[self.name]

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        return self.name, ATOM


class Pi(_Kind):
    """The number π, which no fraction equals."""

    __slots__ = ()

    def derivative(self, name: str) -> Expr:
        return ZERO

    def substitute(self, replacements: Replacements) -> Expr:
        return self

    def parts(self) -> tuple[Expr, ...]:
        return ()

    def _key(self) -> Hashable:
        return ("π",)

    def value_at(self, point: Point) -> Number:
        return math.pi

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        return "π", ATOM


class Undefined(_Kind):
    """A formula that has no value anywhere, such as 1/0."""

    __slots__ = ()

    def derivative(self, name: str) -> Expr:
        return self

    def substitute(self, replacements: Replacements) -> Expr:
        return self

    def parts(self) -> tuple[Expr, ...]:
        return ()

    def _key(self) -> Hashable:
        return ("undefined",)

    def value_at(self, point: Point) -> Number:
        return math.nan

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        return "undefined", ATOM


class Sum(_Kind):
    """Two or more terms; made by add()."""

    __slots__ = ("terms",)
    terms: tuple[Expr, ...]

    def __init__(self, terms: tuple[Expr, ...]) -> None:
        _set(self, "terms", terms)

    def derivative(self, name: str) -> Expr:
        return add(*(term.derivative(name) for term in self.terms))

    def substitute(self, replacements: Replacements) -> Expr:
        return add(*(term.substitute(replacements) for term in self.terms))

    def parts(self) -> tuple[Expr, ...]:
        return self.terms

    def _key(self) -> Hashable:
        return ("sum", frozenset(self.terms))

    def value_at(self, point: Point) -> Number:
        total: Number = Fraction(0)
        for term in self.terms:
            total = shortened(guarded(plus, total, term.value_at(point)))
        return total

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        text = ""
        for term in self.terms:
            more = term.printed(e_is_taken)[0]
            text += more if not text else f" - {more[1:]}" if more.startswith("-") else f" + {more}"
        return text, SUM


class Product(_Kind):
    """A number times one or more factors; made by times()."""

    __slots__ = ("coefficient", "factors")
    coefficient: Fraction
    factors: tuple[Expr, ...]

    def __init__(self, coefficient: Fraction, factors: tuple[Expr, ...]) -> None:
        _set(self, "coefficient", coefficient)
        _set(self, "factors", factors)

    def derivative(self, name: str) -> Expr:
        slopes: list[Expr] = []
        for i, factor in enumerate(self.factors):
            others = self.factors[:i] + self.factors[i + 1 :]
            slopes.append(times(Constant(self.coefficient), factor.derivative(name), *others))
        return add(*slopes)

    def substitute(self, replacements: Replacements) -> Expr:
        return times(Constant(self.coefficient), *(factor.substitute(replacements) for factor in self.factors))

    def parts(self) -> tuple[Expr, ...]:
        return self.factors

    def _key(self) -> Hashable:
        return ("product", self.coefficient, frozenset(self.factors))

    def value_at(self, point: Point) -> Number:
        result: Number = self.coefficient
        for factor in self.factors:
            result = shortened(guarded(product, result, factor.value_at(point)))
        return result

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        above = [f for f in self.factors if not _is_divisor(f)]
        below = [divide(ONE, f) for f in self.factors if _is_divisor(f)]
        size, sign = abs(self.coefficient), "-" if self.coefficient < 0 else ""
        if not below:
            return sign + _row(size, above, e_is_taken), PRODUCT
        top = _row(Fraction(size.numerator), above, e_is_taken)
        bottom = _row(Fraction(size.denominator), below, e_is_taken)
        lone = size.denominator == 1 and len(below) == 1
        return f"{sign}{top}/{bottom}" if lone else f"{sign}{top}/({bottom})", PRODUCT


class Power(_Kind):
    """A base raised to an exponent; made by power()."""

    __slots__ = ("base", "exponent")
    base: Expr
    exponent: Expr

    def __init__(self, base: Expr, exponent: Expr) -> None:
        _set(self, "base", base)
        _set(self, "exponent", exponent)

    def derivative(self, name: str) -> Expr:
        base, exponent = self.base, self.exponent
        by_base = exponent * power(base, exponent - 1) * base.derivative(name)
        if name not in exponent.names:
            return by_base
        by_exponent = self * log(base) * exponent.derivative(name)
        return add(by_base, by_exponent)

    def substitute(self, replacements: Replacements) -> Expr:
        return power(self.base.substitute(replacements), self.exponent.substitute(replacements))

    def parts(self) -> tuple[Expr, ...]:
        return (self.base, self.exponent)

    def _key(self) -> Hashable:
        return ("power", self.base, self.exponent)

    def value_at(self, point: Point) -> Number:
        return raised(self.base.value_at(point), self.exponent.value_at(point))

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        if _is_divisor(self):
            return Product(Fraction(1), (self,)).printed(e_is_taken)
        base = _bracketed(self.base, ATOM, e_is_taken)
        return f"{base}^{_raised(self.exponent, e_is_taken)}", POWER


class Function(_Kind):
    """One of FUNCTIONS applied to an argument."""

    __slots__ = ("function", "argument")
    function: str
    argument: Expr

    def __init__(self, function: str, argument: Expr) -> None:
        _set(self, "function", function)
        _set(self, "argument", argument)

    def derivative(self, name: str) -> Expr:
        inner = self.argument.derivative(name)
        return ZERO if inner == ZERO else inner * FUNCTIONS[self.function].slope_of(self.argument)

    def substitute(self, replacements: Replacements) -> Expr:
        return apply(self.function, self.argument.substitute(replacements))

    def parts(self) -> tuple[Expr, ...]:
        return (self.argument,)

    def _key(self) -> Hashable:
        return (self.function, self.argument)

    def value_at(self, point: Point) -> Number:
        return value_of(self.function, self.argument.value_at(point))

    def printed(self, e_is_taken: bool) -> tuple[str, int]:
        if self.function != "exp" or e_is_taken:
            return f"{self.function}({self.argument.printed(e_is_taken)[0]})", ATOM
        if self.argument == ONE:
            return "e", ATOM
        return f"e^{_raised(self.argument, e_is_taken)}", POWER


UNIT = Fraction(1)
ZERO, ONE, MINUS_ONE = (Constant(Fraction(n)) for n in (0, 1, -1))
UNDEFINED = Undefined()
pi = Pi()


# The functions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Elementary:
    """A function of one variable: its operation in RULES, and arguments at which it is exactly an integer.

    `written` is its slope as it is written by hand, where the table takes one that keeps more digits of a number.
    """

    operation: str
    exact: Mapping[int, int] = field(default_factory=dict[int, int])
    written: Callable[[Expr], Expr] | None = None

    def value_at(self, x: float) -> float:
        """The value at a number. Raises as the operation does outside its domain."""
        return RULES[self.operation].value(x)

    def slope_at(self, x: float) -> float:
        """The slope at a number. Raises as the operation does outside its domain."""
        return RULES[self.operation].slopes(x)[0]

    def slope_of(self, u: Expr) -> Expr:
        """The slope at a formula, as a formula."""
        return self.written(u) if self.written else as_expr(RULES[self.operation].slopes(u)[0])


FUNCTIONS: dict[str, Elementary] = {
    "sin": Elementary("sin", {0: 0}),
    "cos": Elementary("cos", {0: 1}),
    "tan": Elementary("tan", {0: 0}),
    "exp": Elementary("exp", {0: 1}),
    "ln": Elementary("log", {1: 0}),
    "sqrt": Elementary("sqrt", {0: 0, 1: 1}),
    "tanh": Elementary("tanh", {0: 0}, written=lambda u: 1 - tanh(u) ** 2),
    "σ": Elementary("sigmoid", written=lambda u: sigmoid(u) * (1 - sigmoid(u))),
}


@overload
def apply(function: str, argument: Expr) -> Expr: ...
@overload
def apply(function: str, argument: Number) -> float: ...
def apply(function: str, argument: Operand) -> Expr | float:
    """A function from FUNCTIONS applied to a formula, which gives a formula, or to a number, which gives a float."""
    if not isinstance(argument, Expr):
        return value_of(function, argument)
    argument = argument.formula
    if argument == UNDEFINED:
        return UNDEFINED
    exact = FUNCTIONS[function].exact
    if isinstance(argument, Constant) and argument.value in exact:
        return Constant(Fraction(exact[argument.value.numerator]))
    return Function(function, argument)


def value_of(function: str, argument: Number) -> float:
    """A function from FUNCTIONS at a number; nan where it has no value, or one too small for a float."""
    result = as_float(guarded(FUNCTIONS[function].value_at, as_float(argument)))
    # what is too small for a float is not zero: better no value than a wrong one
    return math.nan if result == 0 and function == "exp" else result


if TYPE_CHECKING:

    class OfFormula(Protocol):
        """A function of formulas, and of numbers."""

        @overload
        def __call__(self, u: Expr, /) -> Expr: ...
        @overload
        def __call__(self, u: Number, /) -> float: ...


def _named(function: str) -> OfFormula:
    def applied(u: Operand) -> Any:
        return apply(function, u)

    method = FUNCTIONS[function].operation
    applied.__name__ = applied.__qualname__ = method
    applied.__doc__ = f"{method} of a formula, or of a number."
    setattr(Expr, method, applied)  # np.exp of an array of objects calls the method exp of each entry
    return applied


sin, cos, tan, exp, log, sqrt, tanh, sigmoid = map(_named, FUNCTIONS)
E = exp(ONE)


# Putting formulas together ------------------------------------------------------------------------------------------


def as_expr(value: Operand) -> Expr:
    """A formula as it is; a number as a constant. A float counts as the decimal it prints as, so 0.1 is 1/10.

    Raises TypeError for anything that is not a number and ValueError for nan and infinities.
    """
    known = _known(value)
    if known is None:
        raise TypeError(f"a formula is made of names and numbers, not of {type(value).__name__}")
    return known


def _known(value: object) -> Expr | None:
    """as_expr, but None for what is not a number, so that arrays can take over."""
    if isinstance(value, Expr):
        return value.formula
    if isinstance(value, (int, float, Fraction)):
        return _constant(value)
    if isinstance(value, numbers.Rational):
        return Constant(Fraction(int(value.numerator), int(value.denominator)))
    return _constant(float(value)) if isinstance(value, numbers.Real) else None


@lru_cache(maxsize=1024, typed=True)  # pages put the same few numbers into their formulas again and again
def _constant(value: int | Number) -> Constant:
    """A number as a formula: a float by its shortest decimals."""
    if not isinstance(value, float):
        return Constant(Fraction(value))
    if not math.isfinite(value):
        raise ValueError(f"a formula takes finite numbers, not {value}")
    return Constant(Fraction(repr(float(value))))


def add(*terms: Expr) -> Expr:
    """The sum of formulas, with like terms collected in the order in which they first occur."""
    if _undefined(terms):
        return UNDEFINED
    multiples: dict[Expr, Fraction] = {}
    for term in _flat(terms):
        number, factors = _split(term)
        rest = _assembled(UNIT, factors)
        multiples[rest] = multiples.get(rest, 0) + number
    kept = [_assembled(n, _split(rest)[1]) for rest, n in multiples.items() if n]
    return Sum(tuple(kept)) if len(kept) > 1 else kept[0] if kept else ZERO


def times(*factors: Expr) -> Expr:
    """The product of formulas, with numbers and powers of the same base collected, names before functions."""
    if _undefined(factors):
        return UNDEFINED
    coefficient = UNIT
    exponents: dict[Expr, Expr] = {}
    for factor in factors:
        number, parts = _split(factor)
        coefficient = _multiplied(coefficient, number)
        for part in parts:
            base, exponent = (part.base, part.exponent) if isinstance(part, Power) else (part, ONE)
            exponents[base] = add(exponents[base], exponent) if base in exponents else exponent
    kept: list[Expr] = []
    for base, exponent in exponents.items():
        number, parts = _split(base if exponent is ONE else power(base, exponent))
        coefficient = _multiplied(coefficient, number)
        kept += parts
    return _assembled(coefficient, tuple(sorted(kept, key=_rank)))


def subtract(a: Expr, b: Expr) -> Expr:
    """a − b."""
    return add(a, times(MINUS_ONE, b))


def divide(a: Expr, b: Expr) -> Expr:
    """a / b, which is a times b to the power −1."""
    return times(a, power(b, MINUS_ONE))


def power(base: Expr, exponent: Expr) -> Expr:
    """A formula raised to another; e^u and exp(u) are the same formula."""
    if _undefined((base, exponent)):
        return UNDEFINED
    number = exponent.value if isinstance(exponent, Constant) else None
    if number == 0 or (isinstance(base, Constant) and base.value == 1):
        return ONE
    if number == 1:
        return base
    if base == E:
        return exp(exponent)
    if number is not None and number.denominator == 1:
        return _integer_power(base, number.numerator)
    return Power(base, exponent)


def _integer_power(base: Expr, n: int) -> Expr:
    if base == ZERO:
        return ZERO if n > 0 else UNDEFINED
    if isinstance(base, Constant) and bits(base.value) * abs(n) <= BITS:
        return Constant(base.value**n)
    if isinstance(base, Power):
        return power(base.base, base.exponent * n)
    if isinstance(base, Function) and base.function == "exp":
        return exp(base.argument * n)
    if isinstance(base, Product):
        return times(_integer_power(Constant(base.coefficient), n), *(_integer_power(f, n) for f in base.factors))
    return Power(base, Constant(Fraction(n)))


def _undefined(parts: tuple[Expr, ...]) -> bool:
    """Whether one of them has no value anywhere."""
    for part in parts:
        if isinstance(part, Undefined):
            return True
    return False


def _flat(terms: tuple[Expr, ...]) -> Iterator[Expr]:
    for term in terms:
        yield from term.terms if isinstance(term, Sum) else (term,)


def _split(term: Expr) -> tuple[Fraction, tuple[Expr, ...]]:
    """The number in front of a term, and the factors behind it."""
    if isinstance(term, Constant):
        return term.value, ()
    if isinstance(term, Product):
        return term.coefficient, term.factors
    return UNIT, (term,)


def _multiplied(a: Fraction, b: Fraction) -> Fraction:
    """Their product; nearly always one of them is the 1 that stands in front of a formula without a number."""
    return a if b is UNIT else b if a is UNIT else a * b


def _assembled(coefficient: Fraction, factors: tuple[Expr, ...]) -> Expr:
    """The reverse of _split."""
    if not coefficient or not factors:
        return Constant(coefficient)
    return factors[0] if coefficient == 1 and len(factors) == 1 else Product(coefficient, factors)


def _rank(factor: Expr) -> int:
    """Where a factor stands in a product: numbers such as π and ln(2), names, functions, brackets."""
    base = factor.base if isinstance(factor, Power) else factor
    if not factor.names:
        return 0
    return 1 if isinstance(base, Name) else 3 if isinstance(base, Sum) else 2


# Printing -----------------------------------------------------------------------------------------------------------


def _number_text(value: Fraction) -> str:
    if bits(value) > BITS:
        return f"{hex(value.numerator)}/{hex(value.denominator)}"  # Python prints no decimals of this length
    if value.denominator == 1:
        return str(value.numerator)
    decimal = repr(as_float(value))
    if value.denominator > 1000 and decimal.strip("-").replace(".", "").isdigit() and Fraction(decimal) == value:
        return decimal
    return f"{value.numerator}/{value.denominator}"


def _bracketed(formula: Expr, needed: int, e_is_taken: bool) -> str:
    text, level = formula.printed(e_is_taken)
    return text if level >= needed else f"({text})"


def _raised(exponent: Expr, e_is_taken: bool) -> str:
    """An exponent; an index in it needs brackets, or it would hang below the power: e^(g_2)."""
    text = _bracketed(exponent, ATOM, e_is_taken)
    return f"({text})" if isinstance(exponent, Name) and "_" in text else text


def _row(number: Fraction, factors: list[Expr], e_is_taken: bool) -> str:
    """A positive number and factors side by side: 2x·cos(x^2)."""
    texts = [_bracketed(factor, POWER, e_is_taken) for factor in factors]
    if number == 1 and texts:
        return "·".join(texts)
    text = _number_text(number)
    if not texts:
        return text
    # 2·3^x and 2·e1 need the dot: without it they would read 23^x and 20
    runs_on = text.isdigit() and not texts[0][0].isdigit() and not (texts[0][0] in "eE" and texts[0][1:2].isdigit())
    return text + ("" if runs_on else "·") + "·".join(texts)


def _is_divisor(formula: Expr) -> bool:
    """Whether a factor is printed below the fraction bar."""
    return isinstance(formula, Power) and isinstance(formula.exponent, Constant) and formula.exponent.value < 0
