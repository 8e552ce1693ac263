"""What a grader does in formgrader, in an open tab: press a button of the list, open a submission, write into it.

`address` is that of formgrader.
"""

from __future__ import annotations


def press(tab, address: str, chapter: str, student: str, button: str, expect: str = "Success") -> str:
    """Press a button in the list of submissions; gives what the window says that then opens."""
    tab.goto(f"{address}/manage_submissions/{chapter}")
    row = tab.locator("tr", has=tab.locator(".student-id", has_text=student))
    row.locator(f".{button} a").click()
    window = tab.locator(".modal.in", has_text=expect)
    window.wait_for(timeout=180_000)
    return window.inner_text()


def open_submission(tab, address: str, submission: str) -> None:
    """Open a student's notebook, and wait until its points and comments can be written."""
    tab.goto(f"{address}/{submission}/")
    tab.wait_for_function("() => formgrader?.loaded && formgrader.grades.loaded && formgrader.comments.loaded")


def write(tab, where: str, text: str, kind: str) -> None:
    """Type into a field, leave it, and wait until it is saved; kind is "grade" or "comment"."""
    with tab.expect_response(lambda answer: f"/api/{kind}/" in answer.url and answer.request.method == "PUT") as saved:
        tab.locator(where).fill(text)
        tab.locator(where).press("Tab")
    assert saved.value.ok
