"""Write an exercise as an ordinary function that computes it while declaring its boxes.

    @page("The error of the last layer", row="8.2")
    def output_error(given, box):
        a = given("a", [0.8, 0.3])
        y = given("y", [1, 0])
        error = box(a - y, "a - y", "Which comes first, prediction or target?", how="Prediction minus target.",
                    slips={"wrong_sign": y - a})
        return step("Compare prediction and target.", eq("a - y", "=", column(error)))

`given` returns the canonical numbers, or for another variant seeded numbers of the same shape and kind. `box` returns
what it was handed and remembers it as the expected answer. Run once, the function yields the key. Run again with `box`
returning what a student typed, it yields what would follow from the student's own earlier answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from inspect import currentframe, unwrap
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypedDict, TypeVar, cast, overload

import numpy as np

from ..answers.equality import Value, equal
from ..answers.literals import literal_of
from ..engine.expressions import Expr, Operand
from ..errors import WorkbookError
from ..layout import Node, Shape, box_of, boxed, nodes_in, number, undrawn
from ..layout.boxed import BoxedArray
from ..layout.numbers import simple_fraction
from ..layout.vocabulary import drawn
from . import slugs
from .mistakes import file_of, messages_of, own_messages

if TYPE_CHECKING:
    from typing import Unpack

    from numpy.typing import NDArray

NBSP = "\u00a0"  # a blank at which no line ends
OWN = 10_000  # variants below are for practice; from here on each belongs to students, see autograder.marking.variants
OWN_VARIANTS = 1_000_000
OWN_TRIES = 20  # of a page's own numbers beside shared ones
ATTEMPTS = 2000  # tries for each variant until its numbers are fit to print
CLASHING = 0.01  # share of named mistakes that may look like another one of their box
WORTH_CARRYING = {0.0, 1.0}  # trivial answers that make what follows trivial too


Quantity: TypeAlias = Any
"""What a page computes with: a number, an array, a formula, a word. Only the page knows which of them."""

Slips: TypeAlias = Mapping[str, Quantity]
"""Code of a named mistake → what it gives, of the same shape as what is asked."""

Index: TypeAlias = tuple[int, ...]
Gradient: TypeAlias = "str | tuple[str | int, ...]"
"""Whose gradient a box asks for: an array, one entry of it, or an array for each entry."""

Whole = TypeVar("Whole")


if TYPE_CHECKING:

    class Options(TypedDict, total=False):
        """What may be said of a box beside its value, name, hint and how; `Run.box` says what each of them does."""

        digits: int | None
        only: Mask
        names: tuple[str, ...] | str
        options: Sequence[str]
        gradient_of: Gradient
        words: Mapping[str, str] | None
        meanings: Mapping[str, Quantity] | None

    class BoxOptions(Options, total=False):
        """The same, and how it is done."""

        how: str


Declare: TypeAlias = "Callable[..., Quantity]"
"""What a page calls `box`; `Run.box` says what it takes."""

PageFunction: TypeAlias = "Callable[[Given, Declare], Node | Iterable[Node]]"
Shares: TypeAlias = "Callable[[Given], Quantity]"
"""Draws the numbers that several pages have in common."""

Mask: TypeAlias = "NDArray[Any] | Iterable[int | Index] | None"
"""Which entries of an array are boxes: a mask, their indices, or None for all."""

SHARING: dict[Shares, list[Page]] = {}  # what draws shared numbers → the pages that have them in common
DECLARED: dict[str, set[tuple[str, int]]] = {}  # slug → where pages of that name are written


class PageError(WorkbookError):
    """A page is written wrongly. The message names the page, its line, and what to change."""


class Unfit(Exception):
    """These numbers do not make a good exercise; the next ones will be tried."""


ENTRIES = {1: ("entry",), 2: ("row", "column")}
"""How the entries of a vector and of a matrix are counted, spoken."""

KINDS = {"expression": Expr, "choice": str, "shape": Shape}  # anything else is a number


Entry: TypeAlias = tuple[str, Index]
"""A number of a computation, such as ("W2", (0, 1)): an array of it, and the place in it."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: what is expected in it, and what to say about it."""

    number: int
    key: Value
    name: str  # what stands in it, as mathematics: "∂Z/∂W"
    index: Index  # its place in the array that the name stands for, counted from 0
    hint: str
    how: str
    digits: int | None = None  # significant digits asked for; None asks for the exact number
    names: tuple[str, ...] = ()  # the variables that a formula may use
    mistakes: tuple[tuple[str, Value], ...] = ()  # (code, what that slip gives)
    width: int = 3
    options: tuple[str, ...] = ()  # the words to choose from
    gradient_of: Entry | None = None  # the number of the page's computation whose gradient stands here
    words: tuple[tuple[str, str], ...] = ()  # (code of a slip, what is said of it on this page)
    meanings: tuple[tuple[str, Operand], ...] = ()  # (letter that an answer may use as well, what it stands for)

    @property
    def kind(self) -> str:
        """How the answer is read: one of KINDS."""
        for kind, types in KINDS.items():
            if isinstance(self.key, types):
                return kind
        return "number"

    @property
    def shown(self) -> str:
        """The key as it is printed."""
        return _shown(self.key, self.digits)

    @property
    def label(self) -> str:
        """Which box it is and what stands in it, spoken: "box 7, row 2, column 1 of ∂L/∂W"."""
        return self.place + spoken(self.name)

    @property
    def place(self) -> str:
        """The first part of its label: "box 7, row 2, column 1 of "."""
        counted = zip(ENTRIES.get(len(self.index), ()), self.index, strict=False)
        entry = ", ".join(f"{name} {n + 1}" for name, n in counted)
        return f"box {self.number}, {entry} of " if entry else f"box {self.number}, "

    @property
    def literal(self) -> str:
        """The key as Python source, as it stands in the dict of a solution."""
        return literal_of(self.shown, as_number=self.kind == "number")


class Attempt(NamedTuple):
    """Which numbers of a variant: those of the page itself, and those that it shares with other pages."""

    own: int = 0
    shared: int = 0


@dataclass(frozen=True)
class Sheet:
    """A page with its numbers: one variant, its boxes and keys, and what to print. Variant 0 is the canonical one."""

    page: Page
    variant: int
    attempt: Attempt
    boxes: tuple[Box, ...]
    body: tuple[Node, ...]
    givens: Mapping[str, Quantity]  # what the page was given, by name

    @property
    def own(self) -> bool:
        """Whether these are a student's own numbers."""
        return self.variant >= OWN

    @cached_property
    def rules(self) -> str:
        """What answers look like on this page, said in a line or two at its foot; printed too."""
        numbers = [box for box in self.boxes if box.kind == "number"]
        exact = any(not box.digits for box in numbers)
        formulas = sorted({name for box in self.boxes if box.kind == "expression" for name in box.names})
        rules = ["Numbers are exact: 3, −0.5 and 3/4 are all fine."] if exact else []
        rules += _digits_asked([box for box in numbers if box.digits], exact)
        if formulas:
            x = next((name for name in formulas if name != "e"), formulas[0])  # e^e teaches nobody anything
            rules.append(f"Formulas in {', '.join(formulas)}: {x}^2, 2{x}, sin({x}), e^{x}, ln({x}), 1/{x}.")
        if any(box.kind == "shape" for box in self.boxes):
            rules.append("Shapes are rows × columns: 3×2, or 3x2.")
        for options in dict.fromkeys(box.options for box in self.boxes if box.options):
            boxes = _counted([box.number for box in self.boxes if box.options == options])
            unbroken = [option.replace(" ", NBSP) for option in options]
            listed = f"{NBSP}| ".join(unbroken)
            rules.append(f"Choose for {boxes}: {listed}.")
        return " ".join(rules)

    @cached_property
    def echoes(self) -> frozenset[int]:
        """The boxes whose answers the page shows a second time."""
        return frozenset(node.options["box"] for node in nodes_in(self.body) if node.kind == "echo")

    @cached_property
    def plotted(self) -> frozenset[int]:
        """The boxes whose answers are drawn as places on a way."""
        trails = (node.options["places"] for node in nodes_in(self.body) if node.kind == "trail")
        return frozenset(box_of(one) for places in trails for place in places for one in place) - {0}

    def follow(self, carried: Mapping[int, Value]) -> Run:
        """The run in which the boxes in `carried` hold these values instead of the key."""
        run = Run(self.page, self.variant, self.attempt, carried)
        try:
            with np.errstate(all="ignore"), undrawn():
                self.page.function(run.given, run.box)
        except Exception:  # noqa: BLE001, S110
            pass  # a slip may lead nowhere, such as the root of -1: later boxes then follow from nothing
        return run


@dataclass(frozen=True)
class Page:
    """An exercise: a function of (given, box), and where it belongs."""

    function: PageFunction
    title: str
    rows: tuple[str, ...]  # the rows of the curriculum that it teaches
    chapter: str
    slug: str
    place: int = 0  # its number in the chapter, which the catalogue gives it
    shares: Shares | None = None  # what draws the numbers that it has in common with other pages

    @property
    def kicker(self) -> str:
        """The small line beside the title."""
        return f"{slugs.in_words(self.chapter)} {self.place}"

    @property
    def points(self) -> int:
        """One point a box."""
        return len(self.sheet().boxes)

    def sheet(self, variant: int = 0) -> Sheet:
        """The page with the numbers of `variant`. PageError when it is written wrongly."""
        return _sheet(self, variant)

    def __hash__(self) -> int:
        return hash(self.slug)

    def __repr__(self) -> str:
        return f"Page({self.slug!r})"


def page(
    title: str, row: str | tuple[str, ...] = (), *, shares: Shares | None = None
) -> Callable[[PageFunction], Page]:
    """Make a page of a function (given, box) → what to print.

    row     the curriculum's row, or rows, where the course has a table of them
    shares  a function of `given`, common to several pages: `given.shared(it)` gives all of them the same numbers
    """

    def make(function: PageFunction) -> Page:
        chapter = slugs.chapter_in(function.__module__)
        slug = slugs.slug(chapter, function.__name__)
        code = unwrap(function).__code__
        DECLARED.setdefault(slug, set()).add((code.co_filename, code.co_firstlineno))
        rows = (row,) if isinstance(row, str) else tuple(row)
        made = Page(function, title, rows, chapter, slug, shares=shares)
        if shares is not None:
            SHARING.setdefault(shares, []).append(made)
        return made

    return make


@lru_cache(maxsize=4096)
def _sheet(page: Page, variant: int) -> Sheet:
    shared = _common(page.shares, variant) if page.shares else 0
    for own in range(ATTEMPTS):
        if sheet := _drawn(page, variant, Attempt(own, shared)):
            return sheet
    raise _error(page, f"no fit numbers for variant {variant} in {ATTEMPTS} tries; loosen given(...) or require(...)")


@lru_cache(maxsize=1024)
def _common(shares: Shares, variant: int) -> int:
    """The first of the shared numbers of this variant that are fit for every page that has them."""
    if variant == 0:
        return 0
    pages = SHARING[shares]
    asked = list(pages)
    for shared in range(ATTEMPTS):
        if _drawable(shares, pages[0], variant, shared) and _fit_all(asked, variant, shared):
            return shared
    raise _error(
        pages[0], f"no numbers of {shares.__name__} for variant {variant} fit all of {', '.join(p.slug for p in pages)}"
    )


def _drawable(shares: Shares, page: Page, variant: int, shared: int) -> bool:
    """Whether the shared numbers are fit by themselves, which is known before any page is made with them."""
    try:
        with np.errstate(all="ignore"):
            Run(page, variant, Attempt(0, shared)).given.shared(shares)
    except Unfit:
        return False
    return True


def _fit_all(asked: list[Page], variant: int, shared: int) -> bool:
    """Whether all pages can be made with these shared numbers. One that refuses is asked first the next time."""
    try:
        refusing = next((page for page in asked if not _fits(page, variant, shared)), None)
    except PageError:  # in the order in which they are written it is always the same fault, or none
        return all(_fits(page, variant, shared) for page in SHARING[cast(Shares, asked[0].shares)])
    if refusing is not None:
        asked.remove(refusing)
        asked.insert(0, refusing)
    return refusing is None


def _fits(page: Page, variant: int, shared: int) -> bool:
    """Whether a page can be made with these shared numbers, in a few tries of its own."""
    tries = OWN_TRIES if _has_own(page) else 1
    with undrawn():
        return any(_drawn(page, variant, Attempt(own, shared)) for own in range(tries))


@lru_cache(maxsize=4096)
def _has_own(page: Page) -> bool:
    """Whether the page has numbers beside the shared ones."""
    whole, common = Run(page, 0, Attempt()), Run(page, 0, Attempt())
    with undrawn():
        page.function(whole.given, whole.box)
    if page.shares is not None:
        common.given.shared(page.shares)
    return len(whole.numbers) > len(common.numbers)


def _drawn(page: Page, variant: int, attempt: Attempt) -> Sheet | None:
    """The page with these numbers; None where they are not fit."""
    run = Run(page, variant, attempt)
    try:
        with np.errstate(all="ignore"):
            body = page.function(run.given, run.box)
        run.vet()
    except Unfit as unfit:
        if variant == 0:
            line = run.blamed or _line(page, unfit)
            raise _error(page, f"the canonical numbers are not fit: {unfit}", line) from None
        return None
    except PageError as error:
        raise _error(page, f"{error}{_of(variant)}", _line(page, error)) from None
    except Exception as error:
        raise _error(page, f"{type(error).__name__}: {error}{_of(variant)}", _line(page, error)) from error
    if not run.boxes:
        raise _error(page, "the page has no box; call box(value, name, hint, how=...)")
    body = (body,) if isinstance(body, Node) else tuple(body)
    sheet = Sheet(page, variant, attempt, tuple(run.boxes), body, run.numbers)
    if drawn.get() and 0 in sheet.echoes:
        raise _error(page, "echo() shows what stands in a box: give it what box() returned, not a result of it")
    return sheet


@lru_cache(maxsize=4096)
def _most_clashes(page: Page) -> float:
    """More clashes than these are too many for any numbers: there are no more named mistakes in other variants."""
    run = Run(page, 0, Attempt())
    with undrawn():
        page.function(run.given, run.box)
    return CLASHING * sum(map(len, run.slips))


def _digits_asked(boxes: list[Box], exact: bool) -> list[str]:
    """How many digits are asked for; of which box, where that differs."""
    asked = sorted({box.digits for box in boxes if box.digits is not None})
    if len(asked) < 2:
        where = "Where decimals go on, give" if exact else "Give"
        return [f"{where} {digits} digits, not counting zeros in front." for digits in asked]
    of = {digits: _counted([box.number for box in boxes if box.digits == digits]) for digits in asked}
    return [*(f"Give {digits} digits for {which}." for digits, which in of.items()), "Zeros in front do not count."]


def _counted(numbers: list[int]) -> str:
    """The numbers of boxes in words: box 3; boxes 1–4, 7."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    named = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"box {named}" if len(numbers) == 1 else f"boxes {named}"


def _error(page: Page, message: str, line: int | None = None) -> PageError:
    code = unwrap(page.function).__code__
    return PageError(f"{page.slug} ({code.co_filename}:{line or code.co_firstlineno}): {message}")


def _of(variant: int) -> str:
    return f" (variant {variant})" if variant else ""


def _line(page: Page, error: BaseException) -> int | None:
    """The line of the page's own file at which this error came up."""
    file = unwrap(page.function).__code__.co_filename
    lines: list[int] = []
    traced = error.__traceback__
    while traced:
        if traced.tb_frame.f_code.co_filename == file:
            lines.append(traced.tb_lineno)
        traced = traced.tb_next
    return lines[-1] if lines else None


class Run:
    """One execution of a page's function: hands out numbers, collects boxes."""

    def __init__(self, page: Page, variant: int, attempt: Attempt, carried: Mapping[int, Value] | None = None) -> None:
        self.page, self.variant, self.attempt, self.carried = page, variant, attempt, carried
        self.canonical = variant == 0
        self.boxes: list[Box] = []
        self.handed: list[Value] = []  # what each box was handed, in order
        self.slips: list[tuple[tuple[str, Value], ...]] = []  # and what each named mistake would give
        self.invisible: list[str] = []
        self.blamed: int | None = None  # the line of the first box whose named mistake gives the key
        self.planted = self.clashes = 0  # named mistakes, and those that look like another one of their box
        self.numbers: dict[str, Quantity] = {}
        self.given = Given(self, f"{page.slug}/{variant}/{attempt.own}")

    def box(
        self,
        value: Quantity,
        name: str,
        hint: str = "",
        *,
        how: str = "",
        digits: int | None = None,
        only: Mask = None,
        names: tuple[str, ...] | str = (),
        options: Sequence[str] = (),
        slips: Slips | None = None,
        gradient_of: Gradient = "",
        words: Mapping[str, str] | None = None,
        meanings: Mapping[str, Operand] | None = None,
    ) -> Quantity:
        """Declare boxes, one per entry of `value`, and return what stands in them.

        name      what it is, as mathematics ("∂Z/∂W"); spoken as the box's label
        hint      a question that helps when the answer is wrong
        how       one sentence for the worked solution
        digits    significant digits asked for; without it the number is exact
        only      the entries that are boxes (indices or a mask of the array); the others are printed
        names     the variables a formula may use
        options   the words to choose from, where `value` is a word or words
        slips     code → what that slip gives, of the same shape as `value`, nan where an entry does not have it; the
                  codes stand in `autograder.authoring.mistakes`
        gradient_of  where the box can be checked by nudging: the array of the page's computation whose gradient stands
                  here, "W2"; one entry of it, ("W2", 0, 1); or an array for each entry, ("W1", "b1")
        words     code → what this page says of the slip, where the general message does not fit
        meanings  letter of the page → the number or formula it stands for, where a formula may use it as well; letters
                  that were given, or that another box asks for, are known without
        """
        if self.carried is not None and only is None and isinstance(value, (int, float, Expr, str)):
            return self._single(value, slips or {}, self.carried)
        values = _array(value)
        where = _positions(values.shape, only)
        given_by = {code: _in_shape(_array(slip), values.shape) for code, slip in (slips or {}).items()}
        first = len(self.handed) + 1
        for index in where:
            self.handed.append(values[index])
            self.slips.append(tuple([(code, slip[index]) for code, slip in given_by.items()]))
        if self.carried is None:
            self._declare(
                values, where, first, name, hint, how, digits, names, tuple(options), given_by, gradient_of,
                words or {}, meanings or {},
            )  # fmt: skip
            return self._boxed(values, where, first)
        typed = values.copy()
        for n, index in enumerate(where, start=first):
            typed[index] = self.carried.get(n, values[index])
        return self._boxed(typed, where, first)

    def _single(self, value: float | Expr | str, slips: Slips, carried: Mapping[int, Value]) -> Quantity:
        """A box of one value where the page is computed on: the value and its slips are noted, nothing is declared."""
        value = value if isinstance(value, (Expr, str)) else float(value)
        self.handed.append(value)
        self.slips.append(tuple([(code, cast(Value, _array(slip)[()])) for code, slip in slips.items()]))
        n = len(self.handed)
        return boxed(carried.get(n, value), n)

    def _boxed(self, values: NDArray[Any], where: list[Index], first: int) -> Quantity:
        if values.shape == ():
            return boxed(values.item(), first)
        numbers = np.zeros(values.shape, dtype=int)
        for n, index in enumerate(where, start=first):
            numbers[index] = n
        return BoxedArray(values, numbers)

    def _declare(
        self, values: NDArray[Any], where: list[Index], first: int, name: str, hint: str, how: str, digits: int | None,
        names: tuple[str, ...] | str, options: tuple[str, ...], slips: Mapping[str, NDArray[Any]],
        gradient_of: Gradient, words: Mapping[str, str], meanings: Mapping[str, Quantity],
    ) -> None:  # fmt: skip
        package = slugs.course_of(self.page.chapter)
        if unknown := slips.keys() - messages_of(package).keys():
            raise PageError(f"unknown mistake {sorted(unknown)[0]!r}; add it to {file_of(package)}")
        for what, text in (("name", name), ("hint", hint), ("how", how)):
            if not text or not text.strip():
                raise PageError(f'box {first} has no {what}; say box(value, "name", "a hint that asks", how="...")')
        told = [False] * len(slips)  # of each slip, whether it can be told from the key in any box
        names_ = tuple(names.split()) if isinstance(names, str) else tuple(names)
        own = own_messages(package)
        said = tuple(({code: own[code] for code in slips if code in own} | dict(words)).items())
        declared: list[tuple[int, Value, Index, tuple[tuple[str, Value], ...]]] = []
        for n, index in enumerate(where, start=first):
            key = _key(values[index], digits, n)
            kept: list[tuple[str, Value]] = []
            for i, (code, slip) in enumerate(slips.items()):
                if _tellable(slip[index], key, digits):
                    told[i] = True
                    kept.append((code, slip[index]))
            self.planted += len(kept)
            self.clashes += _clashes([slip for _, slip in kept], digits)
            if isinstance(key, Expr) and not key.names <= set(names_):
                raise PageError(f"box {n} has the key {key}, which uses names outside names={names_}")
            if isinstance(key, str) and key not in options:
                raise PageError(f"box {n} has the key {key!r}, which is not among options={options}")
            declared.append((n, key, index, tuple(kept)))
        widest = max(len(_shown(key, digits)) for _, key, _, _ in declared) if drawn.get() else 0
        about = tuple(meanings.items())
        for n, key, index, slipped in declared:
            width, of = _width(key, widest, options), _entry(gradient_of, index)
            self.boxes.append(
                Box(n, key, name, index, hint, how, digits, names_, slipped, width, options, of, said, about)
            )
        for code, seen in zip(slips, told, strict=True):
            if not seen:
                self.invisible.append(f"box {first}: {code}")
                self.blamed = self.blamed or self._calling_line()
        if not self.canonical and (self.invisible or self.clashes > _most_clashes(self.page)):
            raise Unfit("vet() would refuse these numbers, whatever comes")
        if unused := set(words) - set(slips):
            raise PageError(f"box {first} has words for {sorted(unused)[0]!r}, which is not among its slips")

    def _calling_line(self) -> int | None:
        """The line of the page that is being run just now."""
        file, frame = unwrap(self.page.function).__code__.co_filename, currentframe()
        while frame and frame.f_code.co_filename != file:
            frame = frame.f_back
        return frame.f_lineno if frame else None

    def vet(self) -> None:
        """Refuse numbers on which a named mistake gives the key, or two named mistakes give the same."""
        if self.invisible:
            raise Unfit(f"the mistake gives the key itself ({self.invisible[0]}); change the numbers or leave it out")
        if self.clashes > CLASHING * self.planted and not self.canonical:
            raise Unfit("two named mistakes of a box give the same")


def _shown(key: Value, digits: int | None) -> str:
    """A key as it is printed."""
    return str(key) if isinstance(key, (Expr, str, Shape)) else number(key, digits)


def _width(key: Value, widest: int, options: tuple[str, ...]) -> int:
    """How many letters wide a box is: the longest of its array's keys, or of the words to choose from, has room."""
    return max(5, widest, *map(len, options)) if isinstance(key, (Expr, str, Shape)) else max(3, widest + 1)


def _in_shape(values: NDArray[Any], shape: Index) -> NDArray[Any]:
    return values if values.shape == shape else np.broadcast_to(values, shape)


def _array(value: Quantity) -> NDArray[Any]:
    """The value as an array of floats, or of formulas, words or shapes, each a single entry."""
    if isinstance(value, (Expr, str, Shape)):
        single: NDArray[Any] = np.empty((), dtype=object)
        single[()] = value
        return single
    if isinstance(value, (list, tuple)):
        rows = [_array(entry) for entry in cast("Sequence[Quantity]", value)]
        return np.stack(rows) if rows else np.empty(0)
    return np.asarray(value, dtype=object if np.asarray(value).dtype.kind == "O" else float)


@lru_cache(maxsize=256)
def _all_of(shape: Index) -> list[Index]:
    return list(np.ndindex(shape))


def _positions(shape: Index, only: Mask) -> list[Index]:
    if only is None:
        return _all_of(shape)
    if isinstance(only, np.ndarray):
        mask = cast("NDArray[Any]", only)
        if mask.dtype == bool:
            return [index for index in np.ndindex(shape) if mask[index]]
    places = cast("Iterable[int | Index]", only)
    return [tuple(map(int, place)) if isinstance(place, tuple) else (int(place),) for place in places]


def _entry(gradient_of: Gradient, index: Index) -> Entry | None:
    """Whose gradient stands in the box at this index."""
    if not gradient_of:
        return None
    if isinstance(gradient_of, str):
        return gradient_of, index
    entry = tuple(place for place in gradient_of if isinstance(place, int))
    return (str(gradient_of[0]), entry) if entry else (str(gradient_of[index[0]]), ())


def _key(value: Value, digits: int | None, n: int) -> Value:
    if isinstance(value, (Expr, str, Shape)):
        return value
    value = float(value)
    if not isfinite(value):
        raise PageError(f"the key of box {n} is {value}; keep the numbers away from where it is not finite")
    exact = simple_fraction(value)
    if exact is None and digits is None:
        raise PageError(f"the key of box {n} is {value!r}, no short fraction; say digits=3")
    return value if exact is None else exact


def _tellable(slip: Value, key: Value, digits: int | None) -> bool:
    """Whether this mistake can be told from the right answer; nan stands for one that this entry does not have."""
    return bool(slip == slip) and not equal(slip, key, digits)


def _clashes(slips: Sequence[Value], digits: int | None) -> int:
    """How many of these mistakes would be taken for an earlier one."""
    return sum(any(equal(slip, other, digits) for other in slips[:i]) for i, slip in enumerate(slips))


def spoken(name: str) -> str:
    """The name of a box as it is read aloud: "δ layer 2" for δ^{(2)}, "W transposed" for W^T."""
    name = re.sub(r"\^\{\((.+?)\)\}", r" layer \1", name)
    name = re.sub(r"\^T\b", " transposed", name)
    return name.replace("_", " ").replace("^", " to the ").replace("{", "").replace("}", "")


By: TypeAlias = Callable[[float], float]
"""By what two numbers are told apart: abs, say."""

Array: TypeAlias = "NDArray[Any] | Sequence[float] | Sequence[Sequence[float]]"


if TYPE_CHECKING:

    class Bounds(TypedDict, total=False):
        """Which numbers a page may be given; `Given` says what each of them does."""

        low: float | None
        high: float | None
        step: float | None
        zero: bool | None
        distinct: bool | By


class Given:
    """Hands a page its numbers; what a page calls `given`."""

    def __init__(self, run: Run, seed: str = "") -> None:
        self._run, self._seed = run, seed

    @cached_property
    def _draw(self) -> Callable[[], float]:
        """Draws a number between 0 and 1, the same ones on every machine."""
        from random import Random  # here, so that importing the marking stays light

        return Random(self._seed).random

    @overload
    def __call__(self, name: str, canonical: float, **bounds: Unpack[Bounds]) -> float: ...
    @overload
    def __call__(self, name: str, canonical: Array, **bounds: Unpack[Bounds]) -> NDArray[Any]: ...
    def __call__(
        self,
        name: str,
        canonical: float | Array,
        *,
        low: float | None = None,
        high: float | None = None,
        step: float | None = None,
        zero: bool | None = None,
        distinct: bool | By = False,
    ) -> float | NDArray[Any]:
        """The number or array `name`: the canonical one, or seeded ones of the same shape and kind.

        low, high  bounds of an entry's size, sign aside; by default up to the largest canonical one, at least 9 steps
        step       the entries are multiples of it; by default the finest decimal place of the canonical numbers
        zero       whether an entry may be 0; by default if a canonical one is
        distinct   True: no two entries are equal; abs: no two are of the same size, sign aside
        """
        values: NDArray[Any] = np.array(canonical, dtype=float)
        if not self._run.canonical:
            values = self._vary(values, low, high, step, zero)
        values.flags.writeable = False
        if distinct:
            self.distinct(values, by=None if isinstance(distinct, bool) else distinct)
        return self._noted(name, float(values) if values.shape == () else values)

    def _vary(
        self, canonical: NDArray[Any], low: float | None, high: float | None, step: float | None, zero: bool | None
    ) -> NDArray[Any]:
        known: list[float] = canonical.ravel().tolist()
        step = step or _finest_place(known)
        zero = 0 in known if zero is None else zero
        least = round((low if low is not None else (0.0 if zero else step)) / step)
        most = round((high if high is not None else max(*map(abs, known), 9 * step)) / step)
        signed = min(known) < 0
        out: list[float] = []
        for _ in known:
            size = least + int(self._draw() * (most - least + 1))
            sign = -1 if signed and self._draw() < 0.5 else 1
            out.append(round(sign * size * step, 6))
        return np.array(out, dtype=float).reshape(canonical.shape)

    def choice(self, name: str, canonical: Whole, *others: Whole) -> Whole:
        """One of several things, the first being canonical: a formula, a word, a list of numbers."""
        options = (canonical, *others)
        chosen = canonical if self._run.canonical else options[int(self._draw() * len(options))]
        return self._noted(name, chosen)

    def shared(self, make: Callable[[Given], Whole]) -> Whole:
        """What `make(given)` returns, with the same numbers on all pages that were declared with shares=make."""
        if make is not self._run.page.shares:
            raise PageError(f"say shares={make.__name__} in @page, so that other pages get the same numbers")
        return make(self._beside(make))

    def _beside(self, make: Shares) -> Given:
        """Hands out the numbers that the page shares."""
        run = self._run
        return Given(run, f"{run.page.chapter}.{make.__name__}/{run.variant}/{run.attempt.shared}")

    def _noted(self, name: str, value: Whole) -> Whole:
        self._run.numbers[name] = value
        return value

    def require(self, condition: bool, why: str = "") -> None:
        """Numbers for which `condition` does not hold are not printed; others are drawn."""
        if not condition and self._run.carried is None:
            raise Unfit(why or "require() does not hold")

    def distinct(self, *numbers: Quantity, by: By | None = None) -> None:
        """Require that no two of these numbers are equal, all entries counted; with by=abs that no sizes are."""
        entries: list[float] = np.concatenate([np.ravel(number) for number in numbers]).tolist()
        kept = {by(entry) if by else entry for entry in entries}
        self.require(len(kept) == len(entries), f"two of these numbers are {'of one size' if by else 'the same'}")

    def apart(self, key: Quantity, *slips: Quantity) -> None:
        """Require that no two slips give the same wrong number in any entry, so that each can be told by its name."""
        wrong = [values + 0 * np.asarray(key) for values in slips]
        told = [np.abs(values - key) > 1e-9 for values in wrong]
        alike = any(np.any((np.abs(a - b) < 1e-9) & told[i]) for i, a in enumerate(wrong) for b in wrong[:i])
        self.require(not alike, "two slips give the same")


def _finest_place(numbers: list[float]) -> float:
    """1, 0.1, 0.01 or 0.001: the last decimal place that these numbers use."""
    return next(10.0**-k for k in range(4) if k == 3 or all(abs(round(v, k) - v) < 1e-12 for v in numbers))
