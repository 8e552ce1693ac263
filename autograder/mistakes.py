"""The slips that students make, each with a code that stays the same on every page and a message that helps.

A page names what the slip would give (`box(a - y, ..., wrong_sign=y - a)`); the code is looked up here. Messages speak
to the student: what they seem to have done, and what to look at. They never give the answer.
"""

from __future__ import annotations

MESSAGES = {
    # gradients
    "upside_down": "You have the ratio upside down: which change caused which?",
    "change_not_ratio": "That is the change itself. The gradient is a ratio: divide by the nudge.",
    "value_not_change": "That is the new value. The box asks by how much it changed.",
    "change_not_value": "That is the change. The box asks for the new value.",
    "weight_for_input": "That is the weight. Which number does the weight get multiplied by?",
    "nudge_for_input": "That is the nudge. Which number was the nudge multiplied by?",
    "not_multiplied": "You have one factor. Both belong in the product.",
    "added_not_multiplied": "You added the two. A weight works by multiplying its input.",
    "multiplied_not_divided": "You multiplied. The ratio asks you to divide.",
    "subtracted_backwards": "The right size with the wrong sign: new value minus old value.",
    "wrong_sign": "The right size with the wrong sign.",
    "sign_lost": "The right size, but the sign went missing on the way.",
    "term_left_out": "One term is missing from your sum.",
    "only_one_term": "That is one term alone. Every term of the sum counts.",
    "other_row": "That belongs to another row. Which neuron is this box about?",
    "other_column": "That belongs to another column. Which input is this box about?",
    "transposed": "This is the transpose: rows and columns have changed places.",
    "power_kept": "The power must come down by one when you differentiate.",
    "factor_left_out": "The power comes down in front as a factor, and yours is missing.",
    "not_differentiated": "That is the function itself. Take its derivative.",
    "integrated": "You integrated. Differentiating goes the other way.",
    "other_variable": "That is the derivative with respect to the other variable.",
    "constant_kept": "A constant does not change when you nudge, so its derivative is zero.",
    "cosine_sign": "The derivative of a cosine has a minus sign.",
    "inner_slope_left_out": "You have the outer derivative. The chain rule multiplies by the inner one.",
    "one_sided": "That is the one-sided ratio. The central one looks both ways.",
    "step_not_doubled": "From x − h to x + h the step is two times h.",
    # back-propagation
    "target_minus_prediction": "You have target minus prediction. The error is prediction minus target.",
    "value_for_slope": "That is the value that comes out. The local gradient asks how fast it changes.",
    "parameter_for_gradient": "That is the number itself. Its gradient asks how the result moves when it does.",
    "multiplied_not_added": "You multiplied the two. They are added here.",
    "old_value": "That is the value from before the step.",
    "half_kept": "The two that comes down from the square cancels the one half.",
    "half_left_out": "Mind the one half in front of the squares.",
    "not_squared": "Each difference must be squared before you add.",
    "doubled": "The two from the square cancels against the one half.",
    "bias_left_out": "The bias is missing from your sum.",
    "local_for_downstream": "That is the local gradient alone. Multiply it by the upstream gradient.",
    "upstream_for_downstream": "That is the upstream gradient alone. Multiply it by the local one.",
    "upstream_added": "You added upstream and local. The chain rule multiplies them.",
    "factors_not_swapped": "A product's local gradient is the other factor, not the same one.",
    "same_factor": "A product's local gradient is the other factor, not the same one.",
    "add_scales": "An addition hands the gradient on unchanged to each input.",
    "add_splits": "An addition does not share the gradient out: each input gets all of it.",
    "max_to_both": "A maximum lets the gradient through to the larger input alone.",
    "max_to_other": "The gradient goes to the input that was larger.",
    "copies_not_summed": "The value goes two ways, so two gradients come back: add them.",
    "copies_averaged": "Gradients that come back from copies are added, not averaged.",
    "path_left_out": "There is another path from here to the loss. Add what comes back along it.",
    "weights_not_transposed": "Going back uses the columns of the weights: the transpose.",
    "activation_for_weight": "That is the value in the node. Going back to a node, the weight is the local gradient.",
    "weight_for_activation": "That is the weight. The local gradient of a weight is the value it multiplies.",
    "uphill": "You stepped with the gradient, uphill. Step against it.",
    "learning_rate_left_out": "That is the step without the learning rate.",
    "step_for_value": "That is the step itself. The box asks for the value after it.",
    # the four equations, for the chapters to come
    "slope_left_out": "The slope of the activation is missing.",
    "slope_of_slope": "The slope from the value takes the value itself: it is already the activation.",
    "mean_left_out": "The mean over the examples is missing.",
    "summed_not_averaged": "You have the sum over the examples. The cost is their mean.",
    "entrywise_not_matrix": "You multiplied entry by entry. This is a product of matrices.",
}


def message(code: str) -> str:
    """What the student is told about the slip `code`. KeyError for a code that is not in the table."""
    return MESSAGES[code]
