"""Training the filter: what is recorded, that a rule is learned, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.decode.learned import Filter
from model.errors import TrainingError
from model.train.filter import Study, Traces, fit, judge, main, record
from model.types import DecodeParams, Slot, Template
from tests.model.tiny import plan_template, tiny_engine

TEXT = Template("a b c", ("find", Slot("text", 5), "join"))


def planted(n_steps: int, seed: int) -> Traces:
    """A proposal is final where it and the first cell are both sure."""
    confidence = np.random.default_rng(seed).random((n_steps, 6), np.float32)
    scored = np.random.default_rng(seed + 1).random((n_steps, 6)) < 0.7
    return Traces(confidence, scored, (confidence > 0.5) & (confidence[:, :1] > 0.5))


def test_a_fill_is_recorded_step_by_step() -> None:
    traces = record(tiny_engine(), [TEXT, TEXT])
    assert traces.scored.shape == (8, 7)  # the last of five cells leaves no choice
    assert traces.scored[:4].sum(1).tolist() == [5, 4, 3, 2]
    assert not traces.scored[:, [0, 6]].any()
    assert traces.confidence[:, [0, 6]].min() == 1
    assert not (traces.final & ~traces.scored).any()
    assert traces.final.any(1).all()  # at least what is revealed is final
    engine = tiny_engine()
    steps = list(engine.stream(TEXT, DecodeParams(select="top-k", max_steps=5)))
    kept = [cell.confidence for cell in steps[0].cells if cell.state == "revealed"]
    assert traces.confidence[0, 1:6].max() == pytest.approx(kept[0])


def test_canvases_of_several_lengths_are_refused() -> None:
    with pytest.raises(TrainingError, match=r"canvases of \[7, 10\] cells"):
        record(tiny_engine(), [TEXT, plan_template(2)])
    with pytest.raises(TrainingError, match="no template left a choice"):
        record(tiny_engine(), [])


def test_a_rule_of_two_cells_is_learned() -> None:
    learned = fit(planted(3000, 0), Study(hidden=32, epochs=40))
    right, found = judge(learned, planted(500, 7), 0.5)
    assert right > 0.8
    assert found > 0.8  # a quarter of the proposals are final: chance would find that share
    surer, fewer = judge(learned, planted(500, 7), 0.9)
    assert surer > right
    assert fewer < found


def test_traces_become_a_file_that_the_rule_reads(tmp_path: Path) -> None:
    traces, out = tmp_path / "traces.npz", tmp_path / "filter.safetensors"
    planted(300, 0).write(traces)
    assert main(["--traces", str(traces), "--out", str(out), "--epochs", "1", "--hidden", "8"]) == 0
    assert Filter.load(out).n_cells == 6
    again = tmp_path / "again.safetensors"
    main(["--traces", str(traces), "--out", str(again), "--epochs", "1", "--hidden", "8"])
    assert again.read_bytes() == out.read_bytes()


def test_what_is_no_trace_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "traces.npz"
    path.write_bytes(b"nothing")
    assert main(["--traces", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert "bench.rules --record" in said
