"""nbgrader's settings for this course. `nbgrader` reads this file from the folder in which it is called."""

from pathlib import Path

from autograder.nbgrader import configure

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
