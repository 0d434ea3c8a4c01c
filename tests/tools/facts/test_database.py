"""A finished file or none: however many build at once, wherever one is killed, whatever lies in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.facts.database import default_folder, digest, ensure, is_sound
from tools.facts.store import FactStore, FactsUnavailable

ROOT = Path(__file__).parents[3]
WAIT_SECONDS = 120
BUILD = "import sys; from pathlib import Path; from tools.facts.database import ensure; ensure(*map(Path, sys.argv[1:]))"
DIE_WHILE_BUILDING = (
    "import os, signal, sys; from pathlib import Path; from tools.facts import database;"
    "database._usual_units = lambda facts: os.kill(os.getpid(), signal.SIGKILL);"
    "database.ensure(*map(Path, sys.argv[1:]))"
)


def start(code: str, folder: Path, table: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, str(folder), str(table)], cwd=ROOT)


def holds_einstein(path: Path) -> bool:
    return FactStore(path).entity("nobel/26") is not None


def test_two_processes_may_build_at_once(tmp_path: Path, small_table: Path) -> None:
    builders = [start(BUILD, tmp_path, small_table) for _ in range(2)]
    assert [builder.wait(WAIT_SECONDS) for builder in builders] == [0, 0]
    built = tmp_path / f"facts-{digest(small_table)}.sqlite"
    assert list(tmp_path.iterdir()) == [built]
    assert holds_einstein(built)


def test_a_killed_builder_leaves_nothing_that_passes_for_finished(
    tmp_path: Path, small_table: Path
) -> None:
    assert start(DIE_WHILE_BUILDING, tmp_path, small_table).wait(WAIT_SECONDS) == -signal.SIGKILL
    parts = list(tmp_path.iterdir())
    assert [part.suffix for part in parts] == [".part"]
    assert not is_sound(parts[0])
    assert holds_einstein(ensure(tmp_path, small_table))


def test_parts_of_long_dead_builders_are_removed(tmp_path: Path, small_table: Path) -> None:
    old, young = tmp_path / "facts-0.old.part", tmp_path / "facts-0.young.part"
    for part in (old, young):
        part.touch()
    os.utime(old, (1, 1))
    ensure(tmp_path, small_table)
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + bytes(100)])
def test_a_damaged_file_is_built_anew(tmp_path: Path, small_table: Path, damage: bytes) -> None:
    path = tmp_path / f"facts-{digest(small_table)}.sqlite"
    path.write_bytes(damage)
    assert is_sound(ensure(tmp_path, small_table))


def test_a_folder_that_cannot_be_written_is_named_with_the_remedy(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(FactsUnavailable) as caught:
        FactStore.open(blocked / "folder")
    message = str(caught.value)
    assert str(blocked / "folder") in message
    assert "writable folder" in message
    assert "\n" not in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FactsUnavailable, match="writable folder"):
        FactStore.open(tmp_path)


def test_a_read_only_folder_with_a_finished_store_is_enough(
    tmp_path: Path, small_table: Path
) -> None:
    ensure(tmp_path, small_table)
    tmp_path.chmod(0o500)
    assert holds_einstein(ensure(tmp_path, small_table))
    tmp_path.chmod(0o700)


def test_the_file_is_named_for_the_table(tmp_path: Path) -> None:
    for name in ("entities", "aliases", "facts"):
        (tmp_path / f"{name}.tsv.gz").write_bytes(name.encode())
    assert digest(tmp_path) != digest()


def test_the_default_folder_is_the_users_cache() -> None:
    assert default_folder().parts[-2:] == (".cache", "palimpsest")
