"""Which errors are the user's to mend, and how each ends the program: 2 for bad usage, 1 for the rest."""

from __future__ import annotations

import os

from agent.errors import AgentError, QuestionError, SettingsError, TasksError
from model.errors import ModelError
from tools.facts.errors import FactsUnavailable
from ui.export.errors import ExportError, FormatError, OutputError


class UsageError(Exception):
    """A command was given something that it cannot use."""


KNOWN = (AgentError, ModelError, FactsUnavailable, ExportError, UsageError, OSError)
_BAD_USAGE = (
    QuestionError, SettingsError, TasksError, ModelError, FormatError, OutputError, UsageError,
)  # fmt: skip


def exit_code(error: BaseException) -> int:
    """How the program ends on this error."""
    return 2 if isinstance(error, _BAD_USAGE) else 1


def in_a_line(error: BaseException) -> str:
    """The error as one line."""
    if isinstance(error, OSError) and error.errno is not None:
        place = f" {str(error.filename)!r}" if error.filename else ""
        return f"the system refused{place}: {os.strerror(error.errno).lower()}; name another place with --state, --cache or --out"
    return " ".join(str(error).split())
