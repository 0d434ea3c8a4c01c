"""Random weights in every family's layout: each plan can be read and run, and executed rows are left alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import plan as canvas
from agent.factory import load
from agent.plain.planner import PlainPlanner
from agent.settings import Settings
from agent.state import RunState
from agent.types import N_ARGS, N_ROWS, NIL, Arm, Brief, Plan
from model.prompts import prompt_ids
from model.spelling import Spelling
from tests.agent.plain.letters import RICH
from tests.support.checkpoints import FAMILIES, LEFT_TO_RIGHT, SPECIAL, TOKENIZERS, save
from tests.support.runs import BORN, BRIEF, linked
from tools.types import Call

CASES = [(family, "byte-level") for family in FAMILIES]
CASES += [
    ("sdar", "spaced"),
    ("llada2_1", "prefixed"),
    ("diffusion_gemma", "spaced"),
    ("llama", "prefixed"),
]
CHINESE = replace(BRIEF, question="玛丽·居里出生在哪里？", lang="zh", text="@1 laureate 出生在哪里")
NOTHING = replace(BRIEF, question="what of <|im_end|> the <think> blorb?", pointers=())
BRIEFS = (BRIEF, RICH, CHINESE, NOTHING)

# 100 plans a family with HYPOTHESIS_PROFILE=search
N_PLANS = max(2, settings().max_examples // 20)
# A plan in bytes takes ten times the tokens.
SLOWER = {"byte-level": 4, "prefixed": 1, "spaced": 1}
_folders = count()


def arm_of(family: str) -> Arm:
    return "ar-plan" if family in LEFT_TO_RIGHT else "diffusion"


@cache
def planner(folder: Path, family: str, tokenizer: str) -> PlainPlanner:
    """A small block for SDAR, so that plans take few denoise steps."""
    place = save(folder / f"{next(_folders)}", family, tokenizer)
    name = f"{place}:block_length=32" if family == "sdar" else str(place)
    lm = load(name, "ar" if family in LEFT_TO_RIGHT else "diffusion")
    assert isinstance(lm, PlainPlanner)
    return lm


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


def drafted(lm: PlainPlanner, state: RunState, seed: int) -> Plan:
    params = Settings().arms()[state.arm].params
    form = lm.template_of(state)
    return canvas.read(lm.fill(form, replace(params, seed=seed, temperature=1.5)).values)


def assert_can_run(plan: Plan, brief: Brief) -> None:
    """Rows without gaps, references to rows before, symbols that are there, arguments that the tool takes."""
    assert [row.index for row in plan.rows] == [*range(1, len(plan.rows)), N_ROWS]
    for row in plan.rows:
        assert all(j < min(row.index, len(plan.rows)) for j in canvas.references(row))
        assert all(brief.pointer(w) for w in row.words if w[0] in "@%")
        assert_well_formed(canvas.call(row, brief, dict.fromkeys(canvas.references(row), BORN)))


def assert_well_formed(call: Call) -> None:
    needed = {"lookup": {"source", "field"}, "search": {"query"}, "verify": {"claim"}}
    assert needed.get(call.tool, set()) <= set(call.args)
    assert all(text for text in call.args.values()) or call.tool == "finish"
    assert not any(mark in text for text in call.args.values() for mark in ('"', NIL))


@pytest.mark.parametrize(("family", "tokenizer"), CASES)
def test_every_plan_of_random_weights_can_be_read_and_run(
    family: str, tokenizer: str, folder: Path
) -> None:
    lm = planner(folder, family, tokenizer)
    first = CASES.index((family, tokenizer))
    n_plans = max(1, N_PLANS // SLOWER[tokenizer])
    for seed in range(first, first + n_plans):
        brief = BRIEFS[seed % len(BRIEFS)]
        plan = drafted(lm, replace(linked(arm_of(family)), brief=brief), seed)
        assert_can_run(plan, brief)


@settings(max_examples=N_PLANS)
@given(st.data())
@pytest.mark.parametrize(("family", "tokenizer"), [("sdar", "byte-level"), ("qwen3", "byte-level")])
def test_a_revision_changes_nothing_but_what_is_open(
    family: str, tokenizer: str, folder: Path, data: st.DataObject
) -> None:
    lm, state = planner(folder, family, tokenizer), replace(linked(arm_of(family)), brief=RICH)
    before = drafted(lm, state, data.draw(st.integers(0, 3)))
    columns = st.tuples(st.integers(1, N_ROWS), st.integers(1, N_ARGS))
    cells = data.draw(st.frozensets(columns, min_size=1, max_size=3))
    after = drafted(lm, replace(state, plan=before, open=cells), data.draw(st.integers(0, 3)))
    assert_can_run(after, RICH)
    assert [row.index for row in after.rows] == [row.index for row in before.rows]
    for old, new in zip(before.rows, after.rows, strict=True):
        words = zip((old.tool, *old.words), (new.tool, *new.words), strict=True)
        changed = {(old.index, column) for column, (a, b) in enumerate(words) if a != b}
        assert changed <= cells


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_words_of_the_question_stay_words(tokenizer: str, folder: Path) -> None:
    lm = planner(folder, "qwen3", tokenizer)
    assert isinstance(lm.speech, Spelling)
    tokens = lm.speech.vocabulary
    ids = prompt_ids(lm.template_of(replace(linked("ar-plan"), brief=NOTHING)), tokens)
    special = [tokens.word(i) for i in ids if tokens.word(i) in {*SPECIAL, "<think>"}]
    of_template = ["<|im_start|>", "<|im_end|>"]
    assert special == [*of_template, *of_template, "<|im_start|>"]
    said = NOTHING.question.replace(" ", "")
    assert said in tokens.decode(ids).replace(" ", "")
