"""What the pages of chapters 6 to 9 compute, so that their gradients can be checked by nudging.

cost, backpropagation, equations, batching   the pages of a chapter

    PAGES["equations/small-gradients"](sheet.givens)        its network

Each function is given what its page prints and says what is computed from that. Which box holds the gradient of what is
read off its name (∂C/∂W^2, row 1, column 2); `asks` says it where the name does not.
"""

from . import backpropagation, batching, cost, equations

PAGES = cost.PAGES | backpropagation.PAGES | equations.PAGES | batching.PAGES
"""Page → what it computes: a Computation, or one or several that are Asked about."""
