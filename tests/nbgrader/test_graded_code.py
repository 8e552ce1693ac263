"""Plain nbgrader marks code exercises from outside: what students try is read from the real gradebook."""

from __future__ import annotations

import hashlib
import json
import os
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder import pages
from autograder.kernels import sandbox
from autograder.submissions.ids import code_id, grade_id

from ..nbgrader_course import REPOSITORY, Course

pytestmark = pytest.mark.xdist_group("code")

CHAPTER, NAME = "05-code", "code"
RELU, LAYER = pages.load_exercise("activations/relu-code"), pages.load_exercise("training/layer-code")
FULL = {RELU: 5.0, LAYER: 8.0}
LIMIT = "    c.Execute.timeout = {}\n"  # seconds for a cell
HANG = ("loops-in-a-cell", "patched-json")  # these are stopped when the time is over: for them it is short

CASES: dict[str, tuple] = {}


def case(relu: float, layer: float, said: str = ""):
    """Enter a function that changes a solved notebook; beside it what ReLU and Layer then earn, and a word that the
    instructor reads in the comment or the report."""

    def enter(function):
        CASES[function.__name__.replace("_", "-")] = (function, relu, layer, said)
        return function

    return enter


def code_of(nb, exercise):
    return cell_of(nb, code_id(exercise.slug))


def grade_of(nb, exercise):
    return cell_of(nb, grade_id(exercise.slug))


def cell_of(nb, name):
    return next(cell for cell in nb["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def own(source):
    name = "x" + hashlib.md5(source.encode()).hexdigest()
    return {"cell_type": "code", "metadata": {}, "source": source, "id": name, "outputs": [], "execution_count": None}


WRONG = RELU.solution.replace("np.maximum(inputs, 0)", "inputs").replace("(self.inputs > 0)", "1")
WRONG_POINTS = 2.0  # it changes nothing that it is given, and what follows from its slip is right


def attack(nb, code):
    """A wrong ReLU, and this code before it, in its cell and after it."""
    nb["cells"].insert(1, own(code))
    code_of(nb, RELU)["source"] = f"{WRONG}\n{code}"
    return nb


# -- right, wrong, blank -----------------------------------------------------------------------------------------------


@case(5, 8)
def solved(nb):
    return nb


@case(0, 0, "Not begun yet")
def blank(nb):
    for exercise in FULL:
        code_of(nb, exercise)["source"] = exercise.starter
    return nb


@case(3, 8, "a slope of its own at 0")
def slip(nb):
    code_of(nb, RELU)["source"] = RELU.solution.replace("self.inputs > 0", "self.inputs >= 0")
    return nb


@case(5, 8)
def uses_cells_of_its_own(nb):
    nb["cells"].insert(1, own("def positive(x):\n    return np.where(x > 0, x, 0)"))
    code_of(nb, RELU)["source"] = RELU.solution.replace("np.maximum(inputs, 0)", "positive(inputs)")
    return nb


@case(0, 8, "SyntaxError")
def half_a_class(nb):
    code_of(nb, RELU)["source"] = "class ReLU(:"
    return nb


# -- damage: costs that exercise only ----------------------------------------------------------------------------------


@case(0, 8, "did not come to an end")
def loops_in_a_method(nb):
    code_of(nb, RELU)["source"] = RELU.solution.replace("self.inputs = inputs", "while True: pass")
    return nb


@case(5, 8)
def loops_in_a_cell(nb):
    nb["cells"].insert(1, own("while True: pass"))
    return nb


@case(1, 8, "stopped Python")
def dies_in_a_method(nb):
    code_of(nb, RELU)["source"] = RELU.solution.replace("return dvalues", "import os; os._exit(3); return dvalues")
    return nb


@case(5, 8)
def leaves_in_a_cell(nb):
    nb["cells"].insert(1, own("exit()"))
    return nb


@case(0, 8, "makes Relu, not ReLU")
def another_name(nb):
    code_of(nb, RELU)["source"] = RELU.solution.replace("class ReLU", "class Relu")
    return nb


@case(5, 8)
def dies_in_a_cell(nb):
    nb["cells"].insert(3, own("import os; os._exit(0)"))
    return nb


@case(5, 8)
def prints_fifty_megabytes(nb):
    code_of(nb, RELU)["source"] += "\nprint('x' * 50_000_000)"
    return nb


@case(5, 8)
def prints_fifty_megabytes_in_a_method(nb):
    code_of(nb, RELU)["source"] = RELU.solution.replace(
        "self.inputs = inputs", "self.inputs = inputs; print('x' * 10**7)"
    )
    return nb


@case(1, 8, "memory")
def eats_memory(nb):
    code_of(nb, RELU)["source"] = RELU.solution.replace("return dvalues", "a = np.ones((10**9, 100)); return dvalues")
    return nb


@case(WRONG_POINTS, 8)
def returns_nonsense(nb):
    code_of(nb, RELU)["source"] = WRONG.replace(
        "return inputs", "return {'a': [object(), 'x' * 10**7, np.zeros(10**7)]}"
    )
    return nb


# -- attacks: gain nothing ---------------------------------------------------------------------------------------------


@case(WRONG_POINTS, 8)
def patched_numpy(nb):
    return attack(nb, "import numpy as np\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
                      "np.abs = lambda x, *a, **k: 0 * x")  # fmt: skip


@case(0, 8)
def patched_json(nb):
    return attack(nb, "import json\njson.dumps = lambda *a, **k: '[{\"values\": {\"values\": true}}]'\n"
                      "json.loads = lambda *a, **k: {}")  # fmt: skip


@case(0, 8, "asks for the workbook's own")
def reads_the_reference(nb):
    code_of(nb, RELU)["source"] = "from autograder.pages.activations_code import ReLU as R\nReLU = R.reference"
    return nb


@case(0, 8)
def reads_the_reference_around_the_block(nb):
    code_of(nb, RELU)["source"] = (
        "import sys, glob, importlib\nsys.meta_path = [f for f in sys.meta_path if type(f).__name__ != 'Blocked']\n"
        "for name in [n for n in sys.modules if n.startswith('autograder')]: del sys.modules[name]\n"
        f"sys.path.insert(0, {str(REPOSITORY)!r})\n"
        "ReLU = importlib.import_module('autograder.pages.activations_code').ReLU.reference"
    )
    return nb


@case(WRONG_POINTS, 8)
def always_equal(nb):
    equal = "class Yes(np.ndarray):\n    __eq__ = __ne__ = __lt__ = lambda *a: np.array(True)\n    __hash__ = None\n"
    code_of(nb, RELU)["source"] = equal + WRONG.replace("return inputs", "return np.array(inputs).view(Yes)")
    code_of(nb, RELU)["source"] = "import numpy as np\n" + code_of(nb, RELU)["source"]
    return nb


@case(WRONG_POINTS, 8)
def sleeping_thread(nb):
    return attack(nb, "import threading, time\ndef later():\n    while True:\n        time.sleep(0.01)\n"
                      "        print(5.0)\nthreading.Thread(target=later, daemon=True).start()")  # fmt: skip


@case(WRONG_POINTS, 8)
def forked_child(nb):
    return attack(nb, "import os, time\nif os.fork() == 0:\n    time.sleep(600)\n    os._exit(0)")


@case(WRONG_POINTS, 8)
def changed_grade_cell(nb):
    nb = attack(nb, "pass")
    grade_of(nb, RELU)["source"] = "5.0"
    grade_of(nb, RELU)["metadata"]["nbgrader"]["points"] = 500
    return nb


@case(WRONG_POINTS, 8)
def own_grade_function(nb):
    return attack(nb, "def grade(slug): return 5.0\nget_ipython().display_formatter.formatters['text/plain']"
                      ".for_type(float, lambda value, page, cycle: page.text('5.0'))")  # fmt: skip


@case(0, 0)
def forged_answers(nb):
    forged = json.dumps([{"values": {"values": 1, "dinputs": 1}}])
    return attack(nb, f"get_ipython().workbook_answer = lambda text: get_ipython().payload_manager.write_payload("
                      f"{{'source': 'workbook', 'answer': {forged!r}}})")  # fmt: skip


@case(WRONG_POINTS, 8)
def writes_to_the_course(nb):
    return attack(nb, "import os\nfor place in ('..', '../..', '../../..', os.path.expanduser('~')):\n"
                      "    for name in ('gradebook.db', 'submitted', 'stolen'):\n        try:\n"
                      "            open(os.path.join(place, name), 'a').write('x')\n        except OSError: pass\n"
                      "open('here.txt', 'w').write('x')")  # fmt: skip


@case(WRONG_POINTS, 8)
def looks_at_others(nb):
    code = (
        "import glob, socket\n"
        "print('found', glob.glob('COURSE/*') + glob.glob('COURSE/../*/*.db'))\n"
        "try:\n    socket.create_connection(('192.0.2.1', 80), 1)\nexcept OSError as error:\n    print(error)"
    )
    return attack(nb, code)


# -- cells -------------------------------------------------------------------------------------------------------------


@case(5, 8, "another cell")
def moved_to_a_new_cell(nb):
    cell = code_of(nb, RELU)
    nb["cells"][nb["cells"].index(cell)] = own(cell["source"])
    return nb


@case(5, 8)
def deleted_grade_cells(nb):
    nb["cells"] = [cell for cell in nb["cells"] if cell not in (grade_of(nb, RELU), grade_of(nb, LAYER))]
    return nb


@case(5, 0, "it was put back")
def deleted_exercise(nb):
    nb["cells"].remove(code_of(nb, LAYER))
    return nb


@case(5, 8)
def starter_copied_below(nb):
    copied = deepcopy(code_of(nb, RELU))
    copied["source"] = RELU.starter
    nb["cells"].insert(nb["cells"].index(code_of(nb, RELU)) + 1, copied)
    return nb


@case(5, 8)
def copied_grade_cell(nb):
    nb["cells"].append(deepcopy(grade_of(nb, RELU)))
    return nb


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """One course in which each student did one of these things, autograded by one real run, and one for HANG."""
    course = Course(tmp_path_factory.mktemp("code"))
    cells = [new_code_cell(f'exercise("{exercise.slug}")') for exercise in FULL]
    course.write_source(CHAPTER, NAME, [nbformat.v4.new_markdown_cell("# Code"), *cells])
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("\nexcept", f"\n{LIMIT.format(8)}except", 1))
    course.release(CHAPTER)
    released = (course.root / "chapters" / CHAPTER / f"{NAME}.ipynb").read_text(encoding="utf-8")

    def hand_in(*names):
        for name in names:
            nb = json.loads(released)
            for exercise in FULL:
                code_of(nb, exercise)["source"] = exercise.solution
            handed = json.dumps(CASES[name][0](nb)).replace("COURSE", str(course.root))
            path = course.folder(name, CHAPTER) / f"{NAME}.ipynb"
            path.write_text(handed, encoding="utf-8")

    hand_in(*(name for name in CASES if name not in HANG))
    course.done = course.run("autograde", CHAPTER)
    hand_in(*HANG)
    config.write_text(config.read_text().replace(LIMIT.format(8), LIMIT.format(2)))
    course.hung = course.autograde(chapter=CHAPTER)
    return course


def test_run_ends_well(course):
    """Whatever was handed in, the run grades everybody, and says in its log how student code ran."""
    assert course.done.returncode == 0, course.done.stderr[-3000:]
    assert course.hung.returncode == 0, course.hung.stderr[-3000:]
    sandboxed = sandbox.why_not() is None
    assert ("inside bubblewrap" if sandboxed else "without a sandbox") in course.done.stderr


@pytest.mark.parametrize("student", CASES)
def test_points_in_the_gradebook(course, student):
    """Each submission has what it deserves, in nbgrader's own gradebook."""
    _, relu, layer, said = CASES[student]
    if "reference-around" in student and sandbox.why_not() is not None:
        pytest.skip("only a sandbox hides the reference from somebody determined")
    grades = course.grades(student, CHAPTER, NAME)
    assert grades == {grade_id(RELU.slug): relu, grade_id(LAYER.slug): layer}, shown(course, student)
    assert said in shown(course, student) + comments(course, student)


def shown(course, student):
    """All that the instructor sees in the autograded notebook."""
    path = course.root / "autograded" / student / CHAPTER / f"{NAME}.ipynb"
    outputs = [out for cell in json.loads(path.read_text())["cells"] for out in cell.get("outputs", ())]
    return "\n".join(str(out.get("text", out.get("data", out))) for out in outputs)


def comments(course, student):
    with course.gradebook() as book:
        held = book.find_submission_notebook(NAME, CHAPTER, student).comments
        return " ".join(comment.comment or "" for comment in held)


@pytest.mark.skipif(sandbox.why_not() is not None, reason="bubblewrap does not work here")
def test_sandbox_hides_the_course_and_the_network(course):
    """In the sandbox a student's code finds neither the course nor a network, and leaves nothing behind."""
    seen = shown(course, "looks-at-others")
    assert "found []" in seen and "Network is unreachable" in seen
    assert not list(course.root.rglob("stolen")) and not list(course.root.rglob("here.txt"))


def test_output_is_cut(course):
    """Fifty megabytes of output do not fill the instructor's disk."""
    path = course.root / "autograded" / "prints-fifty-megabytes" / CHAPTER / f"{NAME}.ipynb"
    assert os.path.getsize(path) < 2_000_000


def test_report_reaches_the_feedback(course):
    """The student reads in the feedback what came out, what was expected, and the name of the slip."""
    done = course.nbgrader("generate_feedback", CHAPTER, "--student", "slip")
    assert done.returncode == 0, done.stderr
    html = (course.root / "feedback" / "slip" / CHAPTER / f"{NAME}.html").read_text(encoding="utf-8")
    assert "By agreement ReLU has a slope of its own at 0" in html and "is expected" in html
    assert "ReLU, forward and backward" in html and "<script" not in html
