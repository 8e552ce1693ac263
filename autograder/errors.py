"""What a person can mend: errors whose message is enough, so the command line prints it without a traceback."""

from __future__ import annotations


class WorkbookError(Exception):
    """Something is not as it should be, and a person can mend it. The message says what, where, and what to do."""
