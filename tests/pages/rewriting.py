"""Mark the solution of a code exercise with some of its passages changed."""

from autograder.marking.code import GRADING, local, mark_code


def rewritten(made, *changes, **more):
    """The marks of the solution in which each old passage is replaced by the new one that follows it.

    more    other names that it may use
    """
    source = made.solution
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    namespace = {**made.namespace(), **more}
    exec(source, namespace)
    return mark_code(made, local(namespace), GRADING)
