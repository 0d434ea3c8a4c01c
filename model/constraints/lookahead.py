"""Text under a grammar that no finite automaton can follow: LAVE (arXiv 2602.00612) with a witness.

A witness is a complete text that agrees with all that stands. The search replaces it whenever it finds a
likelier one, and else it stays; proposals are taken from one witness, so whatever is kept of them agrees with
it. Guarantees: what stands can always be completed to a text of these cells. Not guaranteed: that the text is
the likeliest. It is chosen from left to right, and where it would not fit what stands behind it or would not
end in time, it goes over to the old witness or to a short end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from model.constraints.automaton import Flags, LanguageError
from model.constraints.lexicon import Ints, Lexicon
from model.constraints.noise import Noise
from model.constraints.parser import Parser, ParserError
from model.constraints.trellis import MASKED
from model.errors import ModelError
from model.kernels.confidence import Masks, Scores, score

_WORST = -1e30
_CLOSING = (b"}", b"]", b", ", b",", b": ", *(b"%c" % sign for sign in b"@.-:/+ "))
"""What tends to end a JSON text or its parts, the soonest first."""
_SIGNS = (*_CLOSING, *(bytes((byte,)) for byte in range(ord("0"), 256)))

_N_RECENT = 64


@dataclass(frozen=True, slots=True, eq=False)
class LookaheadGrammar:
    """A schema for one slot, and one text that obeys it there.

    `recent` are witnesses of late: a fill that takes over pieces of another one finds its text among them.
    """

    parser: Parser
    lexicon: Lexicon
    witness: Ints
    recent: deque[Ints] = field(default_factory=lambda: deque(maxlen=_N_RECENT))

    @classmethod
    def of(cls, schema: str, lexicon: Lexicon, n_cells: int, why: ModelError) -> LookaheadGrammar:
        """The grammar of a schema; `why` says what hinders the exact way, for schemas that have no other."""
        try:
            parser = Parser.of_schema(schema, lexicon)
        except ParserError as error:
            raise type(why)(f"{why} ({error})") from error
        nothing_known = np.full(n_cells, MASKED)
        witness = _Search(parser, lexicon, nothing_known).ended(())
        if witness is None:
            raise LanguageError(
                f"no text of the schema was found that fits into {n_cells} cells; widen the slot"
            )
        return cls(parser, lexicon, witness)

    def rule(self) -> LookaheadText:
        """The grammar on a canvas of which nothing is known yet."""
        return LookaheadText(self)


class _Search:
    """The ways to complete what stands in the cells (MASKED where nothing does)."""

    def __init__(self, parser: Parser, lexicon: Lexicon, known: Ints) -> None:
        self._parser, self._lexicon, self._known = parser, lexicon, known

    def is_text(self, ids: Ints) -> bool:
        """Whether these tokens in all cells are a text with fillers behind it."""
        is_filler = ids == self._lexicon.filler_id
        n_text = int((~is_filler).sum())
        if is_filler[:n_text].any():
            return False
        return self._parser.follow(ids[:n_text].tolist()) == n_text and self._parser.is_complete

    def ended(self, prefix: Sequence[int]) -> Ints | None:
        """A short text that begins with the prefix and agrees with what stands, if a plain way finds one."""
        for closes_first in (True, False):
            text = list(prefix)
            for known in self._known[len(text) :]:
                text.append(int(known) if known != MASKED else self._shortest(text, closes_first))
            ids = np.array(text, dtype=np.int64)
            if self.is_text(ids):
                return ids
        return None

    def likeliest(self, rows: dict[int, Ints]) -> list[int]:
        """From left to right the best token by its row of scores, as far as there are rows and it fits."""
        text: list[int] = []
        for cell, known in enumerate(self._known):
            allowed = self.allowed(text)
            if known != MASKED and not allowed[known]:
                break
            if known == MASKED and cell not in rows:
                break
            text.append(int(known) if known != MASKED else self._best(rows[cell], allowed))
        return text

    def allowed(self, text: Sequence[int]) -> Flags:
        """The ids (ids,) that may follow a prefix of a text."""
        filler = self._lexicon.filler_id
        if text and text[-1] == filler:
            alone: Flags = np.arange(self._lexicon.n_ids) == filler
            return alone
        self._parser.follow(text)
        return self._parser.allowed()

    def _best(self, row: Ints, allowed: Flags) -> int:
        return int(np.where(allowed, row[: len(allowed)], -np.inf).argmax())

    def _shortest(self, text: Sequence[int], closes_first: bool) -> int:
        """A token after which the text is likely to be over soon.

        Signs that close something do so everywhere but in strings, where they could go on for ever; there
        the sign used least leads to whatever must come some time.
        """
        allowed = self.allowed(text)
        if allowed[self._lexicon.filler_id] or not allowed.any():
            return self._lexicon.filler_id
        first, steps = self._likely(allowed)
        if not closes_first:
            steps.sort(key=text.count)
        return next(iter(first + steps), int(allowed.argmax()))

    def _likely(self, allowed: Flags) -> tuple[list[int], list[int]]:
        """Of the allowed ids those that write what must come, or end a string; and the others of one sign."""
        forced = self._parser.forced_bytes()
        first = [*(forced[:n] for n in range(len(forced), 0, -1)), b'"']
        ids = [[self._lexicon.id_of.get(some) for some in written] for written in (first, _SIGNS)]
        one, other = ([i for i in some if i is not None and allowed[i]] for some in ids)
        return one, other


class LookaheadText:
    """What a schema allows on one canvas; cells count from the text's first."""

    def __init__(self, grammar: LookaheadGrammar) -> None:
        self._lexicon, self._recent = grammar.lexicon, grammar.recent
        self._known = np.full(len(grammar.witness), MASKED)
        self._witness: Ints | None = grammar.witness
        self._search = _Search(grammar.parser.copied(), grammar.lexicon, self._known)

    def learn(self, cells: Ints, ids: Ints) -> None:
        """These cells hold these tokens now."""
        self._known[cells] = ids
        if self._witness is not None and (self._witness[cells] != ids).any():
            self._witness = self._found()

    def forget(self, cells: Ints) -> None:
        """These cells are masked again."""
        self._known[cells] = MASKED

    def is_completable(self) -> bool:
        """Whether there is a witness: some text beside what stands."""
        return self._witness is not None

    def accepts(self, ids: Ints) -> bool:
        """Whether these tokens in all its cells are a text."""
        return self._search.is_text(ids)

    def forced(self) -> tuple[Ints, Ints]:
        """The masked cells behind a known beginning in which one token alone is possible, and those tokens."""
        text: list[int] = []
        cells: list[int] = []
        for cell, known in enumerate(self._known):
            if known == MASKED:
                allowed = self._search.allowed(text)
                if allowed.sum() != 1:
                    break
                cells.append(cell)
                known = allowed.argmax()
            text.append(int(known))
        at = np.array(cells, dtype=np.int64)
        return at, np.array(text, dtype=np.int64)[at]

    def propose(self, cells: Ints, logits: Tensor, noise: Noise) -> Scores:
        """Tokens and confidences for masked `cells`, whose `logits` are (cells, vocabulary)."""
        logits = logits.float().clamp(min=_WORST)
        ranked = noise.added_to(logits).cpu().numpy()
        rows = dict(zip(cells.tolist(), ranked, strict=True))
        self._witness = self._improved(self._search.likeliest(rows))
        self._recent.append(self._witness)
        allowed = np.zeros(ranked.shape, dtype=np.bool_)
        for row, cell in enumerate(cells):
            allowed[row, : self._lexicon.n_ids] = self._search.allowed(
                self._witness[:cell].tolist()
            )
        choice = np.zeros_like(allowed)
        choice[np.arange(len(cells)), self._witness[cells]] = True
        masks = Masks(*(torch.from_numpy(some).to(logits.device) for some in (allowed, choice)))
        return score(logits, masks, noise.gumbel, noise.temperature)

    def _found(self) -> Ints | None:
        """Some text that agrees with what stands."""
        plain = self._search.ended(())
        if plain is not None:
            return plain
        stands = self._known != MASKED
        texts = (t for t in tuple(self._recent)[::-1] if (t == self._known)[stands].all())
        return next(texts, None)

    def _improved(self, likeliest: list[int]) -> Ints:
        """The witness that shares the most with the likeliest beginning."""
        old = self._witness
        if old is None:
            raise LanguageError("no text is left beside what stands; unlock a part of the slot")
        for n_kept in _fewer(len(likeliest)):
            spliced = np.concatenate((likeliest[:n_kept], old[n_kept:])).astype(np.int64)
            if self._search.is_text(spliced):
                return spliced
            ended = self._search.ended(likeliest[:n_kept])
            if ended is not None:
                return ended
        return old


def _fewer(length: int) -> Iterator[int]:
    """How much of a beginning to keep: all, and then less and less of it, down to nothing."""
    yield length
    less = 1
    while less < length:
        yield length - less
        less *= 2
    yield 0
