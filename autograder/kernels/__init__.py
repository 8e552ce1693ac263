"""Running a student's code where it can do no harm, as an oracle that gives plain data for plain data.

kernel     one kernel: cells go in, outputs and plain data come out
patience   code that does not come to an end is stopped from within, in a browser
runner     the scripts of code exercises, inside the kernel
sandbox    what a kernel may see and use

Imports: nothing of the workbook. Comparing and marking happen in marking/.
"""
