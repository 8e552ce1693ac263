"""sin, cos, tan, exp, log and sqrt of a real number, a complex number or a formula: what slopes are written with.

    >>> sin(0.0), exp(0j)
    (0.0, (1+0j))
    >>> from autograder.engine.expressions import Name
    >>> cos(Name("x"))
    <formula cos(x)>

A real number outside the domain raises, as in `math`. A formula is asked for its method of that name, as NumPy asks the
entries of an array of objects.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from numbers import Real
from typing import Any


def _elementary(name: str) -> Callable[[Any], Any]:
    of_real, of_complex = getattr(math, name), getattr(cmath, name)

    def function(x: Any) -> Any:
        if isinstance(x, Real):
            return of_real(x)
        return of_complex(x) if isinstance(x, complex) else getattr(x, name)()

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name} of a real number, a complex number or a formula."
    return function


sin, cos, tan = map(_elementary, ("sin", "cos", "tan"))
exp, log, sqrt = map(_elementary, ("exp", "log", "sqrt"))
