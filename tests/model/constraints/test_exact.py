"""A text on a canvas: the proposals of any step, against every text that the cells can hold."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.constraints.exact import ExactGrammar, ExactText
from model.constraints.noise import Noise
from model.constraints.trellis import Trellis
from tests.model.constraints.languages import FILLER, LETTERS, PATTERNS, all_texts, moves_of

VOCABULARY = FILLER + 1
CASES: list[tuple[str, tuple[int, ...]]] = [
    (p, (w,)) for p in PATTERNS for w in (1, 3) if next(all_texts(p, (w,)), None)
]
CASES += [("(ab|c)\x1e(a|)\x1ec*", (1, 1, 2)), (r"(a+)\x1e(b,?)*", (2, 2))]

Case = tuple[tuple[int, ...], list[int], list[tuple[int, ...]], ExactText]


def text_on(pattern: str, widths: tuple[int, ...]) -> ExactText:
    moves = moves_of(pattern)
    return ExactGrammar.of(moves, Trellis(moves, widths), torch.device("cpu")).rule()


@st.composite
def partly_known(draw: st.DrawFn) -> Case:
    """A text, which of its cells are masked, all texts that agree with the others, and the rule."""
    pattern, widths = draw(st.sampled_from(CASES))
    texts = list(all_texts(pattern, widths))
    text = draw(st.sampled_from(texts))
    masked = sorted(draw(st.sets(st.integers(0, len(text) - 1), min_size=1)))
    known = [cell for cell in range(len(text)) if cell not in masked]
    rule = text_on(pattern, widths)
    rule.learn(np.array(known, dtype=np.int64), np.array([text[c] for c in known], dtype=np.int64))
    # A class may stand in for the token: what is possible does not depend on which of them it is.
    kept = tuple(rule._known.tolist())
    agreeing = [t for t in texts if all(kept[c] == class_in(rule, t[c]) for c in known)]
    return text, masked, agreeing, rule


def class_in(rule: ExactText, token: int) -> int:
    return int(rule.grammar.classes_of(np.array([token]))[0])


def logits_of(n_rows: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n_rows, VOCABULARY, generator=generator) * 3


@given(partly_known(), st.integers(0, 10_000))
def test_proposals_are_jointly_the_best_text(case: Case, seed: int) -> None:
    _, masked, texts, rule = case
    logits = logits_of(len(masked), seed)
    scores = rule.propose(np.array(masked), logits, Noise())

    def total(ids: tuple[int, ...]) -> float:
        return float(sum(logits[row, i].double() for row, i in enumerate(ids)))

    proposed = tuple(scores.token.tolist())
    offered = {tuple(text[c] for c in masked) for text in texts}
    assert proposed in offered
    assert total(proposed) == pytest.approx(max(map(total, offered)), abs=1e-4)


@given(partly_known(), st.integers(0, 10_000))
def test_cells_that_are_not_scored_count_nothing_but_can_be_filled(case: Case, seed: int) -> None:
    _, masked, texts, rule = case
    scored = masked[::2]
    logits = logits_of(len(scored), seed)
    proposed = tuple(rule.propose(np.array(scored), logits, Noise()).token.tolist())
    offered = {tuple(text[c] for c in scored) for text in texts}
    sums = {ids: float(sum(logits[r, i].double() for r, i in enumerate(ids))) for ids in offered}
    assert sums[proposed] == pytest.approx(max(sums.values()), abs=1e-4)


@given(partly_known(), st.integers(0, 10_000))
def test_confidence_is_the_share_among_the_tokens_still_possible(case: Case, seed: int) -> None:
    _, masked, texts, rule = case
    logits = logits_of(len(masked), seed)
    scores = rule.propose(np.array(masked), logits, Noise())
    for row, cell in enumerate(masked):
        possible = sorted({text[cell] for text in texts})
        share = logits[row, scores.token[row]].exp() / logits[row, possible].exp().sum()
        assert float(scores.confidence[row]) == pytest.approx(float(share), abs=1e-5)


@given(partly_known())
def test_forced_are_the_cells_with_one_possible_token(case: Case) -> None:
    _, masked, texts, rule = case
    cells, ids = rule.forced()
    expected = {c: {text[c] for text in texts} for c in masked}
    assert dict(zip(cells.tolist(), ids.tolist(), strict=True)) == {
        c: next(iter(some)) for c, some in expected.items() if len(some) == 1
    }


@given(partly_known())
def test_forgetting_undoes_learning(case: Case) -> None:
    text, masked, _, rule = case
    before = rule.possible().copy()
    rule.learn(np.array(masked), np.array([text[c] for c in masked]))
    assert rule.is_completable()
    rule.forget(np.array(masked))
    assert np.array_equal(rule.possible(), before)


def test_what_the_model_rules_out_is_taken_where_the_grammar_leaves_nothing_else() -> None:
    rule = text_on("ab|c", (2,))
    logits = torch.full((2, VOCABULARY), -torch.inf)
    logits[0, 5] = 0.0  # "c" and then a filler, which the model rules out
    assert rule.propose(np.array([0, 1]), logits, Noise()).token.tolist() == [5, FILLER]


def test_noise_is_that_of_the_row_and_token() -> None:
    for row, token in ((0, 5), (0, 3), (1, 4)):
        gumbel = torch.zeros(2, VOCABULARY)
        gumbel[row, token] = 9.0
        rule = text_on("[abc]{2}", (2,))
        scores = rule.propose(np.array([0, 1]), torch.zeros(2, VOCABULARY), Noise(gumbel, 1.0))
        assert int(scores.token[row]) == token


def test_a_token_that_no_text_has_leaves_no_text() -> None:
    rule = text_on("[abc]{2}", (2,))
    rule.learn(np.array([0]), np.array([70]))
    assert not rule.is_completable()
    assert not rule.accepts(np.array([70, 3]))
    assert rule.accepts(np.array([7, FILLER]))
    assert LETTERS[7] == b"ab"
