"""A whole class at once: make one to try the course on, and mark all that was handed in without a gradebook.

demo        a class of simulated students with known skill and known slips, and what each should earn
planting    what one of them types into a page, decided box by box
arrivals    find what was handed in: nbgrader's tree, a folder or a zip of files named by an LMS
assess      mark one submission
workers     mark many, in all cores or on a Dask cluster; whatever dies is done again
ledger      keep what is marked, so that a run that was killed goes on where it stopped
tables      the verdicts and the grades, as CSV or Parquet
transfer    the same grades into nbgrader's gradebook
run         the command `workbook mark`
"""
