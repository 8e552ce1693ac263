"""The language in which exercises are written: what an author of pages imports.

page       a page: a function that computes its own key while declaring its boxes
ask        questions that come back: an error, a product, a weighted sum, with their slips
worked     a computation with one slip in it, to be found and mended
exercise   a code exercise: a reference, its behaviours, its slips
explorer   an explorer: a function of its controls
slugs      how they are called, and which chapter a slug belongs to
courses    the packages that hold them: the workbook's own, and those that entry points name
values     what came back from a student's code, said in few words
mistakes   the slips with a name, and what is said of each

Imports: layout, answers, kernels (the runner of scripts), engine, errors.
"""
