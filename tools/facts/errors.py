"""What can go wrong with the facts as a whole.

RuntimeError
└── FactsUnavailable: the folder for the built store cannot be written
"""

from __future__ import annotations

from pathlib import Path


class FactsUnavailable(RuntimeError):  # noqa: N818 (named for what the user is told)
    """The built store can neither be found nor written; the message names the folder and the remedy."""

    def __init__(self, folder: Path, cause: str) -> None:
        super().__init__(
            f"The facts cannot be stored in {str(folder)!r} ({cause}); name a writable folder."
        )
        self.folder = folder
