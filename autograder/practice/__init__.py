"""Ten minutes of practice: what was met comes again at the right time, with other numbers, slips first.

    session = Session(Log(path), met_in(folder), today)
    while (attempt := session.next()) is not None:
        attempt.check(texts)
        session.close(attempt, seconds)
    session.ending()

Nothing of it is handed in or marked for a grade.

met       what the chapters' notebooks tell: chapters begun, pages done, slips that stand there
log       the file that remembers: a line for each answer
memory    a card for each page and slip: how firm it is, when it comes again, by FSRS
parts     the boxes of a page that are asked again, and other numbers for them
plan      what comes next, and why
session   one session: exercises, how they went, what they come to

Imports: marking and all below it.
"""
