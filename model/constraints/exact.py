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
    n_tokens: Ints  # (classes,) how many each has
    first: Ints  # (classes,) one id of each
    possible: Flags  # (cells, classes) as long as nothing is known

    @classmethod
    def of(cls, moves: Moves, trellis: Trellis, device: torch.device) -> ExactGrammar:
        """The grammar of the moves that a trellis was laid out for."""
        class_of_id = np.full(int(moves.tokens.max()) + 1, trellis.foreign)
        class_of_id[moves.tokens] = moves.class_of
        tokens, classes = (torch.from_numpy(t).to(device) for t in (moves.tokens, moves.class_of))
        places, n_tokens = np.unique(moves.class_of, return_index=True, return_counts=True)[1:]
        possible = trellis.possible(np.full(trellis.n_cells, MASKED))
        first = moves.tokens[places]
        return cls(trellis, tokens, classes, class_of_id, n_tokens, first, possible)

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
        return cells, self.grammar.first[possible[cells].argmax(1)]

    def propose(self, cells: Ints, logits: Tensor, noise: Noise) -> Scores:
        """Tokens and confidences for masked `cells`, whose `logits` are (cells, vocabulary)."""
        grammar = self.grammar
        logits = logits.index_select(1, grammar.tokens).float().clamp_(min=_WORST)
        noise = noise.of_words(grammar.tokens)
        possible = torch.from_numpy(self.possible()[cells]).to(logits.device)
        allowed = choice = possible.index_select(1, grammar.classes)
        if len(cells) > 1:
            best = torch.from_numpy(self._best(cells, noise.added_to(logits))).to(logits.device)
            choice = grammar.classes == best[:, None]
        scores = score(logits, Masks(allowed, choice), noise.gumbel, noise.temperature)
        return replace(scores, token=grammar.tokens[scores.token])

    def _best(self, cells: Ints, logits: Tensor) -> Ints:
        """The classes of `cells` in the best text, its other masked cells counting nothing."""
        trellis = self.grammar.trellis
        best = logits.new_full((len(cells), trellis.n_classes), _WORST)
        best.scatter_reduce_(1, self.grammar.classes.expand(len(cells), -1), logits, "amax")
        scores: Floats = np.zeros((trellis.n_cells, trellis.n_classes))
        scores[cells] = best.double().cpu().numpy()
        known = (self._known != MASKED).nonzero()[0]
        scores[known] = -np.inf
        scores[known, self._known[known]] = 0.0
        return trellis.best(scores)[cells]
