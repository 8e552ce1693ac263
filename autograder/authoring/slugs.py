"""Slugs: how a page, an exercise or an explorer is called, and which chapter it belongs to.

slug("batch_norm", "one_batch")             "batch-norm/one-batch"
chapter_of("batch-norm/one-batch")          "batch_norm"
chapter_of_code(training_steps_code)        "training": the module of pages that stands beside this one
"""

from __future__ import annotations

import os.path  # not pathlib, which would make the import of marking slower
from types import ModuleType


def slug(chapter: str, name: str) -> str:
    """The slug of what is called `name` in the module `chapter`."""
    return f"{chapter}/{name}".replace("_", "-")


def chapter_of(slug: str) -> str:
    """The module of the chapter that a slug belongs to."""
    return slug.partition("/")[0].replace("-", "_")


def chapter_of_code(module: ModuleType) -> str:
    """The chapter of a module of code exercises: the longest name beside it that its own begins with.

    training_steps_code belongs to training, batch_norm_code to batch_norm. With no chapter beside it, its own name.
    """
    name = module.__name__.rpartition(".")[2]
    words, folder = name.split("_"), os.path.dirname(module.__file__ or "")
    beginnings = ("_".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    beside = (start for start in beginnings if os.path.isfile(os.path.join(folder, f"{start}.py")))
    return next(beside, name.removesuffix("_code"))
