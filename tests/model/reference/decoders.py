"""Each family's own decoder as a plain loop: no cache, no engine, everything read anew at every forward.

Written from the descriptions of the published decoders. What the engine does in one forward or with kept keys
and values must come out the same here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from tests.model.reference.networks import Network

Params = dict[str, Any]
MASKED = -1


def causal(n: int) -> Tensor:
    return torch.ones(n, n, dtype=torch.bool).tril()


def in_blocks(n: int, length: int) -> Tensor:
    number = torch.arange(n) // length
    return number[None] <= number[:, None]


def behind(n: int, n_context: int) -> Tensor:
    """A causal context and a block that sees all."""
    seen = causal(n)
    seen[n_context:] = True
    return seen


def everything(n: int) -> Tensor:
    return torch.ones(n, n, dtype=torch.bool)


@dataclass
class Run:
    """What a decoder did: ids with MASKED where a mask stands, and its forwards in order."""

    network: Network
    mask_id: int
    ids: list[int]
    n_prompt: int
    forwards: list[dict[str, Any]] = field(default_factory=list)
    logits: dict[str, tuple[int, Tensor]] = field(default_factory=dict)

    def read(self, kind: str, start: int, stop: int, seen: Tensor) -> Tensor:
        """Logits of the rows from `start` to `stop`; the forward is noted."""
        ids = [self.mask_id if i == MASKED else i for i in self.ids[: len(seen)]]
        rows = self.network(ids, seen)[start:stop]
        name = {"denoise": "first_denoise", "prefill": "prefill"}.get(kind)
        if name and name not in self.logits:
            self.logits[name] = (len(self.forwards), rows)
        noted = {"kind": kind, "start": start, "ids": ids[start:stop], "revealed": [], "edited": []}
        self.forwards.append(noted)
        return rows

    def reveal(self, place: int, token: int) -> None:
        assert self.ids[place] == MASKED
        self.ids[place] = token
        self.forwards[-1]["revealed"].append([place, token])

    def edit(self, place: int, token: int) -> None:
        self.forwards[-1]["edited"].append([place, self.ids[place], token])
        self.ids[place] = token

    def next_token(self, row: Tensor) -> None:
        """What autoregression says of the first cell of a block."""
        place = self.forwards[-1]["start"] + len(self.forwards[-1]["ids"])
        token = int(row.argmax())
        self.forwards[-1]["next_token"] = token
        if place < len(self.ids):
            self.ids[place] = token

    def masks(self, start: int, stop: int) -> list[int]:
        return [i for i in range(start, min(stop, len(self.ids))) if self.ids[i] == MASKED]

    def settled(self, start: int, stops: list[int]) -> int | None:
        """The place of the first stop from `start` on, if no mask stands before it."""
        for place in range(start, len(self.ids)):
            if self.ids[place] == MASKED:
                return None
            if self.ids[place] in stops:
                return place
        return None


def proposals(rows: Tensor) -> tuple[list[int], list[float]]:
    best = rows.softmax(-1).max(-1)
    return best.indices.tolist(), best.values.tolist()


def shares(n: int, steps: int) -> list[int]:
    return [n // steps + (step < n % steps) for step in range(steps)]


def surest(places: list[int], conf: Mapping[int, float], n: int) -> list[int]:
    return sorted(places, key=lambda place: (-conf[place], place))[:n]


def sdar(run: Run, p: Params) -> list[int]:
    length, stops = p["block_length"], p["stop_ids"] or []
    run.ids += [MASKED] * (-(-(run.n_prompt + p["gen_length"]) // length) * length - run.n_prompt)
    first = run.n_prompt // length * length
    if first:
        run.read("prefill", 0, first, in_blocks(first, length))
    for start in range(first, len(run.ids), length):
        _sdar_block(run, p, start)
        if any(i in stops for i in run.ids[run.n_prompt : start + length]):
            break
    return run.ids[run.n_prompt :]


def _sdar_block(run: Run, p: Params, start: int) -> None:
    stop = start + p["block_length"]
    seen = in_blocks(stop, p["block_length"])
    for n in shares(p["block_length"], p["denoising_steps"]):
        if not (masks := run.masks(start, stop)):
            break
        rows = run.read("denoise", start, stop, seen) / p["temperature"]
        if p["top_k"]:
            rows = rows.masked_fill(rows < rows.topk(p["top_k"]).values[:, -1:], -torch.inf)
        tokens, conf = proposals(rows)
        n = min(n, len(masks))
        chosen = surest(masks, dict(enumerate(conf, start)), n)
        if p["remasking_strategy"] == "sequential":
            chosen = masks[:n]
        elif p["remasking_strategy"] == "low_confidence_dynamic":
            sure = [i for i in masks if conf[i - start] > p["confidence_threshold"]]
            chosen = sure if len(sure) >= n else chosen
        for place in chosen:
            run.reveal(place, tokens[place - start])
    run.read("commit", start, stop, seen)


def fast_dllm_v2(run: Run, p: Params) -> list[int]:
    length, stops = p["block_length"], p["stop_ids"] or []
    first = run.n_prompt // length * length
    n_blocks = p["max_new_tokens"] // length
    run.ids += [MASKED] * (first + n_blocks * length + 1 - run.n_prompt)
    if first:
        rows = run.read("prefill", 0, first, in_blocks(first, length))
        if first == run.n_prompt:
            run.next_token(rows[-1])
    for start in range(first, first + n_blocks * length, length):
        stop, new = start + length, max(start, run.n_prompt)
        while masks := run.masks(start, stop):
            if (place := run.settled(new, stops)) is not None and place < stop:
                return run.ids[run.n_prompt : place + 1]
            rows = run.read("denoise", start, stop, in_blocks(stop, length))
            _part(run, p, torch.cat((rows[:1], rows[:-1])), start, masks)
        if (place := run.settled(new, stops)) is not None and place < stop:
            return run.ids[run.n_prompt : place + 1]
        run.next_token(run.read("commit", start, stop, in_blocks(stop, length))[-1])
        if run.ids[stop] in stops:
            return run.ids[run.n_prompt : stop + 1]
    return run.ids[run.n_prompt :]


def _part(run: Run, p: Params, rows: Tensor, start: int, masks: list[int]) -> None:
    """The leftmost sub-block with masks: the best cell, and all above the threshold."""
    length = p["sub_block"]
    first = start + (masks[0] - start) // length * length
    masks = [place for place in masks if place < first + length]
    tokens, conf = proposals(rows)
    entropy = (rows.softmax(-1) * rows.log_softmax(-1)).sum(-1).tolist()
    if p.get("alg") == "entropy":
        chosen = surest(masks, dict(enumerate(entropy, start)), 1)
    else:
        best = surest(masks, dict(enumerate(conf, start)), 1)
        chosen = best + [i for i in masks if conf[i - start] > p["threshold"] and i not in best]
    for place in sorted(chosen):
        run.reveal(place, tokens[place - start])


def nbdiff(run: Run, p: Params) -> list[int]:
    length, stops = p["block_length"], [] if p["eos_id"] is None else [p["eos_id"]]
    run.ids += [MASKED] * p["max_new_tokens"]
    run.next_token(run.read("prefill", 0, run.n_prompt, causal(run.n_prompt))[-1])
    for start in range(run.n_prompt, len(run.ids), length):
        stop = start + length
        while masks := run.masks(start, stop):
            rows = run.read("denoise", start, stop, behind(stop, start))
            _part(run, p, torch.cat((rows[:1], rows[:-1])), start, masks)
            part = (masks[0] - start) // p["sub_block"] * p["sub_block"] + start
            is_finished = not run.masks(part, min(part + p["sub_block"], stop))
            if is_finished and any(i in stops for i in run.ids[run.n_prompt :]):
                return run.ids[run.n_prompt :]
        run.next_token(run.read("commit", start, stop, causal(stop))[-1])
    return run.ids[run.n_prompt :]


def llada2_0(run: Run, p: Params) -> list[int]:
    n_steps = min(p["steps"], p["gen_length"] // p["minimal_topk"])
    stops = [] if p["eos_id"] is None else [p["eos_id"]]
    for start in _windows(run, p):
        stop = start + p["block_length"]
        for n in shares(p["block_length"], n_steps):
            if not (masks := run.masks(start, stop)):
                break
            rows = run.read("denoise", start, stop, in_blocks(stop, p["block_length"]))
            chosen, tokens = _at_least(rows, masks, start, p["threshold"], n)
            for place in chosen:
                run.reveal(place, tokens[place - start])
            has_new = any(run.ids[place] in stops for place in chosen)
            if p["eos_early_stop"] and has_new and run.settled(run.n_prompt, stops) is not None:
                return _cut(run, p, stops)
        if any(i in stops for i in run.ids[run.n_prompt : stop]):
            break
    return _cut(run, p, stops)


def _windows(run: Run, p: Params) -> Iterator[int]:
    length = p["block_length"]
    run.ids += [MASKED] * (-(-(run.n_prompt + p["gen_length"]) // length) * length - run.n_prompt)
    return iter(range(run.n_prompt // length * length, len(run.ids), length))


def _at_least(
    rows: Tensor, masks: list[int], start: int, threshold: float, n: int
) -> tuple[list[int], list[int]]:
    tokens, conf = proposals(rows)
    sure = [i for i in masks if conf[i - start] > threshold]
    enough = len(sure) >= n
    return (sure if enough else sorted(surest(masks, dict(enumerate(conf, start)), n))), tokens


def _cut(run: Run, p: Params, stops: list[int]) -> list[int]:
    new = run.ids[run.n_prompt :][: p["gen_length"]]
    at = next((n for n, i in enumerate(new) if i in stops), len(new))
    return new[: at + 1]


def llada2_1(run: Run, p: Params) -> list[int]:
    stops = [] if p["eos_id"] is None else [p["eos_id"]]
    for start in _windows(run, p):
        stop, n_post = start + p["block_length"], 0
        while (masks := run.masks(start, stop)) or n_post < p["max_post_steps"]:
            n_post += not masks
            rows = run.read("denoise", start, stop, in_blocks(stop, p["block_length"]))
            chosen, tokens = _at_least(rows, masks, start, p["threshold"], p["num_to_transfer"])
            conf = proposals(rows)[1]
            own = [i for i in range(max(start, run.n_prompt), stop) if i not in masks]
            differs = [i for i in own if tokens[i - start] != run.ids[i]]
            edits = [i for i in differs if conf[i - start] > p["editing_threshold"]]
            for place in edits:
                run.edit(place, tokens[place - start])
            for place in chosen:
                run.reveal(place, tokens[place - start])
            if not masks and not edits:
                break
        if p["eos_early_stop"] and any(i in stops for i in run.ids[run.n_prompt : stop]):
            break
    return _cut(run, p, stops)


def llada(run: Run, p: Params) -> list[int]:
    length = p["block_length"]
    run.ids += [MASKED] * p["gen_length"]
    n_steps = p["steps"] // (p["gen_length"] // length)
    for start in range(run.n_prompt, len(run.ids), length):
        steps = shares(length, n_steps) if p["threshold"] is None else [0] * length
        for n in steps:
            if not (masks := run.masks(start, start + length)):
                break
            tokens, conf = proposals(run.read("denoise", 0, len(run.ids), everything(len(run.ids))))
            chosen = surest(masks, dict(enumerate(conf)), max(n, 1))
            if p["threshold"] is not None:
                chosen += [i for i in masks if conf[i] >= p["threshold"] and i not in chosen]
            for place in chosen:
                run.reveal(place, tokens[place])
    return run.ids[run.n_prompt :]


def dream(run: Run, p: Params) -> list[int]:
    run.ids += [MASKED] * p["max_new_tokens"]
    times = torch.linspace(1, p["eps"], p["steps"] + 1)
    for step in range(p["steps"]):
        rows = run.read("denoise", 0, len(run.ids), everything(len(run.ids)))
        rows = torch.cat((rows[:1], rows[:-1]))
        masks, probability = run.masks(0, len(run.ids)), rows.softmax(-1)
        n = int(torch.tensor(float(len(masks))) * (1 - times[step + 1] / times[step]))
        top = probability.topk(2).values
        conf = {
            "entropy": (probability * (probability + 1e-10).log()).sum(-1),
            "maskgit_plus": top[:, 0],
            "topk_margin": top[:, 0] - top[:, 1],
        }[p["alg"]].tolist()
        for place in surest(
            masks, dict(enumerate(conf)), len(masks) if step == p["steps"] - 1 else n
        ):
            run.reveal(place, int(rows[place].argmax()))
    return run.ids[run.n_prompt :]


def greedy(run: Run, p: Params) -> list[int]:
    stops = p["eos_ids"] or []
    for n in range(p["max_new_tokens"]):
        kind = "decode" if n else "prefill"
        start = len(run.ids) - 1 if n else 0
        row = run.read(kind, start, len(run.ids), causal(len(run.ids)))[-1]
        run.ids.append(int(row.argmax()))
        if run.ids[-1] in stops:
            break
    return run.ids[run.n_prompt :]


DECODERS: dict[str, Callable[[Run, Params], list[int]]] = {
    "sdar": sdar, "fast_dllm_v2": fast_dllm_v2, "llada2_0": llada2_0, "llada2_1": llada2_1,
    "nbdiff": nbdiff, "llada": llada, "dream": dream, "ar": greedy,
}  # fmt: skip
