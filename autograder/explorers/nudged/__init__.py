"""What the pages of chapters 6 to 9 compute, so that their gradients can be checked by nudging.

cost, backpropagation, equations, batching   the pages of a chapter

    PAGES["equations/small-gradients"](sheet.givens)        its network

Each function is given what its page prints and says what is computed from that. Whose gradient a box holds is said by
the page itself: `box(..., gradient_of="W2")` names an array of the computation.
"""

from . import backpropagation, batching, cost, equations

PAGES = cost.PAGES | backpropagation.PAGES | equations.PAGES | batching.PAGES
"""Page → what it computes: a Computation, or several of which each is Asked about from some box on."""
