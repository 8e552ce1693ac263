"""What the scripts of several code exercises call: name it in `uses`, and its text goes along with the script.

    @Layer.behaviour("finds dweights", "Which product has their shape?", layers, uses=(passed,))
    def dweights(Layer, weights, biases, inputs, dvalues):
        return {"dweights": passed(Layer(weights, biases), inputs, dvalues, "dweights").dweights}
"""

from __future__ import annotations


def passed(layer, inputs, dvalues, wanted):
    """The layer after both passes.

    An error on the way back does no harm to what was found before it.
    """
    layer.forward_pass(inputs)
    try:
        layer.backward_pass(dvalues)
    except Exception:
        if not hasattr(layer, wanted):
            raise
    return layer
