"""One prompt on its way to a completion: cells of free text behind it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import torch
from torch import Tensor

from model.cells import Cells
from model.completion import Completion, CompletionParams, CompletionStep, Finish, StopWhen
from model.errors import ModelError
from model.families.conventions import WHOLE, Conventions
from model.fill import Fill
from model.kernels.scores import Scores
from model.published import Published, published
from model.query import Query
from model.reading import Reading
from model.sampling import Sampling
from model.stopping import n_until_stop, start_of_stop, tellable
from model.tokens import Vocabulary
from model.types import DecodeParams, Usage
from model.words import FreeText


class TextFill(Fill):
    """A fill that ends at a stop and tells what is settled as it goes.

    `given` are the caller's parameters with what the family published in the places left open.
    """

    def __init__(
        self,
        canvas: Cells,
        given: CompletionParams,
        reading: Reading,
        sampling: Sampling,
        tokens: Vocabulary,
    ) -> None:
        self._given, self._tokens = given, tokens
        self.stop_ids = given.stop_ids or ()
        self._n_told, self._told, self._index = 0, "", -1
        super().__init__(canvas, FreeText(), _rules_of(given, canvas), reading, sampling)
        self.launches = canvas.ids.is_cuda

    def update(self, query: Query, said: Tensor | Scores) -> None:
        """Take in what the forward says, and end where a stop was reached."""
        block = self._block
        super().update(query, said)
        if self.is_done or self._is_closing:
            return
        if self._stops(query, block):
            self.is_done = self._given.stop_when is not StopWhen.BLOCK
            self._end(block.stop)
        if self._given.stop_texts and self._text_stops(self._settled()):
            self.is_done = True

    def completion(self) -> Completion:
        """The continuation as it stands."""
        started, lead = perf_counter(), self.canvas.n_lead
        ids, finish = self._cut(self._cells()[: self._given.max_new_tokens])
        confidence = self.canvas.confidence[lead : lead + len(ids)].tolist()
        spent = Usage(new_tokens=len(ids), seconds=perf_counter() - started)
        text = self._text(ids)
        return Completion(ids, text, finish, self.usage + spent, self._cells(), tuple(confidence))

    def step(self) -> CompletionStep:
        """What the last forward settled."""
        self._index += 1
        completion = self.completion() if self.is_done else None
        ids = completion.ids if completion else self._cut(self._settled())[0]
        text = completion.text if completion else self._tellable(ids)
        new_ids, new_text = ids[self._n_told :], text[len(self._told) :]
        self._n_told, self._told = len(ids), self._told + new_text
        return CompletionStep(self._index, new_ids, new_text, self._cells(), completion)

    def _stops(self, query: Query, block: slice) -> bool:
        """Whether a stop id ends the text now."""
        has_left = self._block != block
        match self._given.stop_when:
            case StopWhen.STEP:
                is_time = True
            case StopWhen.REVEAL:
                is_time = has_left or self._revealed_stop(query.cells)
            case StopWhen.SUB_BLOCK:
                is_time = has_left or self._filled_part(query.cells, block)
            case StopWhen.BLOCK:
                is_time = has_left
            case _:
                is_time = False
        return is_time and n_until_stop(self._settled(), self.stop_ids) is not None

    def _revealed_stop(self, cells: Tensor) -> bool:
        now = cells[~self.canvas.masked[cells]]
        return any(token in self.stop_ids for token in self.canvas.ids[now].tolist())

    def _filled_part(self, cells: Tensor, block: slice) -> bool:
        if not cells.numel():
            return False
        length = self.reading.sub_block
        first = block.start + (int(cells[0]) - block.start) // length * length
        return not bool(self.canvas.masked[first : min(first + length, block.stop)].any())

    def _text_stops(self, ids: Sequence[int]) -> bool:
        return start_of_stop(self._tokens.decode(ids), self._given.stop_texts) is not None

    def _cells(self) -> tuple[int | None, ...]:
        """Every cell behind the prompt; None is a mask."""
        lead = self.canvas.n_lead
        pairs = zip(self.canvas.ids.tolist(), self.canvas.masked.tolist(), strict=True)
        return tuple(None if masked else token for token, masked in pairs)[lead:]

    def _settled(self) -> list[int]:
        lead = self.canvas.n_lead
        stop = min(self.n_settled, lead + self._given.max_new_tokens)
        settled: list[int] = self.canvas.ids[lead:stop].tolist()
        return settled

    def _cut(self, cells: Sequence[int | None]) -> tuple[tuple[int, ...], Finish]:
        """The ids up to a mask or a stop, and what ended them."""
        n_known = cells.index(None) if None in cells else len(cells)
        ids = [token for token in cells[:n_known] if token is not None]
        n_ids, finish = n_until_stop(ids, self.stop_ids), Finish.STOP_ID
        if n_ids is None:
            n_ids, finish = len(ids), Finish.LENGTH
        ids = ids[:n_ids]
        if self._given.stop_texts and self._text_stops(ids):
            n_ids = bisect_left(range(n_ids), True, key=lambda n: self._text_stops(ids[:n]))
            finish = Finish.STOP_TEXT
        return tuple(ids[:n_ids]), finish

    def _text(self, ids: Sequence[int]) -> str:
        """The text of ids, without a stop id at its end and up to a stop text."""
        has_stop = bool(ids) and ids[-1] in self.stop_ids
        text = self._tokens.decode(ids[:-1] if has_stop else ids)
        return text[: start_of_stop(text, self._given.stop_texts)]

    def _tellable(self, ids: Sequence[int]) -> str:
        text = tellable(self._text(ids), self._given.stop_texts)
        return text if text.startswith(self._told) else self._told


def open_text(
    prompt: Sequence[int],
    params: CompletionParams,
    conventions: Conventions,
    tokens: Vocabulary,
    device: torch.device,
) -> TextFill:
    """A fill that continues the prompt, as its family published or as `params` say."""
    _check(prompt, params, tokens)
    manner = published(params.decoder or conventions.decoder)
    given = _given(params, manner, conventions)
    reading = replace(
        Reading.of(conventions, params.block_length),
        sub_block=params.sub_block or conventions.sub_block,
        caching=params.caching or manner.caching,
        is_folded=not given.as_published,
        commits_last=given.as_published and manner.commits_last,
        least_steps=manner.least_steps if given.as_published else 1,
    )
    canvas = _cells_of(prompt, given.max_new_tokens, reading, conventions.mask_id or 0, device)
    if given.as_published and manner.fills_last:
        canvas.n_wanted = canvas.n_cells
    sampling = Sampling(
        given.temperature or 0.0, given.seed, is_raw=manner.is_raw, is_greedy=given.is_greedy
    ).limited(given.top_k, given.top_p)
    return TextFill(canvas, given, reading, sampling, tokens)


def _given(
    params: CompletionParams, manner: Published, conventions: Conventions
) -> CompletionParams:
    """The parameters with what the family published where nothing was said."""
    sub_block = params.sub_block or conventions.sub_block
    return replace(
        params,
        block_length=params.block_length or conventions.block_length,
        select=params.select or manner.select.format(sub_block=sub_block),
        remask=params.remask or manner.remask,
        threshold=manner.threshold if params.threshold is None else params.threshold,
        stop_ids=conventions.stop_ids if params.stop_ids is None else params.stop_ids,
        stop_when=params.stop_when or manner.stop_when,
    )


def _cells_of(
    prompt: Sequence[int], n_new: int, reading: Reading, mask_id: int, device: torch.device
) -> Cells:
    """Cells for `n_new` tokens, and more up to the end of a block where its family always fills them."""
    lead = len(prompt) % reading.grid
    n_more = 0
    if not reading.is_full and reading.block_length < WHOLE:
        n_more = -(lead + n_new) % reading.block_length
    n_cells = n_new + n_more
    cells = Cells(
        prompt, [mask_id] * n_cells, [True] * n_cells, mask_id, device=device, grid=reading.grid
    )
    cells.n_wanted = lead + n_new
    return cells


def _rules_of(given: CompletionParams, canvas: Cells) -> DecodeParams:
    length = min(given.block_length or WHOLE, canvas.n_cells)
    return DecodeParams(
        block_length=length,
        max_steps=length if given.max_steps is None else given.max_steps,
        select=given.select or "threshold",
        threshold=given.threshold,
        remask=given.remask or "none",
        seed=given.seed,
    )


def _check(prompt: Sequence[int], params: CompletionParams, tokens: Vocabulary) -> None:
    for name in ("max_new_tokens", "block_length", "sub_block", "max_steps"):
        value = getattr(params, name)
        if value is not None and value < 1:
            raise ModelError(f"{name} is {value}; it must be at least 1")
    if unknown := [token for token in prompt if not 0 <= token < tokens.vocab_size]:
        raise ModelError(
            f"the prompt holds id {unknown[0]}; the vocabulary has ids from 0 to {tokens.vocab_size - 1}"
        )
