"""nbgrader's settings for this course. `nbgrader` reads this file from the folder in which it is called."""

import sys
from pathlib import Path

c = get_config()  # noqa: F821  nbgrader puts it here

c.CourseDirectory.course_id = "backprop-workbook"  # the name under which the exchange and the gradebook know the course
c.CourseDirectory.root = str(Path(__file__).parent.resolve())  # so that formgrader finds it from wherever it is started

# A chapter is an assignment. Authors write source/, nbgrader makes the other two, and all three are in the repository.
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "chapters"
c.CourseDirectory.solution_directory = "solutions"

c.GenerateAssignment.force = True  # chapters and solutions are generated: making them again
c.GenerateSolution.force = True  # replaces them

try:
    from autograder.nbgrader import configure

    configure(c, Path(__file__).parent)  # marking from data, tolerant intake, feedback without outside requests
except Exception as error:
    advice = "install the workbook in this Python: pip install -e ." if isinstance(error, ImportError) else "mend it"
    if "nbgrader" in Path(sys.argv[0]).as_posix():
        # nbgrader ignores other errors here, and would then run what students wrote, by its own rules
        raise SystemExit(f"nbgrader_config.py: {error}; {advice}") from None
    raise
