"""Autoregression as a judge: what it says of a draft, read in one forward, and how much of the draft it accepts."""

from __future__ import annotations

from math import log

import torch
from torch import Tensor

from model.engine import Engine
from model.families.conventions import Visibility
from model.fill import Fill
from model.query import Kind, Query
from model.spec import RuleError
from model.template_fill import TemplateFill
from model.tokens import Vocabulary

_READING = (Visibility.CAUSAL, Visibility.CONTEXT)


def check_judge(judge: Engine, judged: Engine) -> None:
    """Refuse a judge that does not read causally, or two models of different vocabularies."""
    if judge.conventions.visibility not in _READING:
        raise RuleError(
            f"{judge.name!r} is {judge.conventions.visibility} and cannot read a draft causally; take a "
            f"{' or '.join(_READING)} model"
        )
    if not _share_words(judge.vocabulary, judged.vocabulary):
        raise RuleError(
            f"{judge.name!r} and {judged.name!r} do not have the same vocabulary; take two models with "
            "one tokenizer"
        )


def _share_words(one: Vocabulary, other: Vocabulary) -> bool:
    """Whether equal ids are equal words; a diffusion model may have a mask beside them."""
    if one is other:
        return True
    tokenizers = [getattr(tokens, "tokenizer", None) for tokens in (one, other)]
    words = [t and t.get_vocab(with_added_tokens=False) for t in tokenizers]
    return words[0] == words[1]


def read_causally(engine: Engine, fill: Fill, cells: Tensor) -> Tensor:
    """What stands before each of the masked `cells` (ascending), drafts included, says of it: (cells, vocabulary)."""
    return engine.ask(fill, lambda start: causal_query(fill, cells, start))


def causal_query(fill: Fill, cells: Tensor, start: int) -> Query:
    """The query that reads everything before the last of `cells`, each token seeing those before it."""
    before = fill.canvas.n_prompt - 1
    stop = before + int(cells[-1]) + 1
    return Query(Kind.COMMIT, start, stop, stop, stop - start, cells + (before - start), cells)


def accept(fill: TemplateFill, cells: Tensor, logits: Tensor, ratio: float) -> bool:
    """Let a fill at block length 1 go on along a draft as far as it agrees; whether it took all of it.

    The draft's ids stand in the masked `cells`, of which `logits` (cells, vocabulary) speak. A word is taken
    if its probability is `ratio` times that of the best one, or higher; the first word that is not is replaced
    by the fill's own choice. At ratio 1 every word is the fill's own choice, as it would be without a draft.
    """
    draft = fill.canvas.ids[cells].clone()
    for row, cell in enumerate(cells.tolist()):
        if fill.is_done or not bool(fill.canvas.masked[cell]):
            continue
        _take(fill, int(draft[row]), logits[row : row + 1], ratio)
        known = ~fill.canvas.masked[cells]
        if not torch.equal(fill.canvas.ids[cells[known]], draft[known]):
            return False
    return True


def _take(fill: TemplateFill, token: int, logits: Tensor, ratio: float) -> None:
    """Reveal the next cell: the drafted token if it is good enough, or else the fill's choice."""
    query = fill.query()
    if ratio < 1 and float(logits[0, token]) >= float(logits.max()) + (
        log(ratio) if ratio else -torch.inf
    ):
        share = logits.float().softmax(1)[:, token]
        fill.place(query.cells, query.cells.new_tensor([token]), share)
    else:
        fill.update(query, logits)
