"""Reading what a student typed, and deciding whether two values are the same answer.

numbers    numbers, shapes and words of a list; the tidying that all readers share
formulas   formulas in named variables
brackets   the formula that was meant where brackets are missing
listed     answers typed one after the other, by box number or in order
literals   an answer as text, as Python source in a cell, as the value that Python makes of it
equality   exactly the same, the same to the digits asked for, or of the same value

Imports: layout (shapes, how numbers are written), engine. literals imports nothing of ours.
"""
