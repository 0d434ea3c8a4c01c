"""A folder, a name in the download cache, or a plain refusal; the network only where it is permitted."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from model.checkpoints import hub
from model.checkpoints.hub import find_folder, name_of
from model.errors import CheckpointError


class Cache:
    """Stands for the download cache: knows one repository, and remembers what was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.may_download: list[bool] = []

    def __call__(self, name: str, allow_patterns: list[str], local_files_only: bool) -> str:
        self.may_download.append(not local_files_only)
        assert not any(pattern.endswith((".py", ".bin")) for pattern in allow_patterns)
        if name != "org/known":
            raise LocalEntryNotFoundError("nothing\nhere")
        return str(self.folder)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    made = Cache(tmp_path / "models--org--known" / "snapshots" / "0a1b")
    made.folder.mkdir(parents=True)
    monkeypatch.setattr(hub, "snapshot_download", made)
    return made


def test_a_folder_is_taken_as_it_is(tmp_path: Path, cache: Cache) -> None:
    assert find_folder(tmp_path) == tmp_path
    assert name_of(tmp_path / "SDAR-8B-b8") == "SDAR-8B-b8"
    assert not cache.may_download


def test_a_name_is_looked_up_and_downloaded_only_where_permitted(cache: Cache) -> None:
    assert find_folder("org/known") == cache.folder
    assert find_folder("org/known", is_online=True) == cache.folder
    assert cache.may_download == [False, True]
    assert name_of(cache.folder) == "org/known"


@pytest.mark.parametrize(
    ("name", "is_online", "said"),
    [
        ("org/unknown", False, "no download of it is at hand; get it with"),
        ("org/unknown", True, "'org/unknown' cannot be downloaded: nothing; check the name"),
        ("no such/folder/anywhere", False, "no model folder 'no such/folder/anywhere'; give"),
        ("nowhere", True, "no model folder 'nowhere'; give a folder"),
    ],
)
def test_what_is_not_there_is_refused(cache: Cache, name: str, is_online: bool, said: str) -> None:
    with pytest.raises(CheckpointError, match=said) as refusal:
        find_folder(name, is_online=is_online)
    assert "\n" not in str(refusal.value)
