"""Code of chapter 11: a convolution, place by place and then by windows, and max pooling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..authoring.exercise import Case, exercise, whole_numbers
from .passes import passed

# -- a convolution, place by place -------------------------------------------------------------------------------------


def layer_case(draw: np.random.Generator, title: str, inputs: tuple[int, ...], weights: tuple[int, ...],
               stride: int = 1, padding: int = 0, turned: bool = False) -> Case:  # fmt: skip
    """Small whole numbers for a layer with inputs and weights of these shapes, and an upstream gradient that fits."""
    k = weights[2]
    stops = [(length + 2 * padding - k) // stride + 1 for length in inputs[2:]]
    shapes = {"inputs": inputs, "weights": weights, "dvalues": (inputs[0], weights[0], *stops)}
    numbers = {name: whole_numbers(draw, *shape, most=3) for name, shape in shapes.items()}
    numbers = {name: np.asfortranarray(array) if turned else array for name, array in numbers.items()}
    return Case(title, **numbers, biases=whole_numbers(draw, weights[0], most=3), stride=stride, padding=padding)


def slides(draw: np.random.Generator) -> Iterator[Case]:
    """Pictures, filters and upstream gradients, a stride of 1 and no padding; the smallest first."""
    yield Case("four pixels, one weight", inputs=[[[[3.0, 1.0], [-2.0, 4.0]]]], weights=[[[[2.0]]]], biases=[1.0],
               dvalues=[[[[1.0, 5.0], [3.0, -2.0]]]], stride=1, padding=0)  # fmt: skip
    yield Case("two stops side by side", inputs=[[[[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]]]],
               weights=[[[[1.0, -2.0], [3.0, 2.0]]]], biases=[1.0], dvalues=[[[[1.0, -2.0]]]],
               stride=1, padding=0)  # fmt: skip
    yield layer_case(draw, "four stops that overlap", (1, 1, 3, 3), (1, 1, 2, 2))
    yield layer_case(draw, "two channels", (1, 2, 2, 3), (1, 2, 2, 2))
    yield layer_case(draw, "two filters", (1, 1, 2, 3), (2, 1, 2, 2))
    yield layer_case(draw, "two pictures", (2, 1, 2, 3), (1, 1, 2, 2))
    for m, c, f, k, turned in ((2, 3, 4, 2, False), (2, 4, 3, 3, True)):  # all different: no shape fits by chance
        title = f"{m} pictures, {c} channels, {f} filters" + ", Fortran order" * turned
        yield layer_case(draw, title, (m, c, 4, 5), (f, c, k, k), turned=turned)


def strides(draw: np.random.Generator) -> Iterator[Case]:
    """The same with a stride; the smallest first."""
    yield layer_case(draw, "three pixels, every second one", (1, 1, 1, 3), (1, 1, 1, 1), stride=2)
    yield layer_case(draw, "a stride of 2, a column left over", (1, 1, 2, 5), (1, 1, 2, 2), stride=2)
    yield layer_case(draw, "a stride of 2", (1, 1, 5, 5), (1, 1, 3, 3), stride=2)
    yield layer_case(draw, "a stride of 3, several of all", (2, 2, 5, 8), (3, 2, 2, 2), stride=3)


def paddings(draw: np.random.Generator) -> Iterator[Case]:
    """The same with zeros around the pictures; the smallest first."""
    yield layer_case(draw, "one pixel, zeros around it", (1, 1, 1, 1), (1, 1, 2, 2), padding=1)
    yield layer_case(draw, "as many sums as pixels", (1, 1, 2, 3), (1, 1, 3, 3), padding=1)
    yield layer_case(draw, "two zeros on each side", (2, 2, 2, 3), (3, 2, 3, 3), padding=2)
    yield layer_case(draw, "zeros and a stride", (2, 2, 4, 5), (3, 2, 3, 3), stride=2, padding=1)


@exercise("A convolution, place by place", row="11.10", seconds=10)
class Convolution:
    """A layer of filters that slide over pictures. As in most networks no filter is turned around:
    each lies on a picture as it stands.

    After the backward pass dweights, dbiases and dinputs hold
    ∂C/∂(weights), ∂C/∂(biases) and ∂C/∂(inputs).
    """

    def __init__(self, weights, biases, stride=1, padding=0):
        """weights, (f, c, k, k): f filters over c channels. biases, (f,). Keep both.

        stride    how far a filter moves from one stop to the next, down and across
        padding   how many rows and columns of zeros are put on each side of a picture
        """
        self.weights, self.biases, self.stride, self.padding = weights, biases, stride, padding

    def forward_pass(self, inputs):
        """inputs, (m, c, height, width): m pictures with c channels. Returns (m, f, rows, columns):
        a sum for each filter at each stop, in the padded picture, at which it lies inside.

        A sum is weight times pixel over the k × k pixels of all c channels that lie under the
        filter, plus its bias. Loops are welcome here. Keeps the inputs for the way back.
        """
        self.inputs = inputs
        k, padded = self.weights.shape[2], self._padded(inputs)
        rows, columns = ((length - k) // self.stride + 1 for length in padded.shape[2:])
        sums = np.zeros((len(inputs), len(self.weights), rows, columns))
        for n, f, i, j in np.ndindex(sums.shape):
            down, across = self._under(i, j)
            sums[n, f, i, j] = np.sum(self.weights[f] * padded[n, :, down, across]) + self.biases[f]
        return sums

    def backward_pass(self, dvalues):
        """dvalues, (m, f, rows, columns): ∂C/∂(sums). Returns dinputs, (m, c, height, width).

        Sets dweights, (f, c, k, k), dbiases, (f,), and dinputs. The mean over the examples is in
        dvalues already.
        """
        padded = self._padded(self.inputs)
        self.dweights, self.dbiases = np.zeros(self.weights.shape), dvalues.sum(axis=(0, 2, 3))
        dpadded = np.zeros(padded.shape)
        for n, f, i, j in np.ndindex(dvalues.shape):
            down, across = self._under(i, j)
            self.dweights[f] += dvalues[n, f, i, j] * padded[n, :, down, across]
            dpadded[n, :, down, across] += dvalues[n, f, i, j] * self.weights[f]
        height, width = self.inputs.shape[2:]
        first = self.padding
        self.dinputs = dpadded[:, :, first : first + height, first : first + width]
        return self.dinputs

    def _padded(self, pictures):
        around = (self.padding, self.padding)
        return np.pad(pictures, ((0, 0), (0, 0), around, around))

    def _under(self, i, j):
        """The rows and the columns that lie under a filter at stop i, j."""
        k, stride = self.weights.shape[2], self.stride
        return slice(i * stride, i * stride + k), slice(j * stride, j * stride + k)


@Convolution.behaviour(
    "slides its filters over the pictures", "Which pixels lie under a filter i rows down and j columns on?", slides,
    points=2,
)  # fmt: skip
def slid(Convolution, weights, biases, inputs):
    return {"values": Convolution(weights, biases).forward_pass(inputs)}


@Convolution.behaviour(
    "finds dweights", "A weight is used at every stop. On which pixel, and what comes back from there?", slides,
    points=2, uses=(passed,),
)  # fmt: skip
def slid_dweights(Convolution, weights, biases, inputs, dvalues):
    return {"dweights": passed(Convolution(weights, biases), inputs, dvalues, "dweights").dweights}


@Convolution.behaviour(
    "finds dbiases", "One bias serves every stop in every picture: what becomes of the gradients it gets?", slides,
    uses=(passed,),
)  # fmt: skip
def slid_dbiases(Convolution, weights, biases, inputs, dvalues):
    return {"dbiases": passed(Convolution(weights, biases), inputs, dvalues, "dbiases").dbiases}


@Convolution.behaviour(
    "sends the gradient back", "A pixel lay under the filter at several stops. What becomes of all that comes back?",
    slides, points=2,
)  # fmt: skip
def slid_back(Convolution, weights, biases, inputs, dvalues):
    layer = Convolution(weights, biases)
    layer.forward_pass(inputs)
    return {"returned": layer.backward_pass(dvalues), "dinputs": layer.dinputs}


@Convolution.behaviour("moves by its stride", "Where does stop i, j begin? How many stops are there?", strides)
def slid_by_stride(Convolution, weights, biases, inputs, dvalues, stride):
    layer = Convolution(weights, biases, stride)
    values = layer.forward_pass(inputs)
    dinputs = layer.backward_pass(dvalues)
    return {"values": values, "dweights": layer.dweights, "dinputs": dinputs}


@Convolution.behaviour(
    "pads with zeros", "What lies under a filter at the edge? And whom does the gradient of a zero concern?", paddings
)
def slid_over_zeros(Convolution, weights, biases, inputs, dvalues, stride, padding):
    layer = Convolution(weights, biases, stride, padding)
    values = layer.forward_pass(inputs)
    dinputs = layer.backward_pass(dvalues)
    return {"values": values, "dweights": layer.dweights, "dinputs": dinputs}


@Convolution.behaviour(
    "keeps what it was given", "What must still be there after the passes, and unchanged?", slides,
    uses=(passed,),
)  # fmt: skip
def slid_and_kept(Convolution, weights, biases, inputs, dvalues):
    layer = passed(Convolution(weights, biases), inputs, dvalues, "inputs")
    attributes = {"layer.weights": layer.weights, "layer.biases": layer.biases, "layer.inputs": layer.inputs}
    return {**attributes, "weights": weights, "biases": biases, "inputs": inputs, "dvalues": dvalues}


Convolution.slip("filter_turned", "np.sum(self.weights[f] *", "np.sum(self.weights[f, :, ::-1, ::-1] *")
Convolution.slip("bias_left_out", " + self.biases[f]", "")
Convolution.slip("first_channel_alone", "np.sum(self.weights[f] * padded[n, :, down, across])",
                 "np.sum(self.weights[f, 0] * padded[n, 0, down, across])")  # fmt: skip
Convolution.slip("last_stop_missing", "(length - k) // self.stride + 1", "(length - k) // self.stride")
Convolution.slip("rows_for_columns", "return slice(i * stride, i * stride + k), slice(j * stride, j * stride + k)",
                 "return slice(j * stride, j * stride + k), slice(i * stride, i * stride + k)")  # fmt: skip
Convolution.slip("last_stop_alone", "self.dweights[f] +=", "self.dweights[f] =")
Convolution.slip("weight_gradient_turned", "dvalues[n, f, i, j] * padded[n, :, down, across]",
                 "dvalues[n, f, i, j] * padded[n, :, down, across][:, ::-1, ::-1]")  # fmt: skip
Convolution.slip("mean_taken_twice", "self.dweights[f] += dvalues[n, f, i, j]",
                 "self.dweights[f] += dvalues[n, f, i, j] / len(dvalues)")  # fmt: skip
Convolution.slip("bias_not_summed", "axis=(0, 2, 3)", "axis=(2, 3)")
Convolution.slip("stops_not_summed", "axis=(0, 2, 3)", "axis=0")
Convolution.slip("mean_for_sum", "dvalues.sum(axis=(0, 2, 3))", "dvalues.mean(axis=(0, 2, 3))")
Convolution.slip("overlaps_overwritten", "dpadded[n, :, down, across] +=", "dpadded[n, :, down, across] =")
Convolution.slip("turned_going_back", "dvalues[n, f, i, j] * self.weights[f]",
                 "dvalues[n, f, i, j] * self.weights[f, :, ::-1, ::-1]")  # fmt: skip
Convolution.slip("stride_forgotten", "k, stride = self.weights.shape[2], self.stride",
                 "k, stride = self.weights.shape[2], 1")  # fmt: skip
Convolution.slip("padding_left_out", "self.stride, self.padding = weights, biases, stride, padding",
                 "self.stride, self.padding = weights, biases, stride, 0")  # fmt: skip
Convolution.slip("padding_on_one_side", "around = (self.padding, self.padding)", "around = (0, 2 * self.padding)",
                 "first = self.padding", "first = 0")  # fmt: skip
Convolution.slip("padding_left_on", "dpadded[:, :, first : first + height, first : first + width]", "dpadded")
Convolution.slip("cache_overwritten", "        return self.dinputs",
                 "        self.inputs = self.dinputs\n        return self.dinputs")  # fmt: skip
Convolution.slip("gradient_changed", "self.dweights[f] += dvalues[n, f, i, j] *",
                 "dvalues[n, f, i, j] *= 2\n            self.dweights[f] += dvalues[n, f, i, j] / 2 *",
                 "+= dvalues[n, f, i, j] * self.weights[f]",
                 "+= dvalues[n, f, i, j] / 2 * self.weights[f]")  # fmt: skip


# -- windows -----------------------------------------------------------------------------------------------------------


def looked_through(draw: np.random.Generator) -> Iterator[Case]:
    """Pictures and sizes of windows; the smallest first."""
    yield Case("four pixels", inputs=[[[[4.0, 1.0], [2.0, 3.0]]]], k=1, stride=1)
    yield Case("two windows", inputs=[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]], k=2, stride=1)
    yield Case("four windows", inputs=np.arange(1.0, 10).reshape(1, 1, 3, 3), k=2, stride=1)
    yield Case("two channels", inputs=np.arange(1.0, 9).reshape(1, 2, 2, 2), k=2, stride=1)
    yield Case("pictures with channels", inputs=whole_numbers(draw, 3, 2, 5, 6), k=3, stride=1)


def looked_through_with_steps(draw: np.random.Generator) -> Iterator[Case]:
    """The same with a stride; the smallest first."""
    yield Case("every second pixel", inputs=[[[[1.0, 2.0, 3.0]]]], k=1, stride=2)
    yield Case("every second pixel, down as well", inputs=np.arange(1.0, 10).reshape(1, 1, 3, 3), k=1, stride=2)
    yield Case("windows that overlap", inputs=np.arange(1.0, 11).reshape(1, 1, 2, 5), k=2, stride=2)
    yield Case("pictures with channels", inputs=whole_numbers(draw, 2, 3, 7, 8), k=3, stride=2)


@exercise("Windows, and nothing copied", row="11.10")
def windows(inputs, k, stride=1):
    """All windows of k × k pixels at once, without a loop.

    inputs   (m, c, height, width)
    k        a window has k × k pixels
    stride   how far a window lies from the next, down and across

    Returns a view, (m, c, rows, columns, k, k): entry [n, c, i, j] is what a filter meets at
    stop i, j. No number is copied: every window looks into the inputs' own memory.
    np.lib.stride_tricks.sliding_window_view makes such views, for a stride of 1.
    """
    every = np.lib.stride_tricks.sliding_window_view(inputs, (k, k), axis=(2, 3))
    return every[:, :, ::stride, ::stride]


@windows.behaviour("lays out every window", "Along which two axes does a window slide?", looked_through, points=2)
def laid_out(windows, inputs, k):
    return {"windows": windows(inputs, k)}


@windows.behaviour("moves by the stride", "Of the windows for a stride of 1: which are wanted, in both directions?",
                   looked_through_with_steps)  # fmt: skip
def laid_out_by_stride(windows, inputs, k, stride):
    return {"windows": windows(inputs, k, stride)}


@windows.behaviour("copies nothing", "Does your code make a new array, or a new way to look at an old one?",
                   looked_through)  # fmt: skip
def not_copied(windows, inputs, k):
    view = windows(inputs, k)
    return {"windows look into the inputs": view is not None and bool(np.may_share_memory(view, inputs))}


windows.slip("other_axes", "axis=(2, 3)", "axis=(1, 2)")
windows.slip("transposed", "    return every[:, :, ::stride, ::stride]",
             "    return every[:, :, ::stride, ::stride].swapaxes(-1, -2)")  # fmt: skip
windows.slip("last_stop_missing", "every[:, :, ::stride, ::stride]", "every[:, :, :-1:stride, :-1:stride]")
windows.slip("stride_forgotten", "every[:, :, ::stride, ::stride]", "every")
windows.slip("stride_in_one_direction", "every[:, :, ::stride, ::stride]", "every[:, :, :, ::stride]")
windows.slip("windows_copied", "every[:, :, ::stride, ::stride]", "every[:, :, ::stride, ::stride].copy()")


# -- a convolution without loops ---------------------------------------------------------------------------------------


def large_and_small(draw: np.random.Generator) -> Iterator[Case]:
    """A small batch of small pictures and a large one of large ones, for the same filters."""
    yield Case("one pixel, then many", small=[[[[2.0]]]], large=whole_numbers(draw, 2, 1, 4, 5),
               weights=[[[[3.0]]]], biases=[1.0])  # fmt: skip
    yield Case("larger pictures, and more of them", small=whole_numbers(draw, 1, 2, 4, 4),
               large=whole_numbers(draw, 6, 2, 9, 12), weights=whole_numbers(draw, 3, 2, 2, 2),
               biases=whole_numbers(draw, 3))  # fmt: skip


@exercise("A convolution without loops over places", row="11.10", seconds=10, needs=(windows,))
class FastConvolution:
    """The same layer, for a stride of 1 and no padding, made of windows: fast enough to train.

    After the backward pass dweights, dbiases and dinputs hold
    ∂C/∂(weights), ∂C/∂(biases) and ∂C/∂(inputs).
    """

    def __init__(self, weights, biases):
        """weights, (f, c, k, k): f filters over c channels. biases, (f,). Keep both."""
        self.weights, self.biases = weights, biases

    def forward_pass(self, inputs):
        """inputs, (m, c, height, width). Returns the sums, (m, f, rows, columns).

        Without loops over pictures, rows or columns: np.tensordot or np.einsum adds up for all
        windows(inputs, k) at once. Keeps the inputs for the way back.
        """
        self.inputs = inputs
        seen = windows(inputs, self.weights.shape[2])
        sums = np.tensordot(seen, self.weights, axes=((1, 4, 5), (1, 2, 3)))
        return np.moveaxis(sums + self.biases, 3, 1)

    def backward_pass(self, dvalues):
        """dvalues, (m, f, rows, columns): ∂C/∂(sums). Returns dinputs, (m, c, height, width).

        Sets dweights, (f, c, k, k), dbiases, (f,), and dinputs, again without loops over places.
        The mean over the examples is in dvalues already.
        """
        k = self.weights.shape[2]
        self.dweights = np.tensordot(dvalues, windows(self.inputs, k), axes=((0, 2, 3), (0, 2, 3)))
        self.dbiases = dvalues.sum(axis=(0, 2, 3))
        seen = windows(np.pad(dvalues, ((0, 0), (0, 0), (k - 1, k - 1), (k - 1, k - 1))), k)
        turned = self.weights[:, :, ::-1, ::-1]
        self.dinputs = np.moveaxis(np.tensordot(seen, turned, axes=((1, 4, 5), (0, 2, 3))), 3, 1)
        return self.dinputs


@FastConvolution.behaviour(
    "gives what the loops give", "Which axes of windows and weights are multiplied and added up?", slides
)
def fast(FastConvolution, weights, biases, inputs):
    return {"values": FastConvolution(weights, biases).forward_pass(inputs)}


@FastConvolution.behaviour(
    "finds dweights and dbiases", "A weight's gradient is a correlation too: of the inputs, with what?", slides,
    points=2,
)  # fmt: skip
def fast_weights(FastConvolution, weights, biases, inputs, dvalues):
    layer = FastConvolution(weights, biases)
    layer.forward_pass(inputs)
    layer.backward_pass(dvalues)
    return {"dweights": layer.dweights, "dbiases": layer.dbiases}


@FastConvolution.behaviour(
    "sends the gradient back", "The filter slides over dvalues, beyond its edges too. Which way round does it lie?",
    slides, points=2,
)  # fmt: skip
def fast_back(FastConvolution, weights, biases, inputs, dvalues):
    layer = FastConvolution(weights, biases)
    layer.forward_pass(inputs)
    return {"returned": layer.backward_pass(dvalues), "dinputs": layer.dinputs}


def lines_run(act):
    """How many lines run in act, those of NumPy itself not counted: the fewest of three runs, for Python may clear away
    what others left, or read what it needs for the first time, in the middle of one."""
    return min(lines_of_one_run(act) for _ in range(3))


def lines_of_one_run(act):
    import gc
    import os
    import sys

    count, inside = 0, os.path.dirname(np.__file__)

    def trace(frame, event, _):
        nonlocal count
        count += event == "line"
        return None if frame.f_code.co_filename.startswith(inside) else trace

    before, clears = sys.gettrace(), gc.isenabled()
    gc.disable()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
        if clears:
            gc.enable()
    return count


@FastConvolution.behaviour(
    "takes no more steps for more pixels", "Is there still a loop over pictures, rows or columns?", large_and_small,
    points=2, uses=(lines_of_one_run, lines_run),
)  # fmt: skip
def fast_indeed(FastConvolution, weights, biases, small, large):
    layer = FastConvolution(weights, biases)

    def passes(pictures):
        values = layer.forward_pass(pictures)
        return lines_run(lambda: layer.forward_pass(pictures)), lines_run(lambda: layer.backward_pass(values))

    few, many = passes(small), passes(large)
    told = ["more" if a < b else "no more" for a, b in zip(few, many, strict=True)]
    return {"steps forward": told[0], "steps back": told[1]}


FastConvolution.slip("filter_turned", "np.tensordot(seen, self.weights, axes=((1, 4, 5), (1, 2, 3)))",
                     "np.tensordot(seen, self.weights[:, :, ::-1, ::-1], axes=((1, 4, 5), (1, 2, 3)))")  # fmt: skip
FastConvolution.slip("bias_left_out", "sums + self.biases", "sums")
FastConvolution.slip("filters_left_behind", "return np.moveaxis(sums + self.biases, 3, 1)",
                     "return sums + self.biases")  # fmt: skip
FastConvolution.slip("stops_not_summed", "dvalues.sum(axis=(0, 2, 3))", "dvalues.sum(axis=0)")
FastConvolution.slip("bias_not_summed", "dvalues.sum(axis=(0, 2, 3))", "dvalues.sum(axis=(2, 3))")
FastConvolution.slip("mean_taken_twice", "windows(self.inputs, k), axes",
                     "windows(self.inputs, k) / len(dvalues), axes")  # fmt: skip
FastConvolution.slip("filter_as_it_lay", "turned = self.weights[:, :, ::-1, ::-1]", "turned = self.weights")
FastConvolution.slip("padded_too_little", "np.pad(dvalues, ((0, 0), (0, 0), (k - 1, k - 1), (k - 1, k - 1)))",
                     "dvalues")  # fmt: skip
FastConvolution.slip("padded_too_much", "(k - 1, k - 1), (k - 1, k - 1)", "(k, k), (k, k)")
FastConvolution.slip("loop_left", "np.tensordot(seen, self.weights, axes=((1, 4, 5), (1, 2, 3)))",
                     "np.array([[[np.tensordot(seen[n, :, i, j], self.weights, axes=((0, 1, 2), (1, 2, 3)))\n"
                     "                           for j in range(seen.shape[3])] for i in range(seen.shape[2])]\n"
                     "                         for n in range(len(seen))])")  # fmt: skip


# -- max pooling -------------------------------------------------------------------------------------------------------


def pooled(draw: np.random.Generator) -> Iterator[Case]:
    """Pictures that windows fill, and in each window one number is the largest; the smallest first."""
    yield Case("one window of one pixel", inputs=[[[[-3.0]]]], dvalues=[[[[5.0]]]], size=1)
    yield Case("one window", inputs=[[[[1.0, 4.0], [3.0, -2.0]]]], dvalues=[[[[5.0]]]], size=2)
    yield Case("all below zero", inputs=[[[[-1.0, -4.0], [-3.0, -2.0]]]], dvalues=[[[[3.0]]]], size=2)
    yield Case("two windows", inputs=[[[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, -6.0, 7.0]]]], dvalues=[[[[2.0, -3.0]]]],
               size=2)  # fmt: skip
    for m, c, size, turned in ((2, 3, 2, False), (3, 2, 3, True)):
        rows, columns = 2, 3
        shape = (m, c, size * rows, size * columns)
        apart = draw.permutation(np.arange(1.0, 1 + np.prod(shape))).reshape(shape) - 40
        title = f"{m} pictures, {c} channels, windows of {size} × {size}" + ", Fortran order" * turned
        inputs = np.asfortranarray(apart) if turned else apart
        yield Case(title, inputs=inputs, dvalues=whole_numbers(draw, m, c, rows, columns),
                   size=size)  # fmt: skip


def ties(draw: np.random.Generator) -> Iterator[Case]:
    """Windows in which several are the largest; the smallest first."""
    yield Case("two alike", inputs=[[[[2.0, 4.0], [4.0, 1.0]]]], dvalues=[[[[5.0]]]], size=2)
    yield Case("all alike", inputs=[[[[3.0, 3.0], [3.0, 3.0]]]], dvalues=[[[[5.0]]]], size=2)
    yield Case("many zeros", inputs=1.0 * draw.integers(0, 2, (2, 2, 4, 6)), dvalues=whole_numbers(draw, 2, 2, 2, 3),
               size=2)  # fmt: skip


def left_over(draw: np.random.Generator) -> Iterator[Case]:
    """Pictures that windows do not fill; the smallest first."""
    yield Case("a column left over", inputs=[[[[1.0, 4.0, 9.0], [3.0, 2.0, 8.0]]]], dvalues=[[[[5.0]]]], size=2)
    yield Case("a row left over", inputs=[[[[1.0, 4.0], [3.0, 2.0], [8.0, 9.0]]]], dvalues=[[[[5.0]]]], size=2)
    apart = draw.permutation(np.arange(1.0, 1 + 2 * 7 * 8)).reshape(1, 2, 7, 8)
    yield Case("both left over", inputs=apart, dvalues=whole_numbers(draw, 1, 2, 2, 2), size=3)


@exercise("Max pooling", row="11.10")
class MaxPooling:
    """Of every window of size × size pixels only the largest number goes on.

    Windows lie side by side. Rows and columns that fill no window are left out.
    """

    def __init__(self, size):
        """size: of a window, down and across."""
        self.size = size

    def forward_pass(self, inputs):
        """inputs, (m, c, height, width).

        Returns the largest number of each window, (m, c, rows, columns).
        """
        self.inputs = inputs
        m, c, height, width = inputs.shape
        largest = np.zeros((m, c, height // self.size, width // self.size))
        for n, channel, i, j in np.ndindex(largest.shape):
            largest[n, channel, i, j] = np.max(inputs[self._window(n, channel, i, j)])
        return largest

    def backward_pass(self, dvalues):
        """dvalues, (m, c, rows, columns): ∂C/∂(values).

        Returns ∂C/∂(inputs), (m, c, height, width). The gradient of a window goes to its largest
        number alone. Of several alike it is the first, row by row.
        """
        dinputs = np.zeros(self.inputs.shape)
        for n, channel, i, j in np.ndindex(dvalues.shape):
            window = self._window(n, channel, i, j)
            winner = np.unravel_index(np.argmax(self.inputs[window]), (self.size, self.size))
            dinputs[window][winner] = dvalues[n, channel, i, j]
        return dinputs

    def _window(self, n, channel, i, j):
        first, size = (i * self.size, j * self.size), self.size
        return n, channel, slice(first[0], first[0] + size), slice(first[1], first[1] + size)


@MaxPooling.behaviour("keeps the largest", "Which pixels belong to window i, j?", pooled)
def largest(MaxPooling, inputs, size):
    return {"values": MaxPooling(size).forward_pass(inputs)}


@MaxPooling.behaviour(
    "sends the gradient to the winner", "Whose nudge would the largest number notice?", pooled, points=2
)
def to_the_winner(MaxPooling, inputs, dvalues, size):
    pooling = MaxPooling(size)
    pooling.forward_pass(inputs)
    return {"dinputs": pooling.backward_pass(dvalues)}


@MaxPooling.behaviour("lets one of several alike win", "How many pixels of a window may get its gradient?", ties)
def one_winner(MaxPooling, inputs, dvalues, size):
    pooling = MaxPooling(size)
    pooling.forward_pass(inputs)
    return {"dinputs": pooling.backward_pass(dvalues)}


@MaxPooling.behaviour("leaves out what fills no window", "How many whole windows fit? And what comes back to the rest?",
                      left_over)  # fmt: skip
def rest_left_out(MaxPooling, inputs, dvalues, size):
    pooling = MaxPooling(size)
    return {"values": pooling.forward_pass(inputs), "dinputs": pooling.backward_pass(dvalues)}


@MaxPooling.behaviour("is ready for the next batch", "Which inputs belong to this gradient? Are they as they were?",
                      pooled)  # fmt: skip
def pooled_again(MaxPooling, inputs, dvalues, size):
    pooling = MaxPooling(size)
    pooling.forward_pass(-1.0 * inputs)
    pooling.forward_pass(inputs)
    pooling.backward_pass(dvalues)
    return {"once more": pooling.backward_pass(dvalues), "inputs": inputs, "dvalues": dvalues}


MaxPooling.slip("mean_for_largest", "np.max(inputs[", "np.mean(inputs[")
MaxPooling.slip("largest_size", "np.max(inputs[self._window(n, channel, i, j)])",
                "np.max(np.abs(inputs[self._window(n, channel, i, j)]))")  # fmt: skip
MaxPooling.slip("windows_overlap", "first, size = (i * self.size, j * self.size), self.size",
                "first, size = (i, j), self.size")  # fmt: skip
MaxPooling.slip("whole_window_paid", "dinputs[window][winner] = ", "dinputs[window] = ")
MaxPooling.slip("gradient_shared_out", "dinputs[window][winner] = dvalues[n, channel, i, j]",
                "dinputs[window] = dvalues[n, channel, i, j] / self.size**2")  # fmt: skip
MaxPooling.slip("mask_for_gradient", "= dvalues[n, channel, i, j]", "= 1.0")
MaxPooling.slip("every_winner_paid", "dinputs[window][winner] = dvalues[n, channel, i, j]",
                "best = np.max(self.inputs[window])\n            "
                "dinputs[window] = dvalues[n, channel, i, j] * (self.inputs[window] == best)")  # fmt: skip
MaxPooling.slip("last_winner", "np.unravel_index(np.argmax(self.inputs[window]), (self.size, self.size))",
                "np.argwhere(self.inputs[window] == np.max(self.inputs[window]))[-1]",
                "dinputs[window][winner] =", "dinputs[window][tuple(winner)] =")  # fmt: skip
MaxPooling.slip("short_window_made", "(m, c, height // self.size, width // self.size)",
                "(m, c, -(-height // self.size), -(-width // self.size))")  # fmt: skip
MaxPooling.slip("cache_overwritten", "        return dinputs", "        self.inputs = dinputs\n        return dinputs")
