"""What an answer is worth, and why: data in, data out; no widget, no HTML, no notebook server.

states       the verdict on a box, and what it can be: right, follows, slips, open; what each earns
pages        the boxes of a page: right, follows, a slip with a name, wrong
listed       answers typed as a list: which box gets what, and which comes next
carried      what follows from a student's earlier answers
advice       what is said of an answer that is not what the box asks for
surroundings which letters stand on a page, and what they mean there
code         a code exercise: what came back from the kernel, compared behaviour by behaviour
differences  where two pieces of plain data differ
oracle       the code exercises of a notebook, tried in a kernel
twice        code that depends on a race or on chance earns no number
policy       how much is told, and from when on
variants     which numbers a student has
progress     how far a student is in a chapter

Imports: submissions, pages, authoring, answers, kernels (where code is tried), settings, layout, engine.
"""
