"""Documents say what is there: links lead somewhere, the tree is the tree, the commands exist."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.commands import COMMANDS

ROOT = Path(__file__).parents[1]
ROOMS = ("agent", "model", "tools", "ui")
DOCUMENTS = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))
LENGTH_LIMITS = {"README.md": 150, "CONTRIBUTING.md": 150, "docs/architecture.md": 160}


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _prose(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def _anchor(heading: str) -> str:
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _broken_links(document: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", _prose(document.read_text(encoding="utf-8"))):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            yield link
        elif anchor and target.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            if anchor not in map(_anchor, headings):
                yield link


def _tree(readme: str) -> dict[str, set[str]]:
    """The names in the README's tree, by the top-level folder that they stand under."""
    block = re.search(r"^## The tree\n.*?^```\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    assert block, "the README has no section `## The tree` with a block"
    tree: dict[str, set[str]] = {"": set()}
    room = ""
    for line in block[1].splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split()
        if line.startswith("  "):
            tree[room].update(names)
        elif names:
            room = names[0].rstrip("/")
            tree[""].update(names)
            tree[room] = set()
    return tree


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(line) for line in listed.stdout.splitlines()]


def _children(room: str, tracked: list[Path]) -> set[str]:
    """The modules and folders right below a room, as the tree writes them."""
    inside = [path.relative_to(room) for path in tracked if path.is_relative_to(room)]
    folders = {f"{path.parts[0]}/" for path in inside if len(path.parts) > 1}
    modules = {path.name for path in inside if len(path.parts) == 1 and path.suffix == ".py"}
    return (folders | modules) - {"__init__.py"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    assert list(_broken_links(document)) == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("# One word\n[a](absent.md) [b](#one-word) [c](#two)\n", encoding="utf-8")
    assert list(_broken_links(document)) == ["absent.md", "#two"]


def test_files_in_documents_exist() -> None:
    named = {
        (str(document.relative_to(ROOT)), path)
        for document in DOCUMENTS
        for path in re.findall(
            r"`((?:agent|model|tools|ui|bench|tests|docs|scripts)/[\w./-]*)`",
            document.read_text(encoding="utf-8"),
        )
    }
    assert {(document, path) for document, path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize(("document", "limit"), LENGTH_LIMITS.items())
def test_documents_stay_short(document: str, limit: int) -> None:
    assert len(_read(document).splitlines()) <= limit


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_the_readme_shows_the_real_tree() -> None:
    tree, tracked = _tree(_read("README.md")), _tracked()
    folders = {f"{path.parts[0]}/" for path in tracked if len(path.parts) > 1}
    assert {name for name in tree[""] if name.endswith("/")} == folders - {".ci/"}
    assert [name for name in tree[""] if not (ROOT / name).exists()] == []
    for room in ROOMS:
        assert tree[room] == _children(room, tracked), room


def test_commands_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _read("Makefile"), re.MULTILINE))
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert set(re.findall(r"\bpalimpsest ([a-z]+) ", text)) <= set(COMMANDS)
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)(?= *(?:`|#|\n|[A-Z]+=))", text)) <= targets


def test_the_changelog_knows_this_version() -> None:
    version = tomllib.loads(_read("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", _read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert version in headings or headings == ["Unreleased"]
