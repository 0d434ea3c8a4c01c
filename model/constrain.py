"""Grammar while denoising: proposals that some valid canvas contains.

Guarantees: whatever the logits say, a cell is proposed a word with which its record, and the run of used
records, can still be completed, so no fill meets a dead end; among the scored cells the alternatives and
the number of used records are chosen jointly. A proposal's confidence is its probability among the words
still possible in its cell. Not covered: what no record says, such as a reference to an unused record.

Slots of words are decided here; those of text under a pattern or schema in `model/constraints/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from model.canvas import Canvas, TemplateError, texts_of
from model.constraints.noise import Noise
from model.constraints.texts import Texts
from model.grammar import Grammar
from model.kernels.confidence import Masks, Scores, score
from model.tokens import Vocabulary
from model.types import Template

__all__ = ["Constraint", "Noise", "bans_of"]


class Constraint:
    """A grammar on one canvas: what is known there, and what is still possible.

    `bans` are pairs of a cell and a token refused in it, (bans, 2).
    """

    needs_logits = True

    def __init__(self, grammar: Grammar, canvas: Canvas, bans: Tensor) -> None:
        self._grammar = grammar
        self._spans = canvas.spans
        self._bans = bans
        self._allowed = _without(bans, grammar)
        self._permitted = self._allowed.clone()
        self._possible: Tensor | None = None
        self._texts = (
            Texts(grammar.texts, canvas.n_cells, canvas.ids.device) if grammar.texts else None
        )
        known = (~canvas.open).nonzero().squeeze(1)
        self.learn(known, canvas.ids[known])
        if self._texts and (names := self._texts.impossible()):
            raise TemplateError(
                f"what is locked in slot {', '.join(map(repr, names))} fits no text of its grammar; "
                "unlock it or change its value"
            )

    def learn(self, cells: Tensor, ids: Tensor) -> None:
        """These cells hold these words now."""
        self._permitted[cells] = self._grammar.words == ids.unsqueeze(1)
        self._possible = None
        if self._texts:
            self._texts.learn(cells, ids)

    def forget(self, cells: Tensor) -> None:
        """These cells are masked again."""
        self._permitted[cells] = self._allowed[cells]
        self._possible = None
        if self._texts:
            self._texts.forget(cells)

    def possible(self) -> Tensor:
        """The words with which a valid completion exists: (cells + 1, words)."""
        if self._possible is None:
            self._possible = self._completable()
        return self._possible

    def take_forced(self, masked: Tensor) -> tuple[Tensor, Tensor]:
        """The masked cells in which only one word is possible, and those words; known from now on."""
        possible = self.possible()[:-1]
        has_one = masked & self._grammar.governed & (possible.sum(1) == 1)
        cells, word = (possible & has_one.unsqueeze(1)).nonzero(as_tuple=True)
        self._permitted[cells] = possible[cells]  # rules nothing out, so what is possible stays
        ids = self._grammar.words[word]
        if self._texts is None:
            return cells, ids
        more, tokens = (
            torch.from_numpy(found).to(cells.device) for found in self._texts.take_forced()
        )
        return torch.cat((cells, more)), torch.cat((ids, tokens))

    def propose(self, cells: Tensor, logits: Tensor, noise: Noise) -> Scores:
        """Words and confidences for `cells`, whose `logits` are (cells, vocabulary)."""
        if self._texts is None:
            return self._propose_words(cells, logits, noise)
        others = (~self._texts.is_text[cells]).nonzero().squeeze(1)
        parts = self._texts.propose(cells, logits, noise)
        if others.numel():
            words = self._propose_words(cells[others], logits[others], noise.of_rows(others))
            parts.append((others, words))
        return _gathered(parts)

    def _propose_words(self, cells: Tensor, logits: Tensor, noise: Noise) -> Scores:
        if self._grammar.is_empty:
            return self._propose_free(cells, logits, noise)
        if not self._grammar.has_free_text:
            return self._propose_governed(cells, logits, noise)
        rows = self._grammar.governed[cells].nonzero().squeeze(1)
        governed = self._propose_governed(cells[rows], logits[rows], noise.of_rows(rows))
        return self._propose_free(cells, logits, noise).put(rows, governed)

    def n_invalid(self, ids: Tensor, masked: Tensor) -> int:
        """How many of the records without a mask these words (cells,) would leave invalid."""
        grammar = self._grammar
        known = grammar.allowed.clone()
        known[:-1] &= grammar.words == ids.unsqueeze(1)
        alive = grammar.alive(known)
        is_idle = (alive & grammar.idle).any(1)
        is_late = is_idle.cumsum(0) > 0
        is_stray = grammar.idle.any(1) & ~is_idle & is_late
        is_open = torch.cat((masked, masked.new_zeros(1)))[grammar.cells].any(1)
        n_texts = self._texts.n_invalid(ids, masked) if self._texts else 0
        return n_texts + int((~is_open & (~alive.any(1) | is_stray)).sum())

    def _completable(self) -> Tensor:
        grammar = self._grammar
        runs = grammar.patterns & grammar.alive(self._permitted)
        is_complete = runs.any(2).all(1)
        alive = (runs & is_complete[:, None, None]).any(0)
        possible = self._permitted.clone()
        possible[grammar.cells.flatten()] &= grammar.completable(alive).flatten(0, 1)
        possible[-1] = True
        stuck = grammar.governed & ~possible[:-1].any(1)
        if bool(stuck.any()):
            raise TemplateError(self._no_word(int(stuck.nonzero()[0])))
        return possible

    def _no_word(self, cell: int) -> str:
        name = next(n for n, span in self._spans.items() if span.start <= cell < span.stop)
        return (
            f"no word is possible in slot {name!r} beside the known and banned ones; "
            "unlock a slot of its record or lift a ban"
        )

    def _propose_free(self, cells: Tensor, logits: Tensor, noise: Noise) -> Scores:
        allowed = None
        if self._bans.numel():
            allowed = torch.ones_like(logits, dtype=torch.bool)
            row, ban = (cells[:, None] == self._bans[:, 0]).nonzero(as_tuple=True)
            allowed[row, self._bans[ban, 1]] = False
        return score(logits, Masks(allowed), noise.gumbel, noise.temperature)

    def _propose_governed(self, cells: Tensor, logits: Tensor, noise: Noise) -> Scores:
        words = self._grammar.words
        logits, noise = logits.index_select(1, words).float(), noise.of_words(words)
        possible = self.possible()[cells]
        choice = possible
        if cells.shape[0] > 1:
            choice = possible & self._best_alternatives(cells, noise.added_to(logits))[cells]
        scores = score(logits, Masks(possible, choice), noise.gumbel, noise.temperature)
        return Scores(words[scores.token], scores.confidence, scores.margin, scores.entropy)

    def _best_alternatives(self, cells: Tensor, logits: Tensor) -> Tensor:
        """The words (cells + 1, words) of the best joint choice of alternatives.

        An alternative scores the sum, over the scored cells, of its best word's logit. That is the log
        probability up to a constant of the cell, which no choice changes.
        """
        grammar, possible = self._grammar, self.possible()
        value = torch.zeros(possible.shape, device=logits.device)
        value[cells] = logits
        words = torch.ones_like(possible)
        best = grammar.best(value.masked_fill_(~possible, -torch.inf))
        words[grammar.cells.flatten()] = best.flatten(0, 1)
        return words


def bans_of(template: Template, spans: Mapping[str, slice], tokens: Vocabulary) -> Tensor:
    """The cells and tokens that the template's open slots of words refuse, (bans, 2)."""
    texts = texts_of(template)
    pairs = [
        (cell, tokens.word_id(word))
        for slot in template.slots()
        if slot.value is None and slot.name not in texts
        for word in sorted(slot.banned)
        for cell in _cells(spans[slot.name])
    ]
    return torch.tensor(pairs, dtype=torch.long).view(-1, 2)


def _gathered(parts: Sequence[tuple[Tensor, Scores]]) -> Scores:
    """The proposals of several groups of rows, each row in its place."""
    place = torch.cat([rows for rows, _ in parts]).argsort()
    columns = (
        torch.cat([getattr(scores, name) for _, scores in parts])[place]
        for name in ("token", "confidence", "margin", "entropy")
    )
    return Scores(*columns)


def _cells(span: slice) -> Iterator[int]:
    return iter(range(span.start, span.stop))


def _without(bans: Tensor, grammar: Grammar) -> Tensor:
    """What slots allow by themselves, less the bans."""
    allowed = grammar.allowed.clone()
    if bans.numel() and not grammar.is_empty:
        cell, token = bans.unbind(1)
        row, word = (token[:, None] == grammar.words).nonzero(as_tuple=True)
        allowed[cell[row], word] = False
    return allowed
