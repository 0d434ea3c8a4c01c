"""Triton kernels of `head.propose`: the product with the output layer and the running sums in one pass.

The vocabulary is split among programs, so that few rows still use the whole device; each writes ten numbers a
row, and a second, tiny kernel joins them. Each weight is read once per tile of rows, no logit is written.
"""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from model.kernels.bits import BITS
from model.kernels.noise import Draw
from model.kernels.output import FORBIDDEN, Head
from model.kernels.scores import Scores

MIN_ROWS, MAX_ROWS = 16, 64
TILE = 128  # words
DEPTH = 64  # of the hidden width
PROGRAMS_PER_UNIT = 4  # so that a multiprocessor has work while loads are under way
N_SUMS, N_WORDS = 7, 3
_FORBIDDEN = tl.constexpr(FORBIDDEN)
_BITS = tl.constexpr(BITS)


@triton.jit
def gumbel(seed, place, step, first, ROWS: tl.constexpr, TILE: tl.constexpr) -> tl.tensor:
    """What `noise.gumbel` gives for the words from `first`, a multiple of 4, on: (ROWS, TILE)."""
    zero = tl.zeros((ROWS, TILE // 4), tl.uint32)
    group = zero + (first // 4 + tl.arange(0, TILE // 4)).to(tl.uint32)[None, :]
    places = zero + place.to(tl.uint32)[:, None]
    steps = zero + step.to(tl.uint32)[:, None]
    seeds = zero.to(tl.uint64) + seed.to(tl.uint64)[:, None]
    a, b, c, d = tl.philox(seeds, group, places, steps, zero)
    bits = tl.join(tl.join(a, c), tl.join(b, d)).reshape(ROWS, TILE)
    fraction = ((bits >> 9).to(tl.float32) + 0.5) * 1.1920928955078125e-07  # 2 ** -23
    return -tl.log(-tl.log(fraction))


@triton.jit
def nothing(ROWS: tl.constexpr) -> tuple[tl.tensor, ...]:
    """What is known of rows before any word: `head._Running`, its words last."""
    least = tl.full((ROWS,), _FORBIDDEN, tl.float32)
    zero = tl.zeros((ROWS,), tl.float32)
    word = tl.zeros((ROWS,), tl.int32)
    below = least * 2  # a row whose words are all forbidden still picks one
    return least, least, zero, zero, below, least, below, word, word, word


@triton.jit
def known(
    logit,
    allowed,
    noise,
    first,
    HAS_ALLOWED: tl.constexpr,
    HAS_DRAW: tl.constexpr,
    TILE: tl.constexpr,
) -> tuple[tl.tensor, ...]:
    """What one tile of logits (rows, words) tells."""
    o_tile = tl.arange(0, TILE)[None, :]
    top, top_word = tl.max(logit, 1), tl.argmax(logit, 1)
    if HAS_ALLOWED:
        logit = tl.where(allowed, logit, _FORBIDDEN)
    best, word = tl.max(logit, 1), tl.argmax(logit, 1)
    ranked = logit
    if HAS_DRAW:
        ranked += noise
    picked, picked_word = tl.max(ranked, 1), tl.argmax(ranked, 1)
    second = tl.max(tl.where(o_tile == word[:, None], _FORBIDDEN, logit), 1)
    picked_logit = tl.sum(tl.where(o_tile == picked_word[:, None], logit, 0.0), 1)
    fall = logit - best[:, None]
    share = tl.exp(fall)
    total, weighted = tl.sum(share, 1), tl.sum(share * fall, 1)
    words = first + word, first + picked_word, first + top_word
    return best, second, total, weighted, picked, picked_logit, top, words[0], words[1], words[2]


@triton.jit
def joined(mine, theirs) -> tuple[tl.tensor, ...]:
    """What two parts of the vocabulary tell together; `theirs` comes behind `mine`."""
    best, second, total, weighted, picked, picked_logit, top, word, picked_word, top_word = mine
    best_, second_, total_, weighted_, picked_, logit_, top_, word_, picked_word_, top_word_ = (
        theirs
    )
    new_best = tl.maximum(best, best_)
    fall, fall_ = best - new_best, best_ - new_best
    shrink, shrink_ = tl.exp(fall), tl.exp(fall_)
    new_weighted = (weighted + fall * total) * shrink + (weighted_ + fall_ * total_) * shrink_
    is_better, is_picked, is_top = best_ > best, picked_ > picked, top_ > top
    return (
        new_best,
        tl.maximum(tl.minimum(best, best_), tl.maximum(second, second_)),
        total * shrink + total_ * shrink_,
        new_weighted,
        tl.maximum(picked, picked_),
        tl.where(is_picked, logit_, picked_logit),
        tl.maximum(top, top_),
        tl.where(is_better, word_, word),
        tl.where(is_picked, picked_word_, picked_word),
        tl.where(is_top, top_word_, top_word),
    )


@triton.jit
def head_kernel(
    p_hidden,
    p_weight,
    p_allowed,
    p_seed,
    p_place,
    p_step,
    p_scale,
    p_noise,
    p_sums,
    p_words,
    n_rows,
    n_words,
    width,
    hidden_stride,
    weight_stride,
    allowed_stride,
    tiles_per_split,
    banned,
    HAS_ALLOWED: tl.constexpr,
    HAS_DRAW: tl.constexpr,
    IS_WIDE: tl.constexpr,
    ROWS: tl.constexpr,
    TILE: tl.constexpr,
    DEPTH: tl.constexpr,
) -> None:
    """Some rows and a range of the vocabulary a program."""
    o_row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    has_row = o_row < n_rows
    p_row = p_hidden + o_row.to(tl.int64)[:, None] * hidden_stride
    if HAS_DRAW:
        seed = tl.load(p_seed + o_row, mask=has_row, other=0)
        place = tl.load(p_place + o_row, mask=has_row, other=0)
        step = tl.load(p_step + o_row, mask=has_row, other=0)
        scale = tl.load(p_scale + o_row, mask=has_row, other=1.0)
        weight = tl.load(p_noise + o_row, mask=has_row, other=0.0)

    state = nothing(ROWS)
    split = tl.program_id(1)
    for tile in range(split * tiles_per_split, (split + 1) * tiles_per_split):
        first = tile * TILE
        o_word = first + tl.arange(0, TILE)
        has_word = o_word < n_words
        p_word = p_weight + o_word.to(tl.int64)[:, None] * weight_stride
        logit = tl.zeros((ROWS, TILE), tl.float32)
        for depth in range(0, width, DEPTH):
            o_depth = depth + tl.arange(0, DEPTH)[None, :]
            inside = o_depth < width
            hidden = tl.load(p_row + o_depth, mask=has_row[:, None] & inside, other=0.0)
            words = tl.load(p_word + o_depth, mask=has_word[:, None] & inside, other=0.0)
            if IS_WIDE:
                hidden, words = hidden.to(tl.float32), words.to(tl.float32)
            logit = tl.dot(hidden, tl.trans(words), logit, input_precision="ieee")

        noise = logit
        if HAS_DRAW:
            logit *= scale[:, None]
            noise = weight[:, None] * gumbel(seed, place, step, first, ROWS, TILE)
        logit = tl.where((has_word & (o_word != banned))[None, :], logit, _FORBIDDEN)
        allowed = has_word[None, :]
        if HAS_ALLOWED:
            p_bits = (
                p_allowed + o_row.to(tl.int64)[:, None] * allowed_stride + o_word[None, :] // _BITS
            )
            bits = tl.load(p_bits, mask=has_row[:, None] & has_word[None, :], other=0)
            allowed = ((bits >> (o_word % _BITS)[None, :]) & 1) != 0
        tile_state = known(logit, allowed, noise, first, HAS_ALLOWED, HAS_DRAW, TILE)
        state = joined(state, tile_state)

    p_sum = p_sums + split * 7 * n_rows + o_row
    p_of_word = p_words + split * 3 * n_rows + o_row
    for part in tl.static_range(7):
        tl.store(p_sum + part * n_rows, state[part], mask=has_row)
    for part in tl.static_range(3):
        tl.store(p_of_word + part * n_rows, state[7 + part], mask=has_row)


@triton.jit
def join_kernel(p_sums, p_words, p_scores, p_tokens, n_rows, n_splits, ROWS: tl.constexpr) -> None:
    """The proposals of some rows from what each split knows."""
    o_row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    has_row = o_row < n_rows
    state = nothing(ROWS)
    for split in range(n_splits):
        p_sum = p_sums + split * 7 * n_rows + o_row
        p_word = p_words + split * 3 * n_rows + o_row
        part = (
            tl.load(p_sum, mask=has_row, other=0.0),
            tl.load(p_sum + n_rows, mask=has_row, other=0.0),
            tl.load(p_sum + 2 * n_rows, mask=has_row, other=1.0),
            tl.load(p_sum + 3 * n_rows, mask=has_row, other=0.0),
            tl.load(p_sum + 4 * n_rows, mask=has_row, other=0.0),
            tl.load(p_sum + 5 * n_rows, mask=has_row, other=0.0),
            tl.load(p_sum + 6 * n_rows, mask=has_row, other=0.0),
            tl.load(p_word, mask=has_row, other=0),
            tl.load(p_word + n_rows, mask=has_row, other=0),
            tl.load(p_word + 2 * n_rows, mask=has_row, other=0),
        )
        state = joined(state, part)
    best, second, total, weighted, _, picked_logit, _, word, picked_word, top_word = state
    confidence = tl.exp(picked_logit - best) / total
    rival = tl.where(picked_word == word, second, best)
    p_score = p_scores + o_row
    tl.store(p_score, confidence, mask=has_row)
    tl.store(p_score + n_rows, confidence - tl.exp(rival - best) / total, mask=has_row)
    tl.store(p_score + 2 * n_rows, tl.log(total) - weighted / total, mask=has_row)
    tl.store(p_tokens + o_row, picked_word.to(tl.int64), mask=has_row)
    tl.store(p_tokens + n_rows + o_row, top_word.to(tl.int64), mask=has_row)


def propose(hidden: Tensor, head: Head, allowed: Tensor | None, draw: Draw | None) -> Scores:
    """`head.propose` on the device of `hidden`; rows and weights need contiguous elements."""
    hidden = hidden if hidden.stride(1) == 1 else hidden.contiguous()
    n_rows = hidden.shape[0]
    scores = torch.empty(3, n_rows, device=hidden.device)
    tokens = torch.empty(2, n_rows, dtype=torch.int64, device=hidden.device)
    if n_rows:
        rows = min(MAX_ROWS, max(MIN_ROWS, triton.next_power_of_2(n_rows)))
        sums, words = _partial(hidden, head, allowed, draw, rows)
        grid = (triton.cdiv(n_rows, rows),)
        join_kernel[grid](sums, words, scores, tokens, n_rows, sums.shape[0], rows)
    confidence, margin, entropy = scores.unbind(0)
    return Scores(tokens[0], confidence, margin, entropy, favourite=tokens[1])


def _partial(
    hidden: Tensor, head: Head, allowed: Tensor | None, draw: Draw | None, rows: int
) -> tuple[Tensor, Tensor]:
    """What each split of the vocabulary knows: sums (splits, 7, rows) and words (splits, 3, rows)."""
    (n_rows, width), n_words, weight = hidden.shape, head.n_words, head.weight
    if weight is None:
        raise ValueError("weights laid out for a CPU cannot be read here")
    n_row_tiles, n_tiles = triton.cdiv(n_rows, rows), triton.cdiv(n_words, TILE)
    tiles_per_split = triton.cdiv(n_tiles, _splits(hidden.device, n_row_tiles, n_tiles))
    n_splits = triton.cdiv(n_tiles, tiles_per_split)
    sums = torch.empty(n_splits, N_SUMS, n_rows, device=hidden.device)
    words = torch.empty(n_splits, N_WORDS, n_rows, dtype=torch.int32, device=hidden.device)
    drawn = (
        [hidden] * 5
        if draw is None
        else [draw.seed, draw.place, draw.step, draw.scale, draw.weight]
    )
    head_kernel[(n_row_tiles, n_splits)](
        hidden,
        weight,
        hidden if allowed is None else allowed,
        *drawn,
        sums,
        words,
        n_rows,
        n_words,
        width,
        hidden.stride(0),
        weight.stride(0),
        0 if allowed is None else allowed.stride(0),
        tiles_per_split,
        head.banned,
        allowed is not None,
        draw is not None,
        not hidden.is_cuda,  # the interpreter multiplies bfloat16 as if it were whole numbers
        rows,
        TILE,
        DEPTH,
    )
    return sums, words


def _splits(device: torch.device, n_row_tiles: int, n_tiles: int) -> int:
    """Among how many programs to split the vocabulary."""
    if device.type != "cuda":
        return min(3, n_tiles)  # the interpreter: enough to test the joining
    units = torch.cuda.get_device_properties(device).multi_processor_count
    return max(1, min(n_tiles, PROGRAMS_PER_UNIT * units // n_row_tiles))
