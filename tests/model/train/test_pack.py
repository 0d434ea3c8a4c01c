"""From a curriculum in words to a model that loads, by the commands that a user types."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from model.errors import TrainingError
from model.loading import load_model
from model.tokens import Tokens
from model.train.__main__ import main
from model.train.pack import Packing, pack
from model.train.samples import SampleFile

Line = dict[str, object]
WORDS = ["#1", "#2", "find", "nop", "<nil>", "@1", "@2"]
LINE: Line = {
    "prompt": "find the first @1 of 12",
    "canvas": ["#1", "find", "@1", "#2", "nop", "<nil>"],
    "weights": [0.0, 2.0, 1.0, 0.0, 1.0, 0.15],
    "reopened": [],
}
REPAIR: Line = {**LINE, "reopened": [2], "draft": ["#1", "find", "@2", "#2", "nop", "<nil>"]}
PACKING = Packing(vocab_size=280, record_length=3, held_out=2)


def curriculum(folder: Path, lines: list[Line]) -> Path:
    folder.mkdir()
    (folder / "words.json").write_text(json.dumps(WORDS), encoding="utf-8")
    with gzip.open(folder / "part-00000.jsonl.gz", "wt", encoding="utf-8") as part:
        part.writelines(json.dumps(line) + "\n" for line in lines)
    return folder


def test_words_become_ids_and_cells(tmp_path: Path) -> None:
    pack(curriculum(tmp_path / "words", [LINE, LINE, LINE, REPAIR]), tmp_path / "ids", PACKING)
    tokens = Tokens.load(tmp_path / "ids" / "tokenizer.json")
    plain, repair = (
        SampleFile.read([tmp_path / "ids" / "train.npz"]).batch(np.array([n])) for n in (0, 1)
    )
    assert [tokens.word(i) for i in plain.canvas[0]] == LINE["canvas"]
    assert tokens.decode(plain.prompt[0].tolist()).strip() == LINE["prompt"]
    assert plain.maskable[0].tolist() == [False, True, True, False, True, True]
    assert plain.record[0].tolist() == [0, 0, 0, 1, 1, 1]
    assert not plain.reopened.any()
    assert tokens.word(int(repair.draft[0, 2])) == "@2"
    assert repair.reopened[0].tolist() == [False, False, True, False, False, False]


def test_a_curriculum_becomes_a_model(tmp_path: Path) -> None:
    words = curriculum(tmp_path / "words", [LINE, REPAIR] * 260)
    settings = tmp_path / "train.toml"
    settings.write_text(
        "[size]\nd_model = 16\nn_layers = 1\nn_heads = 2\nn_kv_heads = 1\nd_ff = 16\n"
        "[optimiser]\nbatch_size = 4\n[habits]\nheld_out = 4\n",
        encoding="utf-8",
    )
    ids, out = tmp_path / "ids", tmp_path / "planner"
    assert main(["pack", "--source", str(words), "--out", str(ids), "--vocab", "280"]) == 0
    told = ["--data", str(ids), "--out", str(out), "--config", str(settings), "--samples", "24"]
    assert main(told) == 0
    assert "ar" in load_model(out, "ar", device="cpu").name


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([LINE], "1 samples in .* of which 2 are held out"),
        ([{"prompt": "find"}], r"is damaged \(a line lacks one of canvas, prompt, weights"),
    ],
)
def test_an_unusable_curriculum_is_refused(tmp_path: Path, lines: list[Line], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        pack(curriculum(tmp_path / "words", lines), tmp_path / "ids", PACKING)


def test_a_truncated_part_is_refused(tmp_path: Path) -> None:
    words = curriculum(tmp_path / "words", [LINE] * 9)
    part = words / "part-00000.jsonl.gz"
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(TrainingError, match="is damaged"):
        pack(words, tmp_path / "ids", PACKING)


def test_a_folder_without_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"no part-\*\.jsonl\.gz in"):
        pack(tmp_path, tmp_path / "ids", PACKING)
