"""Run the scripts of a code exercise on whatever a namespace holds: plain data in, plain data out.

    answer({"script": "def forward(ReLU, inputs): ...", "cases": [{"inputs": to_plain(array)}]}, namespace)
    [{"values": {"outputs": ...}}]        or {"error": "ValueError", ...}, or {"missing": "ReLU"}

The text of this file also runs in the kernel in which a student's code runs, so it imports nothing of the workbook. It
knows no right answer and gives no marks: what it says is what the student's code says, and is judged elsewhere.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import linecache
import warnings
from collections.abc import Generator, Iterable, Mapping, Sequence
from types import CodeType, GeneratorType
from typing import NotRequired, Protocol, TypeAlias, TypedDict, cast

import numpy as np

Plain: TypeAlias = "None | bool | int | float | str | list[Plain] | dict[str, Plain]"
"""What travels: JSON, and arrays written as such."""

Value: TypeAlias = "None | bool | int | float | str | np.ndarray | list[Value] | dict[str, Value]"
"""What plain data stands for."""

SCRIPT = "<the exercise>"
MAX_ENTRIES = 200_000  # of an array that goes in or out
MAX_ITEMS = 2_000  # of a list or a dict
MAX_DEPTH = 6
MAX_TEXT = 1_000  # characters of a text
MADE_ON_THE_WAY = (GeneratorType, map, zip, filter, enumerate, reversed, range)  # read to their end, they are lists
KINDS = {"b": "|b1", "i": "<i8", "u": "<i8", "f": "<f8"}  # kind of an array → how it travels


class Script(Protocol):
    """A function of objects and inputs that returns its results by name."""

    __code__: CodeType

    def __call__(self, **given: object) -> dict[str, object]: ...


class Request(TypedDict):
    """What is asked: the text of a script, its name, and the inputs of each case."""

    script: str
    name: str
    cases: list[dict[str, Plain]]
    megabytes: NotRequired[int | None]


class Outcome(TypedDict, total=False):
    """What a script gave on one case: values, or an error with its line, or the name that was missing."""

    values: dict[str, Plain]
    missing: str
    error: str
    said: str  # by the error
    line: int
    text: str  # of that line


# -- plain data --------------------------------------------------------------------------------------------------------


def to_plain(value: object, depth: int = 0) -> Plain:
    """A value as JSON: numbers, text, lists and dicts as they are, arrays as {"array", "shape", "dtype", "order"}.

    NumPy's own numbers and truth values are numbers and truth values, and a generator is the list of what it gives.
    Anything else, and anything too big, becomes {"object": what it is}.
    """
    if isinstance(value, np.generic):
        value = cast(object, value.item())
    if value is None or value is True or value is False:
        return value
    if isinstance(value, float):
        return float.__add__(value, 0.0)  # a plain float, whatever class it claims to be
    if isinstance(value, int):
        return int.__add__(value, 0) if -(2**63) <= int.__add__(value, 0) < 2**63 else {"object": "huge int"}
    if isinstance(value, str):
        return str.__getitem__(value, slice(MAX_TEXT))
    if isinstance(value, np.ndarray):
        return _array(cast("np.ndarray", value))
    if isinstance(value, MADE_ON_THE_WAY):
        first = itertools.islice(cast("Iterable[object]", value), MAX_ITEMS + 1)  # one too many: it is too long
        return _collection(list(first), depth)
    if isinstance(value, (list, tuple, dict)):
        return _collection(cast("Sequence[object] | dict[object, object]", value), depth)
    return {"object": type(value).__name__[:60]}


def _collection(value: Sequence[object] | dict[object, object], depth: int) -> Plain:
    if len(value) > MAX_ITEMS or depth >= MAX_DEPTH:
        return {"object": f"too long or too deep {type(value).__name__}"}
    if isinstance(value, dict):
        return {"dict": {str(key)[:MAX_TEXT]: to_plain(entry, depth + 1) for key, entry in value.items()}}
    return [to_plain(entry, depth + 1) for entry in value]


def _array(value: np.ndarray) -> dict[str, Plain]:
    if value.dtype.kind not in KINDS or value.size > MAX_ENTRIES:
        return {"object": f"array of {value.dtype} with {value.size} entries"}
    turned = value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous
    data = np.ascontiguousarray(value, dtype=KINDS[value.dtype.kind]).tobytes()
    return {
        "array": base64.b64encode(data).decode("ascii"),
        "shape": list(value.shape),
        "dtype": str(value.dtype),
        "order": "F" if turned else "C",
    }


def from_plain(plain: Plain) -> Value:
    """The value again. Raises ValueError, KeyError or TypeError for what `to_plain` never gives."""
    if isinstance(plain, list):
        return [from_plain(entry) for entry in plain]
    if not isinstance(plain, dict):
        return plain
    if "dict" in plain:
        entries = cast("dict[str, Plain]", plain["dict"])
        return {str(key): from_plain(entry) for key, entry in entries.items()}
    dtype = np.dtype(cast(str, plain["dtype"]))
    if dtype.kind not in KINDS:
        raise ValueError("no array of numbers")
    flat = np.frombuffer(base64.b64decode(cast(str, plain["array"]), validate=True), KINDS[dtype.kind])
    shaped = flat.reshape(cast("list[int]", plain["shape"]))
    return np.array(shaped, dtype=dtype, order="F" if plain["order"] == "F" else "C")


# -- running -----------------------------------------------------------------------------------------------------------


def answer(request: Request, namespace: Mapping[str, object]) -> list[Outcome]:
    """What the script gives on each case: {"values": {name: plain}}, {"error": ...} or {"missing": name}.

    The script is one function. Its parameters are taken from the case, or else from the namespace.
    """
    rooms: dict[str, object] = {"np": np, "__name__": "exercise"}
    exec(compile(request["script"], SCRIPT, "exec"), rooms)  # noqa: S102  the exercise's own text
    script = cast(Script, rooms[request["name"]])
    with _limit(request.get("megabytes")):
        return [_outcome(script, case, namespace) for case in request["cases"]]


def _outcome(script: Script, case: Mapping[str, Plain], namespace: Mapping[str, object]) -> Outcome:
    given: dict[str, object] = {}
    for name in _parameters(script.__code__):
        if name in case:
            given[name] = from_plain(case[name])
        elif name in namespace:
            given[name] = namespace[name]
        else:
            return {"missing": name}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), _quiet():
            warnings.simplefilter("ignore")
            returned = script(**given)
            return {"values": {name: to_plain(value) for name, value in returned.items()}}
    except (Exception, SystemExit) as error:
        return _raised(error)


def _parameters(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount]


def _raised(error: BaseException) -> Outcome:
    """What the error is and says, and the student's line it happened in."""
    try:
        message = str(error)[:MAX_TEXT]
    except Exception:  # an error of the student's own may fail to say what it is
        message = ""
    outcome: Outcome = {"error": type(error).__name__[:60], "said": message}
    step = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if file not in (SCRIPT, __file__) and ("ipykernel" in file or file.startswith("<")):
            outcome["line"] = step.tb_lineno
            outcome["text"] = linecache.getline(file, step.tb_lineno).strip()[:200]
        step = step.tb_next
    return outcome


class _Nowhere:
    """Takes what is printed while cases run."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


@contextlib.contextmanager
def _quiet() -> Generator[None, None, None]:
    with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
        yield


@contextlib.contextmanager
def _limit(megabytes: int | None) -> Generator[None, None, None]:
    """No more than so much memory beyond what is in use now, where the system can say and hold it."""
    try:
        import resource

        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError, ValueError):
        yield
        return
    if megabytes is None:
        yield
        return
    most = used + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
