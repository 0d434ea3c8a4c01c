"""The engine decodes every family exactly as published: logits, ids and forwards of recorded fixtures.

The folders are FAMILY/SEED under the directory that PALIMPSEST_PARITY names, in the format that
`tests/model/reference/record.py` writes; by default the small ones of tests/model/parity, which plain loops
recorded. DiffusionGemma, which has no masks, is at the end: its recorded noise is injected.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from model.completion import Completion
from model.engine import Engine
from model.loading import load_checkpoint
from tests.model.published_cases import Case, mask_of, params_of
from tests.model.uniform import parity as uniform
from tests.model.watched import Forward, WatchedDecoder

ROOT = Path(os.environ.get("PALIMPSEST_PARITY", Path(__file__).parent / "parity"))
TOLERANCE = 2e-4
HAS_CACHE = ("sdar", "fast_dllm_v2", "nbdiff")


@dataclass(frozen=True, eq=False)
class Fixture:
    """One recorded case."""

    folder: Path
    case: Case

    @property
    def family(self) -> str:
        return self.folder.parent.name

    def __str__(self) -> str:
        return f"{self.family}-{self.folder.name}-{self.case['name']}"


@cache
def recorded(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    return content


FIXTURES = [
    Fixture(path.parent, case)
    for path in sorted(ROOT.glob("*/*/cases.json"))
    if path.parents[1].name != "diffusion_gemma"
    for case in recorded(path.parent)["cases"]
]
each_fixture = pytest.mark.parametrize("fixture", FIXTURES, ids=str)


@cache
def checkpoint(folder: Path) -> Any:
    told = recorded(folder)["model"]
    mask_id, length = told.get("mask_id"), told.get("block_length")
    return load_checkpoint(
        folder, device="cpu", dtype=torch.float32, mask_id=mask_id, block_length=length
    )


@cache
def decode(fixture: Fixture, *, as_published: bool) -> Completion:
    return _decoded(fixture, checkpoint(fixture.folder).decoder, as_published)


def forwards_of(fixture: Fixture) -> list[Forward]:
    """What every row of every forward said, where the reference's forwards are made."""
    watched = WatchedDecoder(checkpoint(fixture.folder).decoder)
    _decoded(fixture, watched, as_published=True)
    return watched.forwards


def _decoded(fixture: Fixture, decoder: Any, as_published: bool) -> Completion:
    found = checkpoint(fixture.folder)
    engine = Engine(decoder, found.tokens, "parity", conventions=found.conventions)
    params = replace(params_of(fixture.family, fixture.case), as_published=as_published)
    (done,) = engine.complete([fixture.case["prompt_ids"]], params)
    return done


def ids_of(done: Completion, fixture: Fixture) -> list[int | None]:
    """What the reference would have returned: some leave masks in, some cut."""
    found = [mask_of(fixture.case) if token is None else token for token in done.canvas]
    return found[: len(fixture.case["expect"]["new_ids"])]


def test_there_are_fixtures() -> None:
    assert FIXTURES or uniform.cases_under(ROOT)


@each_fixture
def test_ids_and_forwards_are_those_published(fixture: Fixture) -> None:
    done = decode(fixture, as_published=True)
    expect, usage = fixture.case["expect"], done.usage
    assert ids_of(done, fixture) == expect["new_ids"]
    forwards = expect["forwards"]
    if fixture.family.startswith("ar_"):
        assert usage.forwards == forwards["total"]
        return
    assert usage.denoise_steps == forwards["denoise"]
    if fixture.family.startswith(HAS_CACHE):
        assert (usage.prefills, usage.commits) == (
            forwards.get("prefill", 0),
            forwards.get("commit", 0),
        )
        assert usage.forwards == forwards["total"]


@each_fixture
def test_a_completion_ends_where_the_reference_cuts(fixture: Fixture) -> None:
    done = decode(fixture, as_published=True)
    expected = fixture.case["expect"]["new_ids"]
    stops = params_of(fixture.family, fixture.case).stop_ids or ()
    at = next((n for n, token in enumerate(expected, 1) if token in stops), len(expected))
    assert list(done.ids) == expected[:at]
    assert done.usage.new_tokens == at


@each_fixture
def test_folded_commits_change_no_id_and_cost_no_more(fixture: Fixture) -> None:
    done = decode(fixture, as_published=False)
    published = decode(fixture, as_published=True)
    assert done.ids == published.ids
    assert done.finish == published.finish
    assert done.usage.forwards <= published.usage.forwards


@each_fixture
def test_first_logits_are_those_published(fixture: Fixture) -> None:
    stored = load_file(fixture.folder / "logits.safetensors")
    expect = fixture.case["expect"]
    told_of = expect.get("logits") or {}
    forwards = forwards_of(fixture) if told_of else []
    for kind, told in told_of.items():
        wanted, start = stored[f"{fixture.case['name']}/{kind}"], told["start"]
        ids = expect["trace"][told["trace_index"]].get("ids") if "trace" in expect else None
        found = next(
            rows for f in forwards if (rows := _rows(f, start, len(wanted), ids)) is not None
        )
        torch.testing.assert_close(found, wanted, atol=TOLERANCE, rtol=0)


def _rows(forward: Forward, start: int, n_rows: int, ids: list[int] | None) -> torch.Tensor | None:
    """A forward's logits of some rows, if it read them, and read `ids` there."""
    first = start - forward.start
    if first < 0 or len(forward.ids) < first + n_rows:
        return None
    if ids is not None and forward.ids[first : first + n_rows] != ids:
        return None
    return forward.logits[first : first + n_rows]


each_uniform_case = pytest.mark.parametrize(("folder", "case"), uniform.cases_under(ROOT))


@each_uniform_case
def test_uniform_noise_is_denoised_as_published(folder: Path, case: Case) -> None:
    uniform.assert_decodes_as_published(folder, case)


@each_uniform_case
def test_uniform_noise_needs_no_forward_to_read_final_tokens(folder: Path, case: Case) -> None:
    uniform.assert_folded_is_the_same(folder, case)


@each_uniform_case
def test_first_logits_of_uniform_noise_are_those_published(folder: Path, case: Case) -> None:
    uniform.assert_first_logits_are_those_published(folder, case, TOLERANCE)
