"""Facts about the project's own files."""

import ast
import re
import tomllib
from functools import lru_cache
from pathlib import Path

import grimp
import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_conda_and_pip_install_the_same():
    """environment.yml names what .[teach] installs, which README and Makefile do, with the same versions and Python."""
    lines = re.findall(r"^ {2,6}- (\S+)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.MULTILINE)
    packages = {line for line in lines if line not in ("conda-forge", "pip", "pip:")}
    assert packages == {*installed("teach"), f"python{PROJECT['requires-python']}"}
    for document in ("README.md", "Makefile", ".github/workflows/checks.yml"):
        extras = re.findall(
            r"(?:--editable |INSTALL,)'?\.(\S*?)'?\)?$", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE
        )
        assert extras and set(extras) <= {"[teach]", "[test]", "[hub]"}, document
    assert installed("teach") < installed("test")


def installed(extra: str) -> set[str]:
    """What pip installs for an extra of ours: the project's own needs, and those of the extras that it names."""
    needs = set(PROJECT["dependencies"])
    for need in PROJECT["optional-dependencies"][extra]:
        ours = re.fullmatch(r"backprop-workbook\[(\w+)\]", need)
        needs |= installed(ours[1]) if ours else {need}
    return needs


def test_the_design_card_is_kept():
    """The packages and the top level that the project stands for."""
    names = {re.match(r"[\w-]+", dependency)[0] for dependency in installed("teach")}
    assert {"jupyterlab", "numpy", "sympy", "ipywidgets", "nbgrader", "matplotlib"} <= names
    for name in ("README.md", "environment.yml", "chapters", "autograder", "solutions", "source"):
        assert (ROOT / name).exists(), name


def test_types_are_strict_but_for_what_is_taught():
    """pyright reads all of autograder/, strictly but for pages/ and explorers/."""
    pyright = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    parts = {f"autograder/{path.name}" for path in (ROOT / "autograder").iterdir() if any(path.rglob("*.py"))}
    parts |= {f"autograder/{path.name}" for path in (ROOT / "autograder").glob("[!_]*.py")}
    assert pyright["include"] == ["autograder"]
    assert set(pyright["strict"]) == parts - {"autograder/pages", "autograder/explorers"}


def test_links_in_the_documents_lead_somewhere():
    """Every relative link of README and docs names a file that is there."""
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), (document.name, target)


def test_the_makefile_and_ci_run_the_same_tests():
    """What the README tells a newcomer to run is what must pass before a change lands."""
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


PACKAGES = sorted(
    path.parent for path in (ROOT / "autograder").rglob("__init__.py") if path.parent.name != "autograder"
)
ROOMS = [package for package in PACKAGES if package.parent.name == "autograder"]
"""The packages that stand directly in autograder/."""

LISTED = re.compile(r"^([a-z_]+(?:\.js)?(?:,\s+[a-z_]+(?:\.js)?)*)  +\S", re.MULTILINE)
"""A line of a docstring that lists modules: `name   what it holds`, or `one, another   what they hold`."""


def docstring(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""


def contents(package: Path) -> dict[str, str]:
    """What a package consists of: file or folder → the name by which its docstring calls it."""
    modules = {path.name: path.stem for path in package.glob("*.py") if not path.stem.startswith("__")}
    scripts = {path.name: path.name for path in package.glob("*.js")}
    return modules | scripts | {path.parent.name: path.parent.name for path in package.glob("*/__init__.py")}


def layers() -> list[set[str]]:
    """The order of the packages, from the command line down, as import-linter holds it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return [set(re.findall(r"\w+", layer)) for contract in contracts for layer in contract.get("layers", ())]


def below(names: set[str]) -> set[str]:
    """All packages in layers lower than those of `names`."""
    order = layers()
    return set().union(*order[max(place for place, layer in enumerate(order) if layer & names) + 1 :])


@lru_cache(maxsize=1)
def imports() -> grimp.ImportGraph:
    """Which module imports which, as import-linter sees it."""
    return grimp.build_graph("autograder", cache_dir=None)


def allowed(package: Path) -> set[str]:
    """What the docstring of a package says that it may import: its line `Imports: …`, up to the full stop."""
    line = re.search(r"^Imports: (.+?)[.;]", docstring(package), re.MULTILINE | re.DOTALL)
    assert line, f"{package.relative_to(ROOT)}/__init__.py does not say what it may import: add a line “Imports: …”"
    words = re.sub(r"\([^)]*\)", "", line[1])
    names = {word for word in re.findall(r"\w+", words) if word in set().union(*layers())}
    return names | below(names) if "all below" in words else names


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.relative_to(ROOT).as_posix())
def test_a_package_names_its_modules(package):
    """The docstring of a package names every module in it, and no other."""
    text = docstring(package)
    missing = [
        file for file, name in contents(package).items() if not re.search(rf"(?<![\w/]){re.escape(name)}\b", text)
    ]
    assert not missing, f"name them in {package.relative_to(ROOT)}/__init__.py, with what they hold: {missing}"
    listed = {name for names in LISTED.findall(text) for name in re.split(r",\s+", names)}
    listed |= set(re.findall(r"(?<![\w/])\w+\.(?:py|js)\b", text)) - {"nbgrader_config.py"}
    gone = listed - set(contents(package)) - set(contents(package).values())
    assert not gone, f"{package.relative_to(ROOT)}/__init__.py names what is not there: {gone}"


@pytest.mark.parametrize("package", ROOMS, ids=lambda package: package.name)
def test_a_package_says_truly_what_it_imports(package):
    """What a package imports stands in its docstring, and what stands there lies lower in import-linter's order."""
    name = package.name
    assert allowed(package) <= (below({name}) if name != "server" else set())
    graph = imports()
    modules = {f"autograder.{name}", *graph.find_descendants(f"autograder.{name}")}
    imported = {
        target.split(".")[1] for module in modules for target in graph.find_modules_directly_imported_by(module)
    }
    silent = imported - {name} - allowed(package)
    assert not silent, f"{name} imports {silent}: say so in autograder/{name}/__init__.py, or do without"


def test_every_package_has_its_place_in_the_order():
    """The layers of import-linter are the packages and the modules beside them; the server alone stands apart."""
    modules = {path.stem for path in (ROOT / "autograder").glob("[a-z]*.py")}
    assert set().union(*layers()) == {package.name for package in ROOMS} - {"server"} | modules


def test_contributing_lists_the_packages_in_their_order():
    """The table of packages in CONTRIBUTING is import-linter's order, layer by layer."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("| package | what lives there |")[2].partition("\n\n")[0]
    rows = [set(re.findall(r"`(\w+)`", row)) for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)]
    packages = {package.name for package in ROOMS}
    assert rows == [layer & packages for layer in layers() if layer & packages]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_places_named_in_the_documents_are_there(document):
    """Every path into the project that README, CONTRIBUTING or docs name leads to a file or a folder."""
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w./])(?:autograder|tests|source|data|docs|bench)/[\w./*<>-]*[\w/>*]", text))
    for place in named - {place for place in named if "recurrence" in place}:  # the chapter that authoring.md begins
        assert any(ROOT.glob(re.sub(r"<\w+>", "*", place.rstrip("/")))), f"{document.name} names {place}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_modules_named_in_the_documents_are_there(document):
    """Every autograder.module in README, CONTRIBUTING or docs can be found."""
    for name in set(re.findall(r"(?<![\w.@])autograder(?:\.\w+)+", document.read_text(encoding="utf-8"))):
        place = ROOT.joinpath(*name.split(".")[:2])
        assert place.is_dir() or place.with_suffix(".py").exists(), f"{document.name} names {name}"


def yaml_of(*path: str) -> dict:
    return yaml.safe_load(ROOT.joinpath(*path).read_text(encoding="utf-8"))


def code_blocks(document: str) -> list[str]:
    """The commands in the code blocks of a document."""
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_hosted_checks_run_what_the_readme_says():
    """Each command of the README's code blocks is a step of the workflow, save measuring and what stays open."""
    jobs = yaml_of(".github", "workflows", "checks.yml")["jobs"].values()
    steps = "\n".join(step.get("run", "") for job in jobs for step in job["steps"])
    commands = [line.replace("py -m", "python -m") for line in code_blocks("README.md")]
    unseen = ("jupyter lab", "make bench", 'pip install "backprop-workbook[lab]"')  # the last waits for an upload
    checked = [line for line in commands if not any(words in line for words in unseen)]
    assert len(checked) >= 8
    assert [command for command in checked if command not in steps] == []


def test_hosted_checks_cover_the_systems_and_pythons_that_are_promised():
    """Linux, macOS and Windows, each with every Python from the oldest that pyproject.toml allows to 3.14."""
    jobs = yaml_of(".github", "workflows", "checks.yml")["jobs"]
    full = {job["runs-on"]: job["strategy"]["matrix"]["python"] for job in jobs.values() if "strategy" in job}
    assert set(full) == {"ubuntu-latest", "macos-latest", "windows-latest"}
    oldest = int(PROJECT["requires-python"].rpartition(".")[2])
    for pythons in full.values():
        assert pythons == [f"3.{minor}" for minor in range(oldest, 15)]


def test_hooks_before_a_commit_use_the_tools_of_the_tests():
    """pre-commit installs its tools in the versions that the tests ask for, and `make check` runs each of them."""
    hooks = [hook for repo in yaml_of(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hook in hooks:
        assert set(hook["additional_dependencies"]) <= set(PROJECT["optional-dependencies"]["test"]), hook["id"]
        assert f"$(BIN)/{hook['entry'].removesuffix(' .')}" in makefile, hook["id"]


def test_the_citation_names_this_version():
    """CITATION.cff, pyproject.toml and the top of the changelog agree on what this is."""
    citation = yaml_of("CITATION.cff")
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert citation["abstract"] == PROJECT["description"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == PROJECT["version"]


def test_a_report_on_an_exercise_asks_for_what_is_needed_to_see_it_again():
    """The issue form insists on the page, which numbers it showed, and what was typed."""
    fields = yaml_of(".github", "ISSUE_TEMPLATE", "exercise.yml")["body"]
    insisted = {field["id"] for field in fields if field.get("validations", {}).get("required")}
    assert {"page", "numbers", "typed"} <= insisted


def test_the_contents_of_the_decisions_are_their_headings():
    """docs/decisions.md begins with a list of its groups, in their order."""
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    links = re.findall(r"^- \[(.+?)\]\(#(.+?)\)", text, re.MULTILINE)
    groups = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [title for title, _ in links] == groups
    assert [anchor for _, anchor in links] == [
        re.sub(r"[^\w -]", "", group).lower().replace(" ", "-") for group in groups
    ]


def test_decisions_are_short():
    """Each entry of docs/decisions.md has two to five sentences; a table or an example stands in a group of its own."""
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    entries = re.findall(r"^### (.+?)\n\n(.*?)(?=\n\n##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(entries) > 50
    lengths = {title: len(re.findall(r"[.?!][”)]?(?=\s|$)", entry)) for title, entry in entries}
    assert {title: length for title, length in lengths.items() if not 2 <= length <= 5} == {}


EXCEPTION = re.compile(r"#\s*(?:type:\s*ignore|pyright:\s*\w+|mypy:)")
REASONED = re.compile(r"# pyright: ignore\[\w+(?:, \w+)*\]  # \w")


def test_exceptions_to_the_types_name_their_rule_and_their_reason():
    """No line is left out of the type check without the rule it breaks and why; no file is left out as a whole."""
    assert not REASONED.search("x = y  # pyright: ignore") and EXCEPTION.search("x = y  # type: ignore")
    bare = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in (ROOT / "autograder").rglob("*.py")
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if EXCEPTION.search(line) and not REASONED.search(line)
    ]
    assert bare == []


def test_what_is_type_checked_is_there():
    """Every place that pyright is told of exists, and what it checks strictly it checks at all."""
    pyright = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    assert all((ROOT / place).exists() for place in [*pyright["include"], *pyright["strict"]])
    assert set(pyright["strict"]) <= set(pyright["include"]) or pyright["include"] == ["autograder"]
