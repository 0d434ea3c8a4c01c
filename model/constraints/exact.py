"""Text of a regular language on a canvas: at every step the best text as a whole, exactly.

Guarantees: what stands in the cells can always be completed to a text of exactly these cells, the fillers
behind it included, whatever is revealed or masked again and in whatever order. A proposal's confidence is
its probability among the tokens still possible in its cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from model.constraints.automaton import Flags
from model.constraints.lexicon import Ints
from model.constraints.moves import Moves
from model.constraints.noise import Noise
from model.constraints.trellis import MASKED, Floats, Trellis
from model.kernels.confidence import Masks, Scores, score

_WORST = -1e30
"""Instead of minus infinity: the grammar may leave nothing but what the model rules out."""


@dataclass(frozen=True, slots=True, eq=False)
class ExactGrammar:
    """A regular language on slots of known widths, compiled for a vocabulary and a device."""

    trellis: Trellis
    tokens: Tensor  # (tokens,) ids that may stand anywhere
    classes: Tensor  # (tokens,) the class of each
    class_of_id: Ints  # (ids,)
    repeats: Tensor  # (classes,) the same as `n_tokens`
    n_tokens: Ints  # (classes,) how many each has; those of a class stand together
    possible: Flags  # (cells, classes) as long as nothing is known

    @classmethod
    def of(cls, moves: Moves, trellis: Trellis, device: torch.device) -> ExactGrammar:
        """The grammar of the moves that a trellis was laid out for."""
        class_of_id = np.full(int(moves.tokens.max()) + 1, trellis.foreign)
        class_of_id[moves.tokens] = moves.class_of
        tokens, classes = (torch.from_numpy(t).to(device) for t in (moves.tokens, moves.class_of))
        n_tokens = np.bincount(moves.class_of, minlength=moves.n_classes)
        possible = trellis.possible(np.full(trellis.n_cells, MASKED))
        repeats = torch.from_numpy(n_tokens).to(device)
        return cls(trellis, tokens, classes, class_of_id, repeats, n_tokens, possible)

    @property
    def starts(self) -> Ints:
        """Where among the tokens each class begins."""
        return self.n_tokens.cumsum() - self.n_tokens

    def classes_of(self, ids: Ints) -> Ints:
        """The class of each token; foreign where no text has it."""
        inside = np.minimum(ids, len(self.class_of_id) - 1)
        return np.where(ids == inside, self.class_of_id[inside], self.trellis.foreign)

    def sizes(self) -> dict[str, int]:
        """How large it is: states and classes of its automaton, tokens that its texts may have."""
        n_states, n_classes = self.trellis.n_states, self.trellis.n_classes
        return {"states": n_states, "classes": n_classes, "tokens": len(self.tokens)}

    def rule(self) -> ExactText:
        """The grammar on a canvas of which nothing is known yet."""
        return ExactText(self)


class ExactText:
    """What a regular language allows on one canvas (DINGO, arXiv 2505.23061); cells count from its first."""

    def __init__(self, grammar: ExactGrammar) -> None:
        self.grammar = grammar
        self._known = np.full(grammar.trellis.n_cells, MASKED)
        self._possible: Flags | None = grammar.possible

    def learn(self, cells: Ints, ids: Ints) -> None:
        """These cells hold these tokens now."""
        self._known[cells] = self.grammar.classes_of(ids)
        self._possible = None

    def forget(self, cells: Ints) -> None:
        """These cells are masked again."""
        self._known[cells] = MASKED
        self._possible = None

    def is_completable(self) -> bool:
        """Whether a text exists beside what stands."""
        return self.grammar.trellis.accepts(self._known)

    def accepts(self, ids: Ints) -> bool:
        """Whether these tokens in all its cells are a text."""
        return self.grammar.trellis.accepts(self.grammar.classes_of(ids))

    def possible(self) -> Flags:
        """The classes (cells, classes) with which a text exists beside what stands."""
        if self._possible is None:
            self._possible = self.grammar.trellis.possible(self._known)
        return self._possible

    def forced(self) -> tuple[Ints, Ints]:
        """The masked cells in which one token alone is possible, and those tokens."""
        possible = self.possible()
        is_forced = (self._known == MASKED) & (possible @ self.grammar.n_tokens == 1)
        cells = is_forced.nonzero()[0]
        first = self.grammar.starts[possible[cells].argmax(1)]
        return cells, self.grammar.tokens.cpu().numpy()[first]

    def propose(self, cells: Ints, logits: Tensor, noise: Noise) -> Scores:
        """Tokens and confidences for masked `cells`, whose `logits` are (cells, vocabulary)."""
        grammar = self.grammar
        logits = logits.index_select(1, grammar.tokens).float().clamp_(min=_WORST)
        ranked = noise.of_words(grammar.tokens).added_to(logits)
        best = self._best_classes(cells, ranked)
        places = [
            int(row[some].argmax()) + some.start for row, some in zip(ranked, best, strict=True)
        ]
        chosen = torch.tensor(places, device=logits.device)
        barred = torch.from_numpy(np.where(self.possible()[cells], 0, -np.inf)).to(logits)
        logits += barred.repeat_interleave(grammar.repeats, 1, output_size=logits.shape[1])
        scores = score(logits, Masks())
        return replace(_moved_to(scores, chosen, logits), token=grammar.tokens[chosen])

    def _best_classes(self, cells: Ints, ranked: Tensor) -> list[slice]:
        """Where among the tokens the classes of `cells` in the best text lie, other masked cells counting nothing."""
        grammar, trellis = self.grammar, self.grammar.trellis
        found = ranked.new_full((len(cells), trellis.n_classes), _WORST)
        found.scatter_reduce_(1, grammar.classes.expand(len(cells), -1), ranked, "amax")
        value: Floats = found.double().cpu().numpy()
        if len(cells) == 1:
            classes = np.where(self.possible()[cells], value, -np.inf).argmax(1)
        else:
            classes = trellis.best(self._scores(cells, value))[cells]
        starts = grammar.starts
        return [slice(starts[n], starts[n] + grammar.n_tokens[n]) for n in classes]

    def _scores(self, cells: Ints, value: Floats) -> Floats:
        """The scores of all cells and classes: what stands is certain, what is not scored indifferent."""
        scores = np.zeros((len(self._known), value.shape[1]))
        scores[cells] = value
        known = (self._known != MASKED).nonzero()[0]
        scores[known] = -np.inf
        scores[known, self._known[known]] = 0.0
        return scores


def _moved_to(scores: Scores, chosen: Tensor, logits: Tensor) -> Scores:
    """The scores of the best tokens, moved to the `chosen` ones (rows,) of the same `logits`."""
    less = logits.gather(1, torch.stack((chosen, scores.token), 1)).diff(dim=1).squeeze(1)
    confidence = scores.confidence * (-less).exp()
    margin = torch.where(chosen == scores.token, scores.margin, confidence - scores.confidence)
    return replace(scores, confidence=confidence, margin=margin)
