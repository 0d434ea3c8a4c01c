"""What the doctor says of a checkpoint; its weights are not loaded, only the headers of its files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from model.errors import ModelError
from ui.doctor import Finding

if TYPE_CHECKING:
    from model.checkpoints.outlook import Outlook
    from model.checkpoints.survey import Survey
    from model.families.conventions import Conventions

USUAL_CONTEXT = 4096
_KIB, _GIB, _BILLION = 2**10, 2**30, 10**9
_ATTENTION = {
    "causal": "causal",
    "context-causal": "causal, and both ways within the active block",
    "block-causal": "earlier blocks, and both ways within each block",
    "full": "both ways over everything; no exact cache, every forward reads the whole text",
}
_GRID = {
    "absolute": "counted from the first token",
    "prompt-end": "counted from the prompt's end",
    "left-padded": "counted from the end of the prompt, which is padded on its left",
}


class Checkup:
    """A checkpoint looked at for a context of `n_tokens` (as many as it was made for, up to a usual number)."""

    def __init__(self, written: str, n_tokens: int | None = None) -> None:
        self._written, self._n_tokens = written, n_tokens
        self.figures: dict[str, object] = {}

    def findings(self) -> Iterator[Finding]:
        """What it is, how it reads and writes, what it needs, and what it lacks."""
        from model.checkpoints.survey import look

        try:
            found = look(self._written)
        except ModelError as error:
            yield _broken("checkpoint", error)
            return
        self.figures |= {"name": found.name, "family": found.family.name}
        yield _ok("checkpoint", f"{found.name}, family {found.family.name}, {found.folder}")
        yield from _tried("conventions", lambda: self._conventions(found))
        yield from _tried("tensors", lambda: self._sizes(found))
        yield from _tried("tokenizer", lambda: _text(found))

    def _conventions(self, found: Survey) -> Iterator[Finding]:
        own = found.conventions()
        self.figures["conventions"] = asdict(own)
        yield _ok("blocks", _blocks(own))
        yield _ok("attention", _ATTENTION[own.visibility])
        stops = ", ".join(map(str, own.stop_ids)) or "none named"
        yield _ok("decoding", f"{own.decoder}; logits shift: {own.shift}; stop ids: {stops}")

    def _sizes(self, found: Survey) -> Iterator[Finding]:
        from model.checkpoints.outlook import outlook

        ahead, longest = outlook(found), found.n_positions
        n_tokens = self._n_tokens or min(USUAL_CONTEXT, longest or USUAL_CONTEXT)
        self.figures |= {**asdict(ahead), "context": n_tokens}
        self.figures["needed_bytes"] = ahead.needed(n_tokens)
        yield _ok("tensors", _tensors(ahead))
        yield _ok("device", f"{ahead.device}, {ahead.dtype}")
        yield _memory(ahead, n_tokens)
        if longest is not None and n_tokens > longest:
            yield _too_long(n_tokens, longest, may_stretch=found.may_stretch)


def _blocks(own: Conventions) -> str:
    from model.families.conventions import WHOLE

    mask = "no mask token" if own.mask_id is None else f"mask {own.mask_id}"
    if own.block_length == 1:
        return f"token by token, {mask}"
    if own.block_length >= WHOLE:
        return f"one for all that is generated, {mask}"
    parts = "" if own.sub_block == own.block_length else f", filled {own.sub_block} at a time"
    return f"{own.block_length} tokens{parts}, {_GRID[own.grid]}, {mask}"


def _tensors(ahead: Outlook) -> str:
    files = "1 file" if ahead.n_files == 1 else f"{ahead.n_files} files"
    said = (
        f"{ahead.n_tensors:,} in {files}, {_gib(ahead.stored_bytes)}; "
        f"{_parameters(ahead.n_parameters)} parameters"
    )
    if not ahead.ignored:
        return said
    return f"{said}; {len(ahead.ignored)} not used, such as {ahead.ignored[0]}"


def _memory(ahead: Outlook, n_tokens: int) -> Finding:
    needed = ahead.needed(n_tokens)
    free = "" if ahead.available is None else f"; {_gib(ahead.available)} free"
    detail = (
        f"{_gib(needed)}: weights {_gib(ahead.weight_bytes)}, keys and values of {n_tokens:,} tokens "
        f"{_gib(needed - ahead.weight_bytes)} ({ahead.kv_bytes / _KIB:,.1f} KiB each){free}"
    )
    if ahead.available is not None and needed > ahead.available:
        remedy = "take a smaller checkpoint, a shorter --context or a device with more memory"
        return Finding("memory", "broken", detail, True, remedy=remedy)
    return _ok("memory", detail)


def _too_long(n_tokens: int, longest: int, *, may_stretch: bool) -> Finding:
    factor = -(-n_tokens // longest)
    stretch = f", or stretch its positions: NAME:ntk_factor={factor}" if may_stretch else ""
    return Finding(
        "context", "missing", f"{n_tokens:,} tokens asked, trained for {longest:,}",
        without=f"contexts up to {longest:,} tokens", remedy=f"take a shorter --context{stretch}",
    )  # fmt: skip


def _text(found: Survey) -> Iterator[Finding]:
    from model.checkpoints.tokens import CheckpointTokens, checkpoint_tokens

    tokens = checkpoint_tokens(found.folder, None, found.shape.vocab_size)
    if not isinstance(tokens, CheckpointTokens):
        remedy = "put the checkpoint's tokenizer.json into its folder"
        yield Finding("tokenizer", "missing", "none", without="token ids", remedy=remedy)
        return
    yield _ok("tokenizer", f"{tokens.vocab_size:,} ids")
    if tokens.has_chat:
        yield _ok("chat", "has a template")
    elif found.family.name != "planner":
        remedy = "put its chat_template.jinja into the folder"
        yield Finding("chat", "missing", "no template", False, "plain prompts", remedy)


def _tried(name: str, examine: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What is found, or why it cannot be."""
    try:
        yield from examine()
    except ModelError as error:
        yield _broken(name, error)


def _ok(name: str, detail: str) -> Finding:
    return Finding(name, "ok", detail, is_needed=True)


def _broken(name: str, error: ModelError) -> Finding:
    """The runtime's own line says the remedy."""
    return Finding(name, "broken", str(error), is_needed=True)


def _parameters(n: int) -> str:
    return f"{n / _BILLION:.2f} billion" if n >= _BILLION / 10 else f"{n / 10**6:.2f} million"


def _gib(n_bytes: int) -> str:
    return f"{n_bytes / _GIB:.2f} GiB" if n_bytes >= _GIB / 10 else f"{n_bytes / 2**20:.1f} MiB"
