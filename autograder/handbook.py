"""Tables of the workbook, made from the catalogue: which pages teach what, and which slips have a name.

    documents()     file name in docs/ → its text; `workbook build` writes them, `workbook check` compares them
    uncovered()     rows of the curriculum that no page teaches
"""

from __future__ import annotations

from collections import defaultdict

from . import explorers, pages
from .mistakes import MESSAGES

CURRICULUM = {
    "0.1": "How boxes work",
    "1.1": "One weight: the gradient as a ratio of changes",
    "1.2": "Several weights, one nudged at a time",
    "1.3": "Ratios read backwards",
    "1.4": "A column of changes",
    "1.5": "All weights of a neuron at once",
    "1.6": "Two neurons",
    "1.7": "Two neurons, three inputs",
    "1.8": "Three neurons, and the step back",
    "1.9": "Derivatives and gradients by rule",
    "1.10": "The way up: the gradient as an arrow",
    "1.11": "Checking a gradient by numbers",
    "2.1": "The Jacobian of two functions of two variables",
    "2.2": "Shapes of Jacobians",
    "2.3": "The chain rule by substitution",
    "2.4": "The chain rule for vectors",
    "2.5": "The Jacobians a network is made of",
    "2.6": "A score and its shared δ",
    "3.1": "Element-wise operations: which entries vanish",
    "3.2": "The Hadamard product",
    "3.3": "Scalar expansion",
    "3.4": "Sums",
    "3.5": "A row of ones times a diagonal",
    "4.1": "Notation, read off a drawn network",
    "4.2": "The neuron as a function",
    "4.3": "A layer as matrix times vector",
    "4.4": "Shapes and a whole forward pass",
    "4.5": "The derivative of a neuron",
    "5.1": "ReLU, sigmoid, tanh and their slopes",
    "5.2": "The mask of ReLU",
    "5.3": "Softmax, its Jacobian, and cross-entropy",
    "5.4": "One-hot targets and predicted classes",
    "5.5": "Activations and losses in code, forward and backward",
    "6.1": "Mean squared error",
    "6.2": "The derivative of the cost, step by step",
    "6.3": "Error terms",
    "6.4": "The bias",
    "6.5": "All parameters in one vector, and one step",
    "6.6": "The cost as a landscape, and the paths that lead down",
    "6.7": "Batch, stochastic, mini-batch",
    "7.1": "Upstream × local = downstream",
    "7.2": "What add, max, multiply and copy do to gradients",
    "7.3": "The 2–3–2 network by hand",
    "7.4": "Three matrix rules",
    "8.1": "The error of a node",
    "8.2": "The four equations",
    "8.3": "Why there is a transpose",
    "8.4": "When the slope cancels",
    "8.5": "A ledger of shapes",
    "9.1": "Examples in columns and in rows",
    "9.2": "Where the mean goes, once",
    "9.3": "The bias, written out",
    "9.4": "A batch is the mean of its examples",
    "10.1": "A layer and a network in code, and a check of their gradients",
    "10.2": "Training in shuffled mini-batches",
    "10.3": "Plain step, momentum, Adam",
    "10.4": "A model for real data: bike rentals in Washington",
}
"""Row of the curriculum → what it is about."""

MADE = "<!-- made by `workbook build` from autograder/; do not edit -->\n"


def documents() -> dict[str, str]:
    """The generated documents of docs/."""
    return {"curriculum.md": _curriculum(), "mistakes.md": _mistakes()}


def uncovered() -> list[str]:
    """Rows that no page teaches, and rows that pages name but the table does not know."""
    taught = {row for page in _all() for row in page.rows}
    missing = [row for row in CURRICULUM if row not in taught]
    unknown = sorted(taught - set(CURRICULUM))
    return [f"nothing teaches row {row} ({CURRICULUM[row]}): write a page in autograder/pages/" for row in missing] + [
        f"row {row} of a page is unknown: add it to CURRICULUM in autograder/handbook.py" for row in unknown
    ]


def _all() -> list:
    """Pages, code exercises and explorers: all know their rows, their slug and their points."""
    return [*pages.catalogue().values(), *pages.exercises().values(), *explorers.catalogue().values()]


def _curriculum() -> str:
    taught = defaultdict(list)
    for page in _all():
        for row in page.rows:
            taught[row].append(page)
    lines = [f"| {row} | {about} | {_list(taught[row])} | {sum(page.points for page in taught[row])} |"
             for row, about in CURRICULUM.items()]
    count, boxes = len(pages.catalogue()), sum(page.points for page in pages.catalogue().values())
    code, points = len(pages.exercises()), sum(exercise.points for exercise in pages.exercises().values())
    return (
        f"{MADE}# What the workbook teaches\n\n{count} pages with {boxes} boxes, a point each; "
        f"{code} code exercises with {points} points; "
        f"{len(explorers.catalogue())} explorers.\n\n"
        "| row | | pages, code exercises, explorers | points |\n|:--|:--|:--|--:|\n" + "\n".join(lines) + "\n"
    )


def _mistakes() -> str:
    named = defaultdict(dict)
    for page in pages.catalogue().values():
        for box in page.sheet().boxes:
            for code, _ in box.mistakes:
                named[code][page.slug] = page
    for exercise in pages.exercises().values():
        for code in exercise.slips:
            named[code][exercise.slug] = exercise
    lines = [f"| `{code}` | {said} | {_list(named[code].values())} |" for code, said in sorted(MESSAGES.items())]
    return (
        f"{MADE}# Slips with a name\n\nA code stays the same on every page and in every variant; the message is what "
        "the student reads.\n\n| code | message | pages and code exercises |\n|:--|:--|:--|\n" + "\n".join(lines) + "\n"
    )


def _list(found) -> str:
    return ", ".join(page.slug for page in found)
