"""From a folder or a Hugging Face name to a folder."""

from __future__ import annotations

import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from model.errors import CheckpointError

EMBEDDED = "embedded"
WEIGHTS = Path(__file__).parents[1] / "weights"
_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_CACHED = re.compile(r"models--(.+)--(.+)")
_FILES = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model"]


def find_folder(name: str | Path, *, is_online: bool = False) -> Path:
    """The folder of a checkpoint; a Hugging Face name is downloaded where that is permitted."""
    if str(name) == EMBEDDED:
        return WEIGHTS / "planner"
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if not _NAME.fullmatch(str(name)):
        raise CheckpointError(
            f"no model folder {str(folder)!r}; give a folder, {EMBEDDED!r}, or a name such as 'Qwen/Qwen3-0.6B'"
        )
    try:
        return Path(
            snapshot_download(str(name), allow_patterns=_FILES, local_files_only=not is_online)
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise CheckpointError(_refusal(str(name), error, is_online=is_online)) from error


def _refusal(name: str, error: Exception, *, is_online: bool) -> str:
    if is_online:
        return f"{name!r} cannot be downloaded: {str(error).splitlines()[0]}; check the name and the network"
    return (
        f"no model folder {name!r}, and no download of it is at hand; get it with 'hf download {name}', "
        "or give a folder"
    )


def name_of(folder: Path) -> str:
    """What a checkpoint is called: its folder's name, or the repository's in the download cache."""
    for part in reversed(folder.resolve().parts):
        if cached := _CACHED.fullmatch(part):
            return "/".join(cached.groups())
    return folder.resolve().name
