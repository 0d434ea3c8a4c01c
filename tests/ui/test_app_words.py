"""The page's words: complete, used, alike in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from ui.words import _WORDS, LANGUAGES, keys, say

UI = Path(__file__).parents[2] / "ui"
SOURCES = [*UI.glob("*.py"), *(UI / "panels").glob("*.py"), *(UI / "assets").glob("*.html")]
TEXT = "\n".join(path.read_text("utf-8") for path in SOURCES if path.name != "words.py")
MADE = (
    "ask_",
    "cell_",
    "cost_",
    "log_",
    "phase_",
    "preset_",
    "rival_",
    "status_",
    "tool_",
    "verdict_",
    "way_",
)
MAY_BE_EMPTY = {"subtitle"}
SAME_IN_BOTH = {"title"}


def text(key: str, lang: str) -> str:
    return say(key, lang, **dict.fromkeys(places(key), "7"))  # type: ignore[arg-type]


def places(key: str) -> set[str]:
    return {name for part in _WORDS[key] for _, name, _, _ in Formatter().parse(part) if name}


@pytest.mark.parametrize("key", keys())
def test_both_languages_fill_the_same_places(key: str) -> None:
    names = [{name for _, name, _, _ in Formatter().parse(part) if name} for part in _WORDS[key]]
    assert names[0] == names[1]


@pytest.mark.parametrize("key", [key for key in keys() if key not in MAY_BE_EMPTY | SAME_IN_BOTH])
def test_each_language_says_it_in_its_own_words(key: str) -> None:
    english, chinese = (text(key, lang) for lang in LANGUAGES)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert re.search(r"[\u4e00-\u9fff]", chinese) or not re.search(r"[a-z]{3}", chinese)
    assert english != chinese


@pytest.mark.parametrize("key", keys())
def test_every_word_is_used(key: str) -> None:
    assert f'"{key}"' in TEXT or f"'{key}'" in TEXT or key.startswith(MADE)


def test_words_that_are_asked_for_exist() -> None:
    asked = set(re.findall(r"\bsay\(['\"]([a-z_-]+)['\"][,)]", TEXT))
    assert asked
    assert asked <= set(keys())


def test_values_are_put_in_as_they_are() -> None:
    assert "{evil}" in say("task_refused", "en", reason="{evil}")
