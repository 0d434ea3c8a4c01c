"""What can go wrong in the agent, each as one line that names the value, the limit and the remedy.

AgentError
├── QuestionError   a question that cannot be asked (empty, too long)
├── SettingsError   a setting that is unknown or out of range
├── RunError        a run that is unknown, or not in the state that was asked of it
└── TasksError      a tasks file that cannot be read, or holds a line that is no task

What the world does is never an error here: tools answer with `Failed`, and runs end as abstained or stopped.
"""

from __future__ import annotations


class AgentError(Exception):
    """The base of every error of this package."""


class QuestionError(AgentError):
    """A question cannot be asked."""


class SettingsError(AgentError):
    """A setting cannot be used."""


class RunError(AgentError):
    """A run cannot be found, followed or continued."""


class TasksError(AgentError):
    """A tasks file cannot be used."""
