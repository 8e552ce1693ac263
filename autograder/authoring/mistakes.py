"""The slips that students make, each with a code that stays the same on every page and a message that helps.

A page names what the slip would give, `box(a - y, ..., slips={"wrong_sign": y - a})`, and the code is looked up here.
A course of its own has more of them in its mistakes.py, and may word these differently.

Messages speak to the student: what they seem to have done, and what to look at. They never give the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import cast

from .slugs import OURS

MESSAGES = {
    # gradients
    "upside_down": "You have the ratio upside down: which change caused which?",
    "change_not_ratio": "That is the change itself. The gradient is a ratio: divide by the nudge.",
    "value_not_change": "That is the new value. The box asks by how much it changed.",
    "change_not_value": "That is the change. The box asks for the new value.",
    "weight_for_input": "That is the weight. Which number does the weight get multiplied by?",
    "nudge_for_input": "That is the nudge. Which number was the nudge multiplied by?",
    "input_for_nudge": "That is the input. Which nudge, times the input, gives this change?",
    "not_multiplied": "You have one factor. Both belong in the product.",
    "added_not_multiplied": "You added the two. They are multiplied here.",
    "multiplied_not_divided": "You multiplied. The ratio asks you to divide.",
    "summed_down": "You added down the columns. Each sum belongs to a row.",
    "subtracted_backwards": "The right size with the wrong sign: which is taken away from which?",
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
    "exponential_as_power": "That is the rule for powers. Here the letter stands in the exponent.",
    "inside_differentiated": "What stands inside stays as it is. Its slope comes in front as a factor.",
    "other_factor_left_out": "The other letter counts as a number. As a factor it stays.",
    "inner_slope_left_out": "You have the outer derivative. The chain rule multiplies by the inner one.",
    "one_sided": "That is the one-sided ratio. The central one looks both ways.",
    "slope_for_ratio": "That is the gradient itself. The box asks for the ratio of the two changes.",
    "middle_term_left_out": "The square of a sum is more than two squares. Which term stands between them?",
    "one_term_divided": "You divided one of the terms. Every term is divided by h.",
    "nudge_kept": "There is still an h in it. What becomes of these terms when h goes to 0?",
    "power_left_behind": "Count the letters: how often is x a factor now?",
    "power_twice": "Differentiating lowers the power. Here you go back.",
    "one_too_few": "One is missing. Count again.",
    "slopes_multiplied": "That is the product of the two slopes. A product moves in another way.",
    "degrees_taken": "Your calculator takes h in degrees. Set it to radians.",
    "term_kept": "One of the two terms is multiplied by something that goes to 0.",
    "step_not_doubled": "From x − h to x + h the step is two times h.",
    # Jacobians and vectors
    "squared_for_entry": "That counts the zeros too. How many places hold something else?",
    "layout_swapped": "A Jacobian has one row for each output and one column for each input. Yours is transposed.",
    "outer_at_x": "The outer slope is taken at the inner function, not at x itself.",
    "outer_slope_left_out": "That is the inner slope alone. Along a chain every slope is a factor.",
    "chain_factor_left_out": "One factor of the chain is missing. Every link brings its own slope.",
    "slopes_added": "You added the slopes. Along a chain they are multiplied.",
    "matrices_swapped": "You multiplied the matrices in the other order. The outer Jacobian stands in front.",
    "every_input_counted": "Which inputs does this output look at? Nudge the one of this column and see.",
    "input_for_slope": "That is what goes in. The box asks how fast the result changes.",
    "slope_for_value": "That is a slope. The box asks for the value itself.",
    "divisor_not_squared": "When you differentiate with respect to a divisor, it stands below the bar squared.",
    "vector_summed": "You added the entries up. Here each place has a number of its own.",
    "relu_open_at_zero": "By agreement ReLU has a slope of its own at 0. Which one?",
    "comparison_for_slope": "That is the outcome of the comparison. Does it change when you nudge a little?",
    "diagonal_by_habit": "Not every Jacobian is diagonal. Which entry does this output look at?",
    "compared_backwards": "The comparison is the other way round.",
    "not_inverted": "Dividing by w is multiplying by what?",
    "other_vector": "Those are the entries of the other vector.",
    "ones_not_filled": "That is the 1 itself. What is it multiplied by?",
    "scalar_for_vector": "That would fit a single number. How many entries may move here?",
    "averaged_not_summed": "You divided by how many there are. This is a sum, not a mean.",
    "sum_first": "You added first. Each entry is raised by itself, then they are added.",
    # back-propagation
    "target_minus_prediction": "You have target minus prediction. The error is prediction minus target.",
    "value_for_slope": "That is the value that comes out. The slope asks how fast it changes.",
    "parameter_for_gradient": "That is the number itself. Its gradient asks how the result moves when it does.",
    "multiplied_not_added": "You multiplied the two. They are added here.",
    "old_value": "That is the value from before the step.",
    "half_kept": "The two that comes down from the square cancels the one half.",
    "half_left_out": "Mind the one half in front of the squares.",
    "squared_for_layer": "That is a square. The raised number stands in brackets: it names a layer.",
    "doubled_not_squared": "You doubled. A raised 2 without brackets is a square.",
    "not_squared": "The square is missing. What has to be squared?",
    "doubled": "The two from the square cancels against the one half.",
    "bias_left_out": "The bias is missing from your sum.",
    "local_for_downstream": "That is the local gradient alone. Multiply it by the upstream gradient.",
    "upstream_for_downstream": "That is the upstream gradient alone. Multiply it by the local one.",
    "upstream_added": "You added upstream and local. The chain rule multiplies them.",
    "factors_not_swapped": "The slope of a product is the other factor, not the same one.",
    "same_factor": "The slope of a product is the other factor, not the same one.",
    "other_factor": "That is the other factor. The fractions above say which one comes first.",
    "add_scales": "An addition hands the gradient on unchanged to each input.",
    "add_splits": "An addition does not share the gradient out: each input gets all of it.",
    "max_to_both": "A maximum lets the gradient through to the larger input alone.",
    "max_to_other": "The gradient goes to the input that was larger.",
    "copies_not_summed": "The value goes two ways, so two gradients come back: add them.",
    "copies_averaged": "Gradients that come back from copies are added, not averaged.",
    "path_left_out": "There is another path from here to the cost. Add what comes back along it.",
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
    "cost_slope_left_out": "You have the slope of the activation alone. How does the cost follow the activation?",
    "slope_factor_left_out": "The slope of the sigmoid is a product of two factors. One of them is missing.",
    "sum_for_value": "You put z itself into the slope. It takes what the sigmoid makes of z.",
    "slope_kept": "With this cost the slope of the activation cancels. Yours still holds it.",
    "slope_taken_twice": "The slope is in δ already. It is taken once.",
    "other_node": "That belongs to another node of this layer.",
    "output_for_input": "That is the value that comes out of the node. A weight multiplies the one that comes in.",
    "bias_multiplies": "A bias multiplies nothing. No value of the layer before comes into its gradient.",
    "biases_not_counted": "Those are the weights alone. The biases are parameters too.",
    "multiplied_not_raised": "You multiplied by the number of layers. Each layer multiplies once more: take a power.",
    "quarter_taken": "That is the slope of a sigmoid. How steep is an active ReLU?",
    "nothing_kept": "What makes up for the slope?",
    # the cost of a neuron
    "prediction_minus_target": "You have prediction minus target. Here v is target minus prediction.",
    "mean_taken_twice": "The mean is taken twice in this. It is taken once and only once.",
    "silent_example_counted": "You counted an example whose z is not above zero. ReLU lets nothing of it through.",
    "mean_of_active_only": "You divided by the active examples alone. The mean is over all examples, silent ones too.",
    "output_for_error": "That uses the prediction alone. How far is it from the target?",
    "input_left_out": "The input that this weight multiplies is missing.",
    "sum_of_one_example": "That is one example alone. Every example of the batch counts.",
    "rest_forgotten": "The examples left over make one more batch, a short one.",
    "one_epoch_alone": "Those are the steps of one epoch. How many are there in all epochs?",
    "rest_not_cut": "A batch is full or it is not. Count the full ones alone.",
    "batches_for_examples": "That counts batches. The box asks for examples.",
    "mean_over_batches": "Each batch counts alike in this. A short batch holds fewer examples than a full one.",
    "biases_first": "You put the biases first. Here the weights of a layer come before its biases.",
    "bias_per_input": "You counted a bias for each input. Is it the inputs or the nodes that have one?",
    "last_step_repeated": "The slope changes with every step. Take it where the weight stands now.",
    # batches of examples
    "weights_turned": "You went down the columns of the weights. Forward, each node has a row of its own.",
    "examples_in_the_other_direction": "The examples lie in the other direction here: are they rows or columns?",
    "summed_over_nodes": "You added over the nodes. Which direction do the examples lie in?",
    "mean_over_nodes": "You divided by the number of nodes. How many examples are there?",
    "not_turned": "Rows and columns should change places here, and they have not.",
    "order_kept": "When a product is transposed, its factors change places too.",
    "wrong_one_turned": "The wrong matrix is transposed, or none. Do the inner numbers of the shapes agree?",
    "batch_count_left": "A batch twice as long has a sum twice as big. What does the mean do?",
    "batch_in_parameter": "A parameter does not know how many examples there are. Its gradient has its own shape.",
    "other_example": "That belongs to another example.",
    "examples_mixed": "That takes the error of one example and the input of another. Both belong to the same one.",
    "refilled_row_by_row": "You read along the rows and filled in along the rows. A column becomes a row.",
    "inner_for_outer": "Those are the inner numbers. They vanish in the product; which are left?",
    "divided_by_inputs": "You divided by the number of inputs. How many examples are there?",
    # the neuron
    "indices_swapped": "The two indices are swapped: the node at which the edge ends comes first.",
    "layer_it_leaves": "That is the layer the edge leaves. A weight carries the number of the layer it enters.",
    "other_layer": "That belongs to another layer.",
    "inputs_counted_as_layer": "You counted the inputs as a layer. The first layer is the one after them.",
    "inputs_for_examples": "That letter counts the inputs of one example, not the examples.",
    "examples_for_inputs": "That letter counts the examples, not the inputs of one of them.",
    "filled_by_senders": "You collected what leaves a node. A row collects what enters one.",
    "columns_for_rows": "You went down the columns of the matrix. Each row of it meets the vector.",
    "activation_left_out": "That is from before the activation. What does it do to this number?",
    "bias_subtracted": "You subtracted the bias. Does it enter the sum with a plus or a minus?",
    "exponent_sign": "Mind the sign of the exponent.",
    "nodes_added": "You added the nodes. Every node is joined to every node of the layer before.",
    "bias_of_senders": "Those are the nodes of the layer before. How many nodes does the bias go to?",
    "other_side_of_kink": "That is ReLU's slope on the other side of its kink. Look at the sign of z.",
    "product_for_factor": "That is the whole product. Which factor of it is missing?",
    "outer_for_inner": "Those would be the outer numbers the other way round. A row meets a column here.",
    "bias_for_slope": "That is a value. By how much does it change when the bias does?",
    "bias_held_still": "Here it is the bias that moves. How far does z follow?",
    "one_step_too_far": "That lies further inside. What does this function take in directly?",
    "vector_in_front": "You put the vector in front. Do the inner numbers agree then?",
    "transpose_left_out": "As it stands the matrix does not fit. Which way round would it?",
    # activations and losses
    "sign_flipped_only": "ReLU does not turn a negative number over. What does it let through?",
    "activation_for_slope": "You multiplied by the value. A gradient is multiplied by the slope.",
    "value_not_squared": "In the slope of tanh the value appears squared.",
    "square_added": "The square is taken from 1. It is positive, so the slope is at most 1.",
    "sigmoid_for_tanh": "That is the rule of the sigmoid. The one of tanh looks different.",
    "tanh_for_sigmoid": "That is the rule of tanh. The one of the sigmoid looks different.",
    "exponential_left_out": "You shared out the z themselves. What does softmax do to them first?",
    "not_normalised": "That is the exponential alone. Which sum does softmax divide it by?",
    "outer_product_left_out": "One z moves all the probabilities: the outer product is missing.",
    "diagonal_left_out": "That is the outer product alone. What stands on the diagonal besides?",
    "other_class": "That belongs to another class. Which one is the target?",
    "logarithm_left_out": "That is the probability itself. The loss takes its logarithm.",
    "logarithm_to_base_ten": "That is the logarithm to base ten. The loss takes the natural one, ln.",
    "true_for_predicted": "That is the true class. The prediction looks at the probabilities alone.",
    "predicted_for_true": "That marks the predicted class. A target marks the true one.",
    "smallest_for_largest": "That class is the least likely of all.",
    "classes_for_examples": "That counts the classes. How many examples are there?",
    "inputs_or_classes": "Does this matrix have a column for each input, or for each class?",
    "not_taken_from_one": "That is the value itself. What is left up to 1?",
    "input_for_rule": "You put z into the rule. It takes the value that came out.",
    "subtracted_powers": "You subtracted. How many times as much asks for a ratio.",
    "number_for_vector": "You marked the class by its number. What does a target hold at the place of its class?",
    "misses_for_hits": "Those are the wrong ones. The box asks for the right ones.",
    # training
    "order_not_shuffled": "Those are in their old order. The batches are cut from the shuffled one.",
    "targets_not_shuffled": "Those targets stand in their old order. Each has to travel with its own example.",
    "velocity_forgotten": "That is the gradient alone. What is kept of the velocity before?",
    "all_of_velocity_kept": "You kept all of the old velocity. How much of it does μ leave?",
    "gradient_weighted": "Here the gradient comes into the velocity whole; only the old velocity is made smaller.",
    "gradient_not_weighted": "The gradient comes in whole in this. A running mean takes a share of it.",
    "weights_exchanged": "The two shares have changed places: β belongs to what was there before.",
    "learning_rate_left_in": "You took the learning rate in too early. It comes in with the step.",
    "began_at_the_start": "You began at the first weights again. A step begins where the one before it ended.",
    "all_of_mean_kept": "You kept all of the old mean. How much of it does β leave?",
    "other_learning_rate": "That is the learning rate of another way. Which one belongs to this?",
    "one_direction_alone": "You looked along one direction alone. Both weights count in the cost.",
    "other_share": "You took the share of β₁. Here β₂ says how much comes in.",
    "old_velocity": "That is a step with the velocity from before. Renew it first.",
    "bias_correction_left_out": "The running means began at zero and are still too small. Divide by 1 − βᵗ.",
    "power_left_out": "That is the correction of the first step. Which power belongs to this one?",
    "root_left_out": "The root is missing.",
    "not_scaled": "Does nothing change when every gradient grows?",
    "not_normalised_step": "Numerator and denominator both grow. What does that do to their ratio?",
    "measured_left_out": "The measurements have columns too.",
    "words_counted_once": "A word needs a column for each value that it can take.",
    "mean_not_taken_away": "How far is it from the mean? Take the mean away first.",
    "held_back_peeked": "That looks at the later days too. Only the training days are known.",
    "same_day_for_yesterday": "That is the day itself. What was known the evening before?",
    "sign_kept": "A distance has no sign.",
    "largest_for_smallest": "That error is the largest. The best guess has the smallest.",
    "signs_cancelled": "Days that are too high and too low cancel in this. Take distances first.",
    # attention
    "other_role": "That is made by another of the three matrices. Which one makes this?",
    "query_and_key_exchanged": "Query and key have changed places. Who is asking here?",
    "scores_not_scaled": "That is the dot product alone. By what is a score divided?",
    "softmax_down_columns": "You shared out down the column. Each row of weights adds up to 1.",
    "values_unweighted": "That is the plain mean. Here each value is as heavy as its weight.",
    "mask_forgotten": "That looks ahead. Which words are still to come?",
    "heads_forgotten": "That is for all heads together. What is the share of one?",
    "rows_stacked": "You put the heads under each other. They stand side by side.",
    "heads_exchanged": "The two heads have changed places.",
    "not_normalised_by_spread": "That is the distance from the mean. Divide it by the spread.",
    "pairs_not_counted": "Every word meets every word. How many pairs are there?",
    "pairs_not_halved": "That counts the pairs that look ahead too.",
    # work with a slip in it
    "wrong_from_above": "That line is right for what stands above it. Where does the first wrong number come in?",
    "line_is_right": "That line comes out as it should. Carry on from it.",
    "slip_kept": "That is what stands there, and it comes from the slip.",
    "plain_for_momentum": "The first steps of both are alike. Look at the second.",
    "root_left_in": "That is the deviation. The variance is its square.",
    "broadcast_overlooked": "NumPy repeats the row and the column until they fit. What comes of that?",
    # convolution
    "filter_turned": "You turned the filter around. Here its first weight lies over the number on the left.",
    "filter_not_turned": "That is with the filter as it stands. Here it is turned around first.",
    "other_stop": "That belongs to the next stop. Where does this one begin?",
    "padding_once": "Zeros stand at both ends.",
    "padding_forgotten": "The zeros at the ends belong to the row as well.",
    "stride_forgotten": "The filter does not stop at every place. How far does it move?",
    "dilation_forgotten": "The weights do not lie over neighbours here. How far are they apart?",
    "start_not_counted": "Count the first stop too.",
    "rounded_up": "Only whole steps count.",
    "channel_left_out": "That is one channel alone. A filter adds up over all of them.",
    "channels_multiplied": "A filter adds up over its channels. How many numbers does it give at a stop?",
    "channels_of_input": "Those are the channels of the picture. What does the layer before give?",
    "channels_pooled": "Pooling works on each channel by itself. How many are left?",
    "bias_added_twice": "You added the bias for each channel. It is added once, to the sum of all.",
    "mean_for_max": "That is the mean of the window. Which of its numbers is the largest?",
    "max_for_mean": "That is the largest number of the window. What is their mean?",
    "sizes_added": "Windows overlap. How many places does one more layer reach further?",
    "power_for_sum": "Does each layer see so many times as much, or so many more?",
    "only_one_end": "Numbers come in, and numbers go out. Which of them grow?",
    "off_by_one": "It is off by one. Try it with a small number.",
    # any formula; marking finds these by itself
    "brackets_missing": "Brackets are missing. What belongs together?",
    "value_for_formula": "That is the right number. The box asks for the formula, in letters.",
    # code
    "mask_left_out": "The gradient went through untouched. Where ReLU cut off, nothing may come back.",
    "mask_for_gradient": "That is the slope alone. Multiply it by the gradient that comes from above.",
    "mask_from_gradient": "You looked at the sign of the gradient. Which numbers did the forward pass look at?",
    "capped_above": "You kept the negative numbers. ReLU keeps the others.",
    "inputs_changed": "Your code writes into the inputs it was given. Make a new array.",
    "gradient_changed": "Your code writes into the gradient it was given, which others still need. Make a new array.",
    "cache_overwritten": "Your way back writes over what the forward pass kept. A second gradient then goes wrong.",
    "exponential_overflows": "The exponential of 1000 is too much for a computer. Which form needs only small ones?",
    "maximum_of_all": "You take the largest number of the whole batch away. A row far below it is left with zeros.",
    "softmax_unstable": "The exponential of 1000 is more than a computer can hold. What can be taken away?",
    "power_of_zero": "You took e⁰ to be 0. Any number to the power 0 is 1.",
    "logarithm_of_zero": "A probability may round to 0, and ln 0 is infinite. What is the ln of a quotient?",
    "softmax_over_examples": "Each column adds up to 1 in this. Examples stand in rows: it is rows that should.",
    "each_given_inputs": "Every layer gets the inputs of the network in this. What should the second one get?",
    "each_given_last_gradient": "Every layer gets the gradient of the last one in this. Hand on what each returns.",
    "back_from_the_front": "You went back in the order of going forward. Which layer comes first on the way back?",
    "layers_left_reversed": "Your way back leaves the layers in reverse order. The next way forward begins at the end.",
    "last_layer_left_out": "One layer is missing at the end.",
    "mean_over_entries": "You divided by all entries. The mean is over the examples.",
    "gradient_over_entries": "You divided the gradient by all entries. The mean is over the examples.",
    "rows_nudged": "You nudged whole rows. x may have any shape: nudge each entry by itself.",
    "all_nudged_at_once": "All entries are nudged at once in this. Nudge one and leave the others where they are.",
    "not_put_back": "The nudged entry does not get its old value back.",
    "everything_passes": "Your check says yes to a wrong gradient. Which differences does it look at?",
    "exactly_equal": "Nudging is never exact. How close is close enough?",
    "too_low_passes": "An entry that is too small gets through. Differences have two directions.",
    "too_high_passes": "An entry that is too large gets through. Differences have two directions.",
    "only_relative": "A millionth of a gradient of 0 is nothing. Where the cost is flat, a millionth itself will do.",
    "one_entry_is_enough": "One entry that agrees is enough for your check. All of them should.",
    "shape_not_compared": "A gradient of another shape gets through: NumPy stretches it to fit. Compare shapes first.",
    "last_batch_dropped": "The examples that do not fill a batch are never used. They make a shorter one.",
    "inputs_shuffled_alone": "Inputs and targets come in different orders. Draw one order and use it for both.",
    "not_shuffled": "The examples come in the order of the data. Shuffle them before you cut.",
    "shuffled_alike": "Every epoch has the same order. Draw a new one from the generator you are given.",
    "mean_for_sum": "You took a mean. It is in dvalues already: here the gradients of the examples add up.",
    "tolerance_not_relative": "A gradient of 600 may differ by more than one of 0.6. A millionth of what is allowed?",
    "learning_rate_ignored": "Your step has a learning rate of its own. Use the one that was given.",
    "first_layer_alone": "Only the first layer changes. How far does your loop go?",
    "steps_from_zero": "Your first step counts as step 0, and 1 − β⁰ is 0. The first step is step 1.",
    "corrected_means_kept": "You carried the corrected means on. Keep m and v as they were before the correction.",
    "last_batch_alone": "That is the cost of the last batch alone. A pass costs the mean over all its examples.",
    "velocity_without_biases": "The biases take a plain step. They have a velocity too.",
    "epsilon_inside_root": "Your ε stands under the root. It is added after the root is taken.",
    "epsilon_left_out": "The ε is missing. What happens where a gradient has always been 0?",
    "told_at_the_end": "Here watch hears of every cost at the very end. Tell it each cost as soon as it is known.",
    "watch_always_called": "You call watch even where it is None. Call it only where it is a function.",
    "told_for_each_batch": "Here watch is told the cost of each batch. Tell it the cost of the epoch, once.",
    "deviation_of_a_sample": "You divided by m − 1 for the standard deviation. Here it is divided by m.",
    "first_weights_large": "The first epochs cost far more than a lazy guess does: the first weights are too large. "
    "With many inputs to a node, they should be small.",
    "biases_forgotten": "The biases stay where they are. They have a gradient too.",
    "velocity_shared": "All layers share a velocity in this. Each needs one of its own.",
    "steps_counted_by_layer": "You count a step for each layer. One call is one step, whatever the layers.",
    "means_forgotten": "The running means begin at zero again in every step. Keep them for the next one.",
    "shuffled_once": "All epochs use the batches of the first one. Make new ones for each epoch.",
    "step_forgotten": "Nothing changes the weights. What comes after the way back?",
    "way_back_forgotten": "The network is not told of the gradient of the cost. Send it back.",
    "step_once_a_pass": "You step once an epoch. Every batch earns a step.",
    "day_on_the_wrong_side": "The day of the cut belongs to the later days.",
    "later_first": "The two halves have changed places: the earlier days come first.",
    "squares_for_distances": "Squares make a bad day count for more than its share. Take plain distances.",
    "columns_from_data": "You made columns for the words of this table alone. Another table may have others.",
    "days_in_columns": "The days lie in columns. Each day should be a row.",
    "divided_by_zero": "A column that never changes has the deviation 0, and you divide by it.",
    "rows_measured": "You measured each row. It is the columns that have a mean and a deviation.",
    "counts_on_order": "You count on the days being in order. Look at the date of each day by itself.",
    "distances_summed": "That is the sum over the days. Divide it by their number.",
    "one_scale_for_all": "All columns share a mean and a deviation in this. Each has its own.",
    "not_scaled_back": "These are rentals in the scale of the network. Bring them back to bicycles a day.",
    "bias_summed_over_outputs": "You summed along the outputs. One bias serves all examples: sum along them.",
    "bias_not_summed": "There is one gradient for each example here. One bias serves them all.",
    "bias_lost_its_row": "The right numbers, flat. The biases are a matrix of one row, and so is their gradient.",
    "dweights_transposed": "This is the transpose: a gradient has the shape of its weights.",
    # code of layers that slide over pictures
    "first_channel_alone": "You look at the first channel alone. A filter has weights for every channel; all add up.",
    "last_stop_missing": "The filter does not reach the end. On 5 numbers, how often does one of 3 fit?",
    "rows_for_columns": "Down and across have changed places. Which of i and j counts rows?",
    "last_stop_alone": "Only what came back from the last stop is left in dweights. Every stop adds its share.",
    "weight_gradient_turned": "You turned what lay under the filter. Each weight meets the pixel it lay on.",
    "stops_not_summed": "There is one gradient for each stop here. One bias serves them all.",
    "overlaps_overwritten": "Where stops overlap, the later one wipes out what the earlier one sent back. Add it.",
    "turned_going_back": "Going back stop by stop, the filter lies as it lay on the way forward.",
    "padding_left_out": "The zeros around the picture are missing.",
    "padding_on_one_side": "You put all the zeros behind the picture. Half of them come before it.",
    "padding_left_on": "The zeros around the picture still have a gradient here. Nobody asks for it: cut it off.",
    "other_axes": "Your windows slide along other axes. Which two are height and width?",
    "stride_in_one_direction": "Your stride goes across alone. It goes down as well.",
    "windows_copied": "Your windows are copies. A view looks into the numbers that are there.",
    "filters_left_behind": "The filters lie along the last axis here. Where do channels belong?",
    "filter_as_it_lay": "Of the stops that touched a pixel, the last one met it with the first weight. Which way round "
    "does the filter lie over dvalues?",
    "padded_too_little": "A pixel at the edge met the filter too. How far beyond its edge do you look at dvalues?",
    "padded_too_much": "You pad dvalues with one zero too many on each side.",
    "loop_left": "Your layer takes more steps for larger pictures: a loop over places is left. "
    "Let one product run over all windows.",
    "mean_for_largest": "You took the mean of each window. The largest goes on.",
    "largest_size": "You looked at sizes without their signs. −3 is smaller than 2.",
    "windows_overlap": "Your windows overlap. The next one begins where the last one ends.",
    "whole_window_paid": "Every pixel of a window gets its gradient here. Which of them does the maximum follow?",
    "gradient_shared_out": "You shared the gradient out, as for a mean. The maximum follows one pixel alone.",
    "every_winner_paid": "Where several are alike, all of them get the gradient. Only one may win.",
    "last_winner": "Of several alike the last one wins here. It is the first, row by row.",
    "short_window_made": "You made a window of what was left over. It is left out.",
    "upstream_not_in_cost": "The gradients are those of Σ upstream ⊙ values. Your check nudges another cost.",
    "biases_not_checked": "A wrong gradient of the biases gets through.",
    "inputs_not_checked": "A wrong gradient of the inputs gets through. It is what backward_pass returns.",
    "first_wrong_alone": "Your check stops at the first wrong gradient. Name them all.",
    "weights_taken_for_granted": "Not every layer has weights. What is there to check in one that has none?",
    "one_answer_for_all": "Your model says the same of everything. Can a filter of zeros learn, behind a ReLU?",
    "labels_exchanged": "Your model tells the two apart, and calls each by the other's name.",
    "labels_ignored": "Your model says the same whatever it was shown. It should learn from the labels.",
    # code of layers that look around
    "root_of_width_left_out": "The scores are too large. By what are they divided?",
    "width_for_root": "You divided by d itself. Its root is wanted.",
    "keys_ask": "Queries and keys have changed places: row i belongs to the query of word i.",
    "mean_of_keys": "You took the mean of keys. What comes out is a mean of values.",
    "mask_turned": "Each word looks at what is to come. It may look at itself and at what was before.",
    "mask_hides_itself": "A word may look at itself as well.",
    "zero_for_infinity": "A score of 0 still gets its share: e⁰ is 1. Which score gets nothing?",
    "mask_after_softmax": "You cut off after softmax, and the rows no longer add up to 1. Mask the scores.",
    "attention_not_transposed": "What word i took of value j comes back from i to j. Which way round is A?",
    "sentences_not_summed": "There is one gradient for each sentence here. A matrix serves them all.",
    "softmax_left_out": "You went past softmax as if it were not there. What is its Jacobian?",
    "diagonal_alone": "That is the diagonal of softmax's Jacobian alone. One score moves all weights of its row.",
    "shares_not_taken_away": "The weights of a row add up to 1: what one gains the others lose. That part is missing.",
    "root_forgotten_back": "The scores were divided by √d. What does that do to their gradient?",
    "queries_for_keys": "In a product the slope of one factor is the other. Whose gradient needs the keys?",
    "scores_not_transposed": "Row i of the scores belongs to query i, column j to key j. Which way round for the keys?",
    "one_path_alone": "A word has its say three times: as a query, as a key, and as a value. Add what comes back.",
    "path_of_keys_missing": "What comes back by the keys is missing.",
    "whole_batch_normalised": "All rows share a mean and a variance here. Each word has its own.",
    "entry_left_over": "You divided by d − 1. Here the variance is divided by d.",
    "shift_left_out": "The shift is missing.",
    "epsilon_outside_root": "Your ε is added after the root. It stands under it.",
    "inputs_for_normal": "The gain multiplies x̂, not the distance from the mean.",
    "rows_not_summed": "There is more than one gradient here. Gain and shift serve every word of every sentence.",
    "gain_left_out_back": "On the way back the gain is missing.",
    "path_of_mean_missing": "When a number moves, the mean moves with it. That path is missing.",
    "path_of_variance_missing": "When a number moves, the variance moves with it. That path is missing.",
    "spread_left_out_back": "The rows were divided by their spread. What does that do to the gradient?",
    "first_array_alone": "Only the first array moves. All of them move together.",
    "line_not_taken": "Every entry moves equally far in this. The line says how far each one moves.",
    "gradient_summed": "You added up the gradient. Each entry counts as much as the line moves it.",
    "line_squared": "You divided by the length of the line. Here the slope is that per h.",
    "places_unknown": "Turn a word around, and your copy turns with it: no letter knows where it stands. Let each "
    "place add something of its own.",
    "copied_as_it_stands": "Your copies are the words as they stand. What lets a place look at another one?",
    "order_ignored": "Your model copies backwards, whatever order it was shown. It should learn that from the copies.",
}


SIGN_CODES = ("wrong_sign", "sign_lost", "subtracted_backwards")  # they speak of the right size
OTHER_SIZE = {  # what they say where the size is another one
    "wrong_sign": "Mind the signs: one of them is wrong on the way.",
    "sign_lost": "A sign went missing on the way.",
    "subtracted_backwards": "Which is taken away from which?",
}
ALIKE = (  # slips that may give the same number on a page, and what holds for each of them
    (
        {*SIGN_CODES, "target_minus_prediction", "prediction_minus_target", "cosine_sign", "exponent_sign", "uphill"},
        "The signs are not right yet: which of them is wrong?",
    ),
    (
        {"term_left_out", "only_one_term", "path_left_out", "bias_left_out", "copies_not_summed", "sum_of_one_example"},
        "Something is missing from your sum.",
    ),
    (
        {"not_multiplied", "factor_left_out", "chain_factor_left_out", "inner_slope_left_out", "outer_slope_left_out",
         "slope_left_out", "cost_slope_left_out", "slope_factor_left_out", "input_left_out", "learning_rate_left_out",
         "local_for_downstream", "upstream_for_downstream", "half_left_out", "mean_left_out", "product_for_factor"},
        "A factor is missing.",
    ),
    (
        {"transposed", "weights_not_transposed", "not_turned", "columns_for_rows", "weights_turned", "layout_swapped"},
        "Rows and columns are mixed up here.",
    ),
    (
        {"transposed", "other_row", "other_column", "other_node", "other_layer", "other_class", "other_vector"},
        "That belongs to another place.",
    ),
)  # fmt: skip


def message_for(
    codes: Collection[str], hint: str, *, same_size: bool = True, words: Mapping[str, str] | None = None
) -> str:
    """What is said of an answer that each of these slips gives: only what holds for all of them, else the hint.

    same_size   whether the answer is the right one but for its sign
    words       what the page itself says of a slip, in place of the general message
    """
    messages = {_message(code, same_size, words or {}) for code in codes}
    if len(messages) == 1:
        return messages.pop()
    if same_size and all(code in SIGN_CODES for code in codes):
        return MESSAGES["wrong_sign"]
    return next((common for family, common in ALIKE if family.issuperset(codes)), hint)


def _message(code: str, same_size: bool, words: Mapping[str, str]) -> str:
    if code in words:
        return words[code]
    return MESSAGES[code] if same_size or code not in OTHER_SIZE else OTHER_SIZE[code]


def message(code: str, package: str = OURS) -> str:
    """What the student is told about the slip `code`. KeyError for a code that is in no table of this course."""
    return messages_of(package)[code]


# -- the slips of other courses ----------------------------------------------------------------------------------------


def own_messages(package: str) -> Mapping[str, str]:
    """What a course's own mistakes.py says; {} for the workbook, whose table is the general one."""
    return {} if package == OURS else _table(package)


@cache
def messages_of(package: str) -> Mapping[str, str]:
    """Code → message on the pages of a course: its own, and the general ones that it does not word differently."""
    own = own_messages(package)
    return {**MESSAGES, **own} if own else MESSAGES


def file_of(package: str) -> str:
    """Where a course's messages are written."""
    return f"{OURS}/authoring/mistakes.py" if package == OURS else f"{package}/mistakes.py"


@cache
def _table(package: str) -> Mapping[str, str]:
    from .courses import table

    return cast("Mapping[str, str]", table(package, "mistakes", "MESSAGES"))
