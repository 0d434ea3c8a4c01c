"""The house's own rules: sizes, layers, light imports, words, what is packed. Prose has its own tests beside this file."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("agent", "model", "tools", "ui")
SOURCES = tuple(sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")))

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_WEIGHTS_BYTES = 24_000_000

MODEL_NEEDS = ("torch", "transformers", "tokenizers", "safetensors", "numpy", "triton")
HEAVY = ("torch", "transformers", "gradio", "langgraph", "weasyprint", "httpx")

_ONLY_WHAT_MODEL_NEEDS = """
import importlib, pkgutil, re, sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

def closure(names):
    seen, waiting = set(), list(names)
    while waiting:
        name = re.match(r"[A-Za-z0-9._-]+", waiting.pop())[0].lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            waiting += [need for need in requires(name) or () if "extra ==" not in need]
        except PackageNotFoundError:
            pass
    return seen

present = closure(sys.argv[1].split())
absent = {"agent", "tools", "ui"} | {
    module
    for module, owners in packages_distributions().items()
    if module != "model" and not {owner.lower().replace("_", "-") for owner in owners} & present
} - {"model"}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not there on a machine with the runtime alone")

sys.meta_path.insert(0, Absent())
import model
for module in pkgutil.walk_packages(model.__path__, "model."):
    if not module.name.endswith("__main__") and "kernels" not in module.name:
        importlib.import_module(module.name)
"""


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _long_functions(text: str) -> list[str]:
    return [
        function.name
        for function in _functions(ast.parse(text))
        if (function.end_lineno or 0) - function.lineno >= MAX_FUNCTION_LINES
    ]


def _identifiers(text: str) -> set[str]:
    """The names that code itself chooses: not strings, and not attributes of others' objects."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name):
                found.add(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
    return found


def _reads_environment(text: str) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"})
        or (isinstance(node, ast.ImportFrom) and node.module == "os")
        for node in ast.walk(ast.parse(text))
    )


def _banned_words() -> set[str]:
    """The backticked words in the last column of the glossary's tables."""
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    cells = [line.split("|")[-2] for line in lines if line.startswith("|")]
    return {word for cell in cells for word in re.findall(r"`([a-z0-9_.]+)`", cell)}


def _has_word(name: str, word: str) -> bool:
    """Whether a name contains the word as one of its parts, begins with it (`handle_`) or is it (`utils.py`)."""
    if word.endswith(".py"):
        return name == word
    if word.endswith("_"):
        return name.lstrip("_").startswith(word)
    return re.search(rf"(?:^|_){word}(?:_|$)", name) is not None


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_files_stay_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {str(p): n for p, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_functions_stay_short() -> None:
    measured = [path for path in SOURCES if "kernels" not in path.parts]
    assert {
        str(p): long for p in measured if (long := _long_functions(p.read_text(encoding="utf-8")))
    } == {}


def test_a_long_function_is_noticed() -> None:
    body = "    pass\n" * MAX_FUNCTION_LINES
    assert _long_functions(f"def long():\n{body}") == ["long"]
    assert _long_functions("def short():\n    pass\n") == []


def test_weights_stay_small() -> None:
    files = [path for path in (ROOT / "model/weights").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MAX_WEIGHTS_BYTES


def test_only_settings_read_the_environment() -> None:
    readers = [p for p in SOURCES if _reads_environment(p.read_text(encoding="utf-8"))]
    assert set(readers) <= {ROOT / "agent/settings.py"}


def test_an_environment_reader_is_noticed() -> None:
    assert _reads_environment("import os\nos.environ['HOME']")
    assert _reads_environment("from os import environ")
    assert not _reads_environment("import os\nos.cpu_count()")


def test_names_follow_the_glossary() -> None:
    banned = _banned_words()
    assert {"manager", "handle_", "block_size"} <= banned
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCES
        for name in {*_identifiers(path.read_text(encoding="utf-8")), path.name}
        if any(_has_word(name, word) for word in banned)
    }
    assert found == set()


def test_a_banned_name_is_noticed() -> None:
    names = _identifiers("class PlanManager:\n    def handle_row(self, block_size): ...")
    assert {"plan_manager", "handle_row", "block_size"} <= names
    assert _has_word("plan_manager", "manager")
    assert _has_word("_handle_row", "handle_")
    assert not _has_word("managers_of", "manager")


def test_layers_hold() -> None:
    """In a process of its own: the linter configures logging for all that come after it."""
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_logo=True))"
    done = _run("-c", code)
    assert done.returncode == 0, done.stdout


def test_the_runtime_imports_without_the_product_around_it() -> None:
    done = _run("-c", _ONLY_WHAT_MODEL_NEEDS, " ".join(MODEL_NEEDS))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["model.types", "tools.types", "agent.types", "agent.events"])
def test_seams_import_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    assert _run("-c", code).stdout.strip() == "[]"


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_every_data_file_is_packed() -> None:
    """A file that the globs in pyproject.toml miss works here and is absent once installed."""
    done = _run("-c", _PACKED)
    assert done.returncode == 0, done.stderr
    packed = {Path(line) for line in done.stdout.splitlines()}
    tracked = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {Path(line) for line in tracked.stdout.splitlines()} - packed == set()


_PACKED = """
import logging
from setuptools import Distribution
logging.disable()
distribution = Distribution({"script_name": "setup.py"})
distribution.parse_config_files()
command = distribution.get_command_obj("build_py")
command.ensure_finalized()
for package, folder, build, names in command.data_files:
    for name in names:
        print(f"{folder}/{name}")
for package, module, path in command.find_all_modules():
    print(path)
"""
