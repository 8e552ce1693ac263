"""Layers and networks: the 2-3-2 network by hand, and random ones against HIPS autograd and nudging."""

import copy

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder.engine.activations import sigmoid_slope, softmax_jacobian
from autograder.engine.arrays import ShapeError
from autograder.engine.gradcheck import check_gradient, complex_step
from autograder.engine.losses import LOSSES, cross_entropy_slope
from autograder.engine.network import Layer, Network, parameters, roll_up, unroll

# Curriculum 7.3: w₁ w₄, w₂ w₅, w₃ w₆ and b₁₋₃; w₇ w₉ w₁₁, w₈ w₁₀ w₁₂ and b₄₋₅
FIRST, FIRST_BIAS = [[2, -1], [-4, 4], [-1, 1]], [-1, -2, 2]
SECOND, SECOND_BIAS = [[2, 1, 4], [-2, -1, 5]], [-1, 5]
X, Y = [3, -2], [1, 4]

PAIRS = [  # every last activation with every loss it may meet
    ("identity", "mean squared error"),
    ("relu", "mean squared error"),
    ("sigmoid", "mean squared error"),
    ("tanh", "mean squared error"),
    ("sigmoid", "binary cross-entropy"),
    ("sigmoid", "cross-entropy"),
    ("sigmoid", "cross-entropy with sigmoid"),
    ("softmax", "cross-entropy with softmax"),
]
HIDDEN = ["identity", "relu", "sigmoid", "tanh"]

HIPS_ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: anp.maximum(0.0, z),
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=0, keepdims=True),
}
HIPS_LOSSES = {
    "mean squared error": lambda a, y: anp.sum((a - y) ** 2) / 2,
    "cross-entropy": lambda a, y: -anp.sum(y * anp.log(a)),
    "binary cross-entropy": lambda a, y: -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a)),
}


def hips_cost(weights_and_biases, activations, loss, x, y):
    a = x
    for weights, bias, activation in zip(weights_and_biases[::2], weights_and_biases[1::2], activations, strict=True):
        a = HIPS_ACTIVATIONS[activation](anp.dot(weights, a) + anp.reshape(bias, (-1, 1)))
    name = {"cross-entropy with sigmoid": "binary cross-entropy", "cross-entropy with softmax": "cross-entropy"}
    return HIPS_LOSSES[name.get(loss, loss)](a, y) / x.shape[1]


def seed_network():
    return Network([Layer(FIRST, FIRST_BIAS), Layer(SECOND, SECOND_BIAS)])


def random_case(seed, last, loss):
    """A random network with hidden layers of every kind, and a batch of one-hot targets in columns."""
    random = np.random.default_rng(seed)
    sizes = [int(n) for n in random.integers(1, 6, size=5)] + [3]
    names = [*random.permutation(HIDDEN), last]
    layers = [
        Layer(random.normal(0, 1, (n, below)), random.normal(0, 1, n), str(name))
        for below, n, name in zip(sizes, sizes[1:], names, strict=False)
    ]
    m = int(random.integers(1, 7))
    return Network(layers, loss), random.normal(0, 1, (sizes[0], m)), np.eye(3)[:, random.integers(0, 3, m)]


def test_the_two_three_two_network_forward():
    """u = (7, −22, −3), ŷ = −21, ẑ = −2, loss 260."""
    first, second = seed_network().forward(X).layers
    assert first.a.tolist() == [7.0, -22.0, -3.0]
    assert second.a.tolist() == [-21.0, -2.0]
    assert seed_network().cost(X, Y) == 260.0


def test_the_two_three_two_network_backward():
    """All 22 slopes of curriculum 7.3, as literal numbers."""
    network = seed_network()
    first, second = network.backward(network.forward(X), Y)
    assert second.delta.tolist() == [-22.0, -6.0]
    assert second.weights.tolist() == [[-154.0, 484.0, 66.0], [-42.0, 132.0, 18.0]]
    assert second.bias.tolist() == [-22.0, -6.0]
    assert first.delta.tolist() == [-32.0, -16.0, -118.0]
    assert first.bias.tolist() == [-32.0, -16.0, -118.0]
    assert first.weights.tolist() == [[-96.0, 64.0], [-48.0, 32.0], [-354.0, 236.0]]


def test_one_step_of_the_two_three_two_network():
    """A step of −1/100 of the gradient moves each weight by hand-computable hundredths; a small enough step helps."""
    after = seed_network().step(X, Y, 0.01)
    assert np.allclose(after.layers[0].weights, [[2.96, -1.64], [-3.52, 3.68], [2.54, -1.36]], rtol=1e-14)
    assert np.allclose(after.layers[0].bias, [-0.68, -1.84, 3.18], rtol=1e-14)
    assert np.allclose(after.layers[1].weights, [[3.54, -3.84, 3.34], [-1.58, -2.32, 4.82]], rtol=1e-14)
    assert np.allclose(after.layers[1].bias, [-0.78, 5.06], rtol=1e-14)
    assert seed_network().step(X, Y, 1e-4).cost(X, Y) < 260


@pytest.mark.parametrize("last, loss", PAIRS)
@pytest.mark.parametrize("seed", range(6))
def test_gradients_are_those_of_hips_autograd(last, loss, seed):
    """On random networks of five layers and random batches, every gradient agrees with HIPS autograd."""
    network, x, y = random_case(seed, last, loss)
    activations = [layer.activation for layer in network.layers]
    assert network.cost(x, y) == pytest.approx(hips_cost(network.parameters, activations, loss, x, y), rel=1e-11)
    theirs = grad(hips_cost)(list(network.parameters), activations, loss, x, y)
    for mine, other, parameter in zip(
        parameters(network.backward(network.forward(x), y)), theirs, network.parameters, strict=True
    ):
        assert mine.shape == parameter.shape
        assert np.allclose(mine, other, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("last, loss", PAIRS)
@pytest.mark.parametrize("method", ["complex step", "central differences"])
def test_gradients_are_those_of_nudging(last, loss, method):
    """The complex step and central differences through our own forward pass give our own gradients."""
    network, x, y = random_case(11, last, loss)
    theta = unroll(network.parameters)

    def cost(theta):
        return network.with_parameters(roll_up(theta, network.parameters)).cost(x, y)

    gradient = unroll(parameters(network.backward(network.forward(x), y)))
    options = {"method": complex_step, "tolerance": 1e-9, "noise": 1e-14} if method == "complex step" else {}
    check_gradient(cost, theta, gradient, **options)


@pytest.mark.parametrize("last, loss", PAIRS)
def test_rows_are_columns_seen_from_the_side(last, loss):
    """The same batch in rows gives the same cost and the same gradients; predictions and δ are transposed."""
    network, x, y = random_case(3, last, loss)
    assert network.cost(x.T, y.T, rows=True) == pytest.approx(network.cost(x, y), rel=1e-13)
    assert np.allclose(network.predict(x.T, rows=True), network.predict(x).T, rtol=1e-13)
    columns = network.backward(network.forward(x), y)
    rows = network.backward(network.forward(x.T, rows=True), y.T)
    for a, b in zip(columns, rows, strict=True):
        assert np.allclose(a.weights, b.weights, rtol=1e-11, atol=1e-15)
        assert np.allclose(a.bias, b.bias, rtol=1e-11, atol=1e-15)
        assert np.allclose(a.delta, b.delta.T, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("last, loss", PAIRS)
def test_a_batch_is_the_mean_of_its_examples(last, loss):
    """Curriculum 9.4: the gradient of the batch is the mean of the gradients of its examples, taken one by one."""
    network, x, y = random_case(4, last, loss)
    whole = unroll(parameters(network.backward(network.forward(x), y)))
    single = [unroll(parameters(network.backward(network.forward(x[:, i]), y[:, i]))) for i in range(x.shape[1])]
    assert np.allclose(whole, np.mean(single, axis=0), rtol=1e-11, atol=1e-15)


def test_the_joint_derivative_is_the_long_way_round():
    """a − y is ∇ₐC ⊙ σ′ for the sigmoid, and the Jacobian times ∇ₚC for softmax."""
    network, x, y = random_case(5, "sigmoid", "cross-entropy with sigmoid")
    long_way = Network(network.layers, "binary cross-entropy")
    for a, b in zip(network.backward(network.forward(x), y), long_way.backward(long_way.forward(x), y), strict=True):
        assert np.allclose(a.weights, b.weights, rtol=1e-9)
    z, y = np.array([0.3, -1.2, 2.0]), np.array([0.0, 0.0, 1.0])
    joint = Network([Layer(np.eye(3), [0, 0, 0], "softmax")], "cross-entropy with softmax")
    (gradient,) = joint.backward(joint.forward(z), y)
    p = joint.predict(z)
    assert np.allclose(gradient.delta, softmax_jacobian(z).T @ cross_entropy_slope(p, y), rtol=1e-12)
    assert np.allclose(gradient.delta, p - y, rtol=1e-12)


def test_with_mean_squared_error_the_slope_stays():
    """Curriculum 8.4: with MSE, δ = (a − y) σ′(z)."""
    network = Network([Layer([[1, 2]], [0.5], "sigmoid")])
    forward = network.forward([1, -1])
    (gradient,) = network.backward(forward, [1])
    assert np.allclose(gradient.delta, (forward.prediction - 1) * sigmoid_slope(-0.5), rtol=1e-14)


def test_relu_at_its_kink_stays_still():
    """A node whose z is exactly 0 hands nothing on."""
    network = Network([Layer([[1.0]], [-2.0], "relu"), Layer([[3.0]], [1.0])])
    first, second = network.backward(network.forward([2]), [0])
    assert (first.weights.tolist(), first.bias.tolist(), second.bias.tolist()) == ([[0.0]], [0.0], [1.0])


@pytest.mark.parametrize("last, loss", PAIRS[:4] + PAIRS[6:])
def test_inputs_of_a_thousand_are_silent(last, loss):
    """±1000 through any network gives finite gradients and no warning."""
    network, x, y = random_case(6, last, loss)
    x = 1000.0 * np.sign(x)
    assert np.isfinite(network.cost(x, y))
    assert np.all(np.isfinite(unroll(parameters(network.backward(network.forward(x), y)))))


def test_repeated_steps_descend():
    """Two hundred plain steps on a small batch bring the cost down for each pair of last activation and loss."""
    for last, loss in PAIRS:
        network, x, y = random_case(8, last, loss)
        before = network.cost(x, y)
        for _ in range(200):
            network = network.step(x, y, 0.02)
        assert network.cost(x, y) < before, (last, loss)


def test_a_pass_changes_nothing():
    """Network, inputs and targets are the same after forward, backward and step; a second backward gives the same."""
    network, x, y = random_case(9, "identity", "mean squared error")
    before = copy.deepcopy((network.parameters, x, y))
    forward = network.forward(x)
    once, again = network.backward(forward, y), network.backward(forward, y)
    network.step(x, y, 0.1)
    assert np.array_equal(unroll(parameters(once)), unroll(parameters(again)))
    assert np.array_equal(unroll(before[0]), unroll(network.parameters))
    assert np.array_equal(before[1], x) and np.array_equal(before[2], y)


def test_a_layer_is_its_own():
    """Changing the array that a layer was made from does not change the layer."""
    weights = np.array([[1.0, 2.0]])
    layer = Layer(weights, [0])
    weights[0, 0] = 9.0
    assert layer.weights.tolist() == [[1.0, 2.0]]
    turned = Layer(weights.T, [0, 0])
    weights[0, 0] = 5.0
    assert turned.weights.tolist() == [[9.0], [2.0]]
    with pytest.raises(ValueError, match="read-only"):
        layer.weights[0, 0] = 9.0
    after = Network([layer]).step([1, 1], [0], 0.1)
    with pytest.raises(ValueError, match="read-only"):
        after.layers[0].bias[0] = 9.0


def test_random_networks_are_reproducible():
    """The same seed gives the same network, another seed another one; shapes follow the sizes."""
    one, same, other = (Network.random([13, 64, 1], seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(unroll(one.parameters), unroll(same.parameters))
    assert not np.array_equal(unroll(one.parameters), unroll(other.parameters))
    assert [p.shape for p in one.parameters] == [(64, 13), (64,), (1, 64), (1,)]
    assert repr(one) == "<Network 13-64-1, relu, identity; mean squared error>"
    assert repr(one.layers[0]) == "<Layer 13 → 64, relu>"


def test_unroll_and_roll_up_are_inverse():
    """θ holds every weight and bias once, and is cut up again into the same arrays."""
    network = seed_network()
    theta = unroll(network.parameters)
    assert theta.tolist() == [2, -1, -4, 4, -1, 1, -1, -2, 2, 2, 1, 4, -2, -1, 5, -1, 5]
    assert all(
        np.array_equal(a, b) for a, b in zip(roll_up(theta, network.parameters), network.parameters, strict=True)
    )


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Layer([1, 2], [1]), ["(2,)", "(1,)", "[[2, -1]]"]),
        (lambda: Layer([[1, 2]], [1, 2]), ["(1, 2)", "(2,)", "one bias per output"]),
        (lambda: Layer([[1, 2]], 1), ["(1, 2)", "()", "one bias per output"]),
        (lambda: Layer(np.ones((0, 2)), []), ["(0, 2)", "(0,)"]),
        (
            lambda: Network([Layer(FIRST, FIRST_BIAS), Layer(FIRST, FIRST_BIAS)]),
            ["weights 1", "(3, 2)", "weights 2", "column"],
        ),
        (lambda: seed_network().forward([1, 2, 3]), ["(3,)", "(3, 2)", "(2,)", "give 2 values"]),
        (lambda: seed_network().forward(np.ones((5, 2))), ["(5, 2)", "(3, 2)", "rows=True"]),
        (lambda: seed_network().forward(np.ones((2, 5)), rows=True), ["(2, 5)", "(3, 2)", "leave rows out"]),
        (lambda: seed_network().forward(np.ones((2, 0))), ["(2, 0)", "(3, 2)", "at least one example"]),
        (lambda: seed_network().forward([]), ["(0,)", "(3, 2)", "at least one example"]),
        (lambda: seed_network().forward(3), ["()", "one example"]),
        (lambda: seed_network().cost(X, [1, 2, 3]), ["(2,)", "(3,)", "same shape"]),
        (lambda: seed_network().backward(seed_network().forward(X), [[1], [4]]), ["(2,)", "(2, 1)", "same shape"]),
        (lambda: seed_network().layers[0].backward(seed_network().forward(X).layers[0], [1, 2]), ["(3,)", "(2,)"]),
        (lambda: seed_network().with_parameters([FIRST]), ["(3, 2)", "(2, 3)", "one for each"]),
        (lambda: roll_up([1, 2, 3], [np.ones((2, 2))]), ["(3,)", "(4,)", "unroll"]),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_next_step(call, words):
    """Wrong and empty shapes raise ShapeError, which names both shapes and says what to give."""
    with pytest.raises(ShapeError) as error:
        call()
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Layer([[1]], [1], "gelu"), ["'gelu'", "relu", "softmax"]),
        (lambda: Network([], "mean squared error"), ["at least one Layer"]),
        (lambda: Network([Layer([[1]], [1])], "hinge"), ["'hinge'", *LOSSES]),
        (lambda: Network([Layer([[1]], [1], "softmax"), Layer([[1]], [1])]), ["layer 1", "last layer only"]),
        (lambda: Network([Layer([[1]], [1], "softmax")]), ["cannot follow a softmax", "cross-entropy with softmax"]),
        (lambda: Network([Layer([[1]], [1], "tanh")], "cross-entropy with sigmoid"), ["goes with sigmoid", "not tanh"]),
    ],
)
def test_names_that_do_not_fit_are_refused_with_the_choice(call, words):
    """An unknown activation or loss, or a pair that does not go together, is said when the network is made."""
    with pytest.raises(ValueError) as error:
        call()
    assert all(word in str(error.value) for word in words), str(error.value)
