"""The mathematics of the workbook: small, exact, and written to be read next to the formulas. NumPy alone.

| I want to see ...                                        | look in        |
|---|---|
| relu, sigmoid, tanh, softmax, each beside its slope       | activations.py |
| the losses, each beside its slope, and a − y              | losses.py      |
| the four equations of back-propagation, columns and rows  | equations.py   |
| a filter that slides, its three rules of the way back     | convolution.py |
| the maximum or the mean under a window, and back          | pooling.py     |
| where a window stops, and what it sees                    | windows.py     |
| layers, networks, forward, backward, a training step      | network.py     |
| attention: queries, keys, values, heads, and their slopes | attention.py   |
| layer normalisation, and the three paths back             | normalisation.py |
| plain step, momentum, Adam                                | optimizers.py  |
| the table of slopes of scalar operations                  | rules.py       |
| sin, exp, … of a number or a formula                      | elementary.py  |
| scalar graphs: nodes written with ordinary operators      | graph.py       |
| upstream × local = downstream, node by node               | walk.py        |
| numerical gradients, and a checker that explains          | gradcheck.py   |
| formulas with names: derivatives, printing                | expressions.py |
| whether two formulas have the same value                  | same_value.py  |
| arithmetic that never raises and never takes all day      | safe_numbers.py |
| how numbers come in                                       | arrays.py      |
| which shapes fit, and what a wrong one is told            | shapes.py      |
| the same for arrays with more axes                        | axes.py        |

Conventions: column vectors, W of shape (outputs, inputs), z = W a + b, a = σ(z), δ = ∂C/∂z, error = prediction minus
target, ReLU′(0) = 0, examples in columns unless the name says `rows`. The mean 1/m is taken once, in bp3 and bp4.
In attention and layer normalisation positions stand in rows.

What works on nodes (`graph.walk`, `graph.exp`, `graph.maximum`, …), on formulas (`expressions.sin`, …) and in a single
layer (`attention.scores`, `normalisation.three_paths`, …) keeps its module's name in front; everything else can be
imported from here.
A module is loaded when one of its names is first used.

Imports: nothing of the workbook.
"""

import importlib
from typing import Any

EXPORTS = {
    "activations": """ACTIVATIONS identity identity_slope relu relu_slope sigmoid sigmoid_slope sigmoid_slope_from_value
        tanh tanh_slope tanh_slope_from_value softmax log_softmax log_sum_exp softmax_jacobian
        softmax_jacobian_from_value""",
    "arrays": "ShapeError",
    "attention": "Attention",
    "axes": "",
    "equations": """weighted_sum bp1 bp2 bp3 bp4 weighted_sum_rows bp2_rows bp3_rows bp4_rows bp2_rows_in_out
        bp4_rows_in_out COLUMNS ROWS""",
    "gradcheck": "central_differences check_gradient complex_step relative_error WrongGradient",
    "graph": "Node NoValue",
    "losses": """LOSSES mean_squared_error mean_squared_error_slope cross_entropy cross_entropy_slope
        binary_cross_entropy binary_cross_entropy_slope cross_entropy_with_softmax cross_entropy_with_softmax_slope
        cross_entropy_with_sigmoid cross_entropy_with_sigmoid_slope""",
    "convolution": "correlate correlate_inputs correlate_weights correlate_bias convolve turned as_matrix",
    "pooling": "max_pool max_pool_slope mean_pool mean_pool_slope",
    "windows": "Window receptive_field",
    "network": "Layer Network Gradient parameters unroll roll_up",
    "normalisation": "layer_norm",
    "optimizers": "GradientDescent Momentum Adam",
    "rules": "RULES",
    "walk": "Record",
    "elementary": "",
    "expressions": "",
    "safe_numbers": "",
    "shapes": "",
    "same_value": "",
}
HOME = {name: module for module, names in EXPORTS.items() for name in names.split()}


def __getattr__(name: str) -> Any:  # of the kind that its module says
    if name in EXPORTS:
        return importlib.import_module(f".{name}", __name__)
    if name not in HOME:
        raise AttributeError(f"autograder.engine has no {name!r}: its docstring says what is where")
    value = globals()[name] = getattr(importlib.import_module(f".{HOME[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted([*HOME, *EXPORTS])
