"""nbgrader's settings for this course. `nbgrader` reads this file from the folder in which it is called."""

import sys
from pathlib import Path

try:
    from autograder.nbgrader import configure
except Exception as error:
    said = f"nbgrader_config.py: the workbook is not installed in this Python ({error}); run: pip install -e ."
    if "nbgrader" in Path(sys.argv[0]).as_posix():
        raise SystemExit(said) from None  # nbgrader ignores other errors here, and would then run what students wrote
    raise ImportError(said) from None  # JupyterLab starts all the same

c = get_config()  # noqa: F821  nbgrader puts it here

c.CourseDirectory.course_id = "backprop-workbook"  # the name under which the exchange and the gradebook know the course
c.CourseDirectory.root = str(Path(__file__).parent.resolve())  # so that formgrader finds it from wherever it is started

# A chapter is an assignment. Authors write source/, nbgrader makes the other two, and all three are in the repository.
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "chapters"
c.CourseDirectory.solution_directory = "solutions"

c.GenerateAssignment.force = True  # chapters and solutions are generated: making them again
c.GenerateSolution.force = True  # replaces them

configure(c, Path(__file__).parent)  # marking from data, tolerant intake, feedback without outside requests
