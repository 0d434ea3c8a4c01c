"""The joint search, against every text that the slots can hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.constraints import trellis
from model.constraints.automaton import LanguageError
from model.constraints.trellis import MASKED, Trellis
from tests.model.constraints.languages import FILLER, LETTERS, PATTERNS, all_texts, moves_of

CASES: list[tuple[str, tuple[int, ...]]] = [
    (pattern, (width,)) for pattern in PATTERNS for width in (1, 3)
]
CASES += [
    ("a*\x1eb?", (2, 1)), ("(ab|c)\x1e(a|)\x1ec*", (1, 1, 2)), ("(a\x1eb)|(c\x1ec)", (1, 3)),
    (r"(a+)\x1e(b,?)*", (2, 2)), ("[^b]*", (3,)),
]  # fmt: skip
POSSIBLE_CASES = [case for case in CASES if next(all_texts(*case), None)]


def classes_of(pattern: str) -> dict[int, int]:
    moves = moves_of(pattern)
    return dict(zip(moves.tokens.tolist(), moves.class_of.tolist(), strict=True))


@st.composite
def partly_known(draw: st.DrawFn) -> tuple[str, tuple[int, ...], list[int], list[tuple[int, ...]]]:
    """A language, widths, some cells of one of its texts, and all texts that agree with them."""
    pattern, widths = draw(st.sampled_from(POSSIBLE_CASES))
    texts = list(all_texts(pattern, widths))
    text = draw(st.sampled_from(texts))
    number = classes_of(pattern)
    known = [number[i] if draw(st.booleans()) else MASKED for i in text]
    agreeing = [
        text
        for text in texts
        if all(k in (MASKED, number[i]) for i, k in zip(text, known, strict=True))
    ]
    return pattern, widths, known, agreeing


@given(partly_known())
def test_possible_classes_are_exactly_those_of_the_texts(
    case: tuple[str, tuple[int, ...], list[int], list[tuple[int, ...]]],
) -> None:
    pattern, widths, known, texts = case
    moves, number = moves_of(pattern), classes_of(pattern)
    possible = Trellis(moves, widths).possible(np.array(known))
    for cell, row in enumerate(possible):
        assert set(row.nonzero()[0].tolist()) == {number[text[cell]] for text in texts}


@given(partly_known(), st.integers(0, 10_000))
def test_the_best_text_is_the_best_of_all(
    case: tuple[str, tuple[int, ...], list[int], list[tuple[int, ...]]], seed: int
) -> None:
    pattern, widths, known, texts = case
    moves, number = moves_of(pattern), classes_of(pattern)
    scores = np.random.default_rng(seed).normal(size=(sum(widths), moves.n_classes))
    for cell, standing in enumerate(known):
        if standing != MASKED:
            scores[cell] = np.where(np.arange(moves.n_classes) == standing, 0.0, -np.inf)
    best = Trellis(moves, widths).best(scores)
    sums = {
        tuple(number[i] for i in text): sum(
            float(scores[cell, number[i]]) for cell, i in enumerate(text)
        )
        for text in texts
    }
    assert sums[tuple(best.tolist())] == pytest.approx(max(sums.values()))


@given(st.sampled_from(POSSIBLE_CASES), st.data())
def test_exactly_the_texts_are_accepted(
    case: tuple[str, tuple[int, ...]], data: st.DataObject
) -> None:
    pattern, widths = case
    trellis, number = Trellis(moves_of(pattern), widths), classes_of(pattern)
    texts = set(all_texts(pattern, widths))
    cell = st.sampled_from((*LETTERS, FILLER))
    ids = data.draw(st.tuples(*[cell] * sum(widths)) | st.sampled_from(sorted(texts)))
    classes = np.array([number.get(i, trellis.foreign) for i in ids])
    assert trellis.accepts(classes) == (ids in texts)


@pytest.mark.parametrize(
    ("pattern", "widths", "fewest"),
    [("(ab){3}", (2,), 3), ("c(a|b)ccc", (3,), 4), ("aaa\x1ebb", (2, 2), 5)],
)
def test_what_does_not_fit_is_refused_with_the_cells_it_takes(
    pattern: str, widths: tuple[int, ...], fewest: int
) -> None:
    with pytest.raises(LanguageError, match=f"the shortest takes {fewest};"):
        Trellis(moves_of(pattern), widths)


def test_a_language_of_too_many_ways_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trellis, "MAX_EDGES", 20)
    Trellis(moves_of("a{2}"), (2,))
    with pytest.raises(LanguageError, match=r"\d+ ways through its cells, more than 20;"):
        Trellis(moves_of("[abc]{0,40}"), (20,))
