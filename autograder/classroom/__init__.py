"""A whole class at once: make one to try the course on, and mark all that was handed in without a gradebook.

demo                     a class of simulated students with known skill and known slips
planting, planting_code  what one of them types into a page or writes as code, with what it should earn
mark                     the command `workbook mark`: everything below, in order
released                 what was handed out: the notebooks of a chapter, their pages and points
finding                  what was handed in, as submissions of students
tree, listing            in nbgrader's tree; every file in a folder or a zip
platforms, whose         how learning platforms name what they pack; whose a file is, or that a person must say
entries, whom            what finding gives: a submission, or something that is none; the table of who handed in what
assess, code             mark one submission: its pages, and its code exercises
executors                mark many, in all cores or on a Dask cluster; whatever dies is done again
records                  what is known of a submission once it is marked
history                  how each chapter stood, run by run
ledger                   keep what is marked, so that a run that was killed goes on where it stopped
tables                   the verdicts and the grades, as CSV or Parquet
upload                   the grades as a file that a learning platform takes
transfer                 the same grades into nbgrader's gradebook

Imports: nbgrader (its gradebook, for transfer), marking and all below them.
"""
