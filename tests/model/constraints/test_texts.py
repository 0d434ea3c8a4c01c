"""Governed texts in fills: whatever select and remask rules do, what stands can be completed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest
import torch

from model.cache import PagedCache
from model.constraints.compiling import Wanted, compile_text
from model.constraints.texts import Text
from model.decode.registry import SELECT
from model.engine import Engine
from model.errors import ModelError, TokenizerError
from model.families.conventions import Visibility
from model.pairing import Setting
from model.pairing import rules as select_and_remask
from model.reading import PLANNER
from model.remask.registry import REMASK
from model.template_fill import TemplateFill
from model.tokens import IdsOnly
from model.types import SEPARATOR, DecodeParams, Record, Slot, Template, TextRecord
from tests.model.kinds import kinds
from tests.model.tiny import VERBS, set_of, tiny_decoder, tiny_engine, tiny_tokens
from tests.model.uniform.tiny import tiny_uniform

CALLS = r"find\((?:@[12]|of (?:@[12]|é)+)\)|nop"
ROWS = "(?P<u>use [a-c]{1,3})\x1e(?:use #1|nop)|nop\x1enop"
OBJECT = json.dumps(
    {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 3},
            "n": {"type": "integer", "minimum": -3, "maximum": 120},
            "tags": {"type": "array", "items": {"enum": ["x", "yy"]}, "maxItems": 2},
        },
        "required": ["name", "tags"],
    }
)


def template(**known: str) -> Template:
    """Free text, words, a pattern, a schema and two rows that agree, side by side."""
    slots = {
        "free": Slot("free", 2),
        "verb": Slot("verb", 1, set_of(*VERBS)),
        "call": Slot("call", 12, pattern=CALLS, value=known.get("call")),
        "object": Slot("object", 40, schema=OBJECT, value=known.get("object")),
        "one": Slot("one", 9, value=known.get("one")),
        "two": Slot("two", 7, value=known.get("two")),
    }
    parts = [part for name, slot in slots.items() for part in (name, slot)]
    return Template("which of @1", tuple(parts), (), (TextRecord(("one", "two"), ROWS),))


def texts_of(fill: TemplateFill, asked: Template) -> list[Text]:
    """The template's texts once more, apart from those that the fill follows."""
    wanted: list[tuple[tuple[str, ...], str | None, str | None]] = [
        ((s.name,), s.pattern, s.schema) for s in asked.slots() if s.pattern or s.schema
    ]
    wanted += [(record.slots, record.pattern, None) for record in asked.text_records]
    spans = {name: range(s.start, s.stop) for name, s in fill.canvas.spans.items()}
    cells = [{name: spans[name] for name in names} for names, *_ in wanted]
    return [
        compile_text(Wanted(some, pattern, schema, {}), tiny_tokens(), torch.device("cpu"))
        for some, (_, pattern, schema) in zip(cells, wanted, strict=True)
    ]


def assert_completable(fill: TemplateFill, texts: list[Text]) -> None:
    ids, masked = fill.canvas.ids.numpy(), fill.canvas.masked.numpy()
    for text in texts:
        known = (~masked[text.cells]).nonzero()[0]
        rule = text.rule()
        rule.learn(known, ids[text.cells][known])
        assert rule.is_completable(), text.names


def assert_obeys(values: dict[str, str]) -> None:
    assert re.fullmatch(CALLS, values["call"])
    assert re.fullmatch(ROWS, SEPARATOR.join((values["one"], values["two"])))
    read = json.loads(values["object"])
    assert len(read["name"]) <= 3
    assert -3 <= read.get("n", 0) <= 120
    assert set(read["tags"]) <= {"x", "yy"}
    assert len(read["tags"]) <= 2
    assert values["verb"] in VERBS


def combinations() -> Iterator[tuple[str, str, Visibility]]:
    """Every select with every remask rule, less what is refused together."""
    for visibility in (Visibility.CONTEXT, Visibility.BLOCK):
        for select, remask in product(SELECT, REMASK):
            if visibility is Visibility.BLOCK and remask != "t2t":
                continue
            with suppress(ModelError):  # a learned filter may have no weights yet
                select_and_remask(select, remask, Setting(visibility, 16))
                yield select, remask, visibility


def engine_of(visibility: Visibility) -> Engine:
    conventions = replace(PLANNER, visibility=visibility, block_length=16)
    return Engine(tiny_decoder(3), tiny_tokens(), "tiny", PagedCache(32, 8), conventions)


@pytest.mark.parametrize(("select", "remask", "visibility"), list(combinations()))
def test_after_every_step_what_stands_can_be_completed(
    select: str, remask: str, visibility: Visibility
) -> None:
    engine, asked = engine_of(visibility), template()
    params = DecodeParams(16, 4, select, remask=remask, temperature=1.0)
    fill = engine.open(asked, params)
    texts = texts_of(fill, asked)
    try:
        while not fill.is_done:
            engine.denoise([fill])
            assert_completable(fill, texts)
        assert_obeys(dict(fill.filling().values))
    finally:
        engine.close([fill])


@pytest.mark.parametrize("kind", kinds())
def test_texts_obey_on_every_family_of_checkpoints(kind: str) -> None:
    engine = Engine(tiny_decoder(2), tiny_tokens(), kind, PagedCache(32, 8), kinds()[kind])
    assert_obeys(dict(engine.fill(template(), DecodeParams(temperature=1.0)).values))


@pytest.mark.parametrize("block", [None, 7])
def test_texts_obey_on_uniform_noise(block: int | None) -> None:
    engine = tiny_uniform(tiny_tokens(), tiny_tokens().vocab_size)
    for seed in range(4):
        params = DecodeParams(block, 3, temperature=2.0, seed=seed)
        assert_obeys(dict(engine.fill(template(), params).values))


def test_remasking_does_happen_to_governed_texts() -> None:
    engine, asked = engine_of(Visibility.CONTEXT), template()
    steps = list(engine.stream(asked, DecodeParams(16, 4, remask="snapshot", temperature=1.0)))
    remasked = {name for step in steps for name in step.remasked}
    assert {"call", "object", "one"} & remasked


@pytest.mark.parametrize("block", [1, 8, None])
def test_a_batch_of_texts_equals_its_templates_one_by_one(block: int | None) -> None:
    asked = [template(), template(call="find(@2)"), template(one="nop", two="nop")]
    params = DecodeParams(block, 6, temperature=0.7)
    together = tiny_engine(3).fill_many(asked, params)
    alone = [tiny_engine(3).fill(each, params) for each in asked]
    assert [dict(f.values) for f in together] == [dict(f.values) for f in alone]
    for filling in together:
        assert_obeys(dict(filling.values))


def test_what_is_locked_stays_and_rules_out_what_does_not_go_with_it() -> None:
    known = {"call": "find(of é)", "object": '{"name": "", "tags": ["x"]}', "one": "nop"}
    values = tiny_engine(3).fill(template(**known), DecodeParams()).values
    assert {name: values[name] for name in known} == known
    assert values["two"] == "nop"


def test_a_text_that_only_one_text_can_follow_costs_no_forward() -> None:
    asked = Template("a", ("b", Slot("x", 3, pattern="")))
    filling = tiny_engine().fill(asked, DecodeParams())
    assert (filling.values["x"], filling.usage.forwards) == ("", 0)


def test_a_refused_text_does_not_come_back() -> None:
    pattern, engine, left = "[ab]", tiny_engine(3), {"a", "b"}
    for _ in range(2):
        slot = Slot("x", 1, pattern=pattern, banned=frozenset({"a", "b"} - left))
        left.discard(engine.fill(Template("a", ("b", slot)), DecodeParams()).values["x"])
    assert left == set()
    record = TextRecord(("x", "y"), "[ab]\x1e[ab]")
    slots = (Slot("x", 1), Slot("y", 1, banned=frozenset("a")))
    for seed in range(5):
        params = DecodeParams(temperature=5.0, seed=seed)
        assert engine.fill(Template("a", ("b", *slots), (), (record,)), params).values["y"] == "b"


def test_texts_that_the_grammar_had_to_change_are_counted() -> None:
    free = Slot("x", 3, pattern="[^Q]*")
    strict = Slot("y", 3, pattern="QQQ")
    filling = tiny_engine(3).fill(Template("a", ("b", free, strict)), DecodeParams(max_steps=1))
    assert filling.values["y"] == "QQQ"
    assert filling.invalid >= 1


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (Template("a", ("b", Slot("x", 2, pattern="a", schema="{}"))), "'x' has a pattern and a schema"),
        (Template("a", ("b", Slot("x", 2, set_of("find"), pattern="a"))), "'x' holds words and text"),
        (Template("a", ("b", Slot("x", 2, pattern="a{9}"))), r"'x': no text .* 2 cells.* takes 9"),
        (Template("a", ("b", Slot("x", 2, pattern="(a"))), "'x': .*unclosed"),
        (Template("a", ("b", Slot("x", 2, pattern="a", value="b"))), "locked in slot 'x'"),
        (Template("a", ("b", Slot("x", 2, pattern="a", value="aaa"))), "'x' has 2 cells"),
        (Template("a", ("b", Slot("x", 2, schema='{"not": {}}'))), "'x': .*'not'"),
        (Template("a", ("b", Slot("x")), (), (TextRecord(("y",), "a"),)), "'y'; the template has no"),
        (Template("a", (Slot("x"), "b", Slot("y")), (), (TextRecord(("y", "x"), "a"),)), "canvas order"),
        (Template("a", (Slot("x", 1, pattern="a"), Slot("y")), (), (TextRecord(("x", "y"), "a"),)), "own grammar"),
        (Template("a", (Slot("x"),), (), (TextRecord(("x",), "a"), TextRecord(("x",), "b"))), "two text records"),
        (Template("a", (Slot("x", 1, pattern="a"),), (Record(("x",), ((set_of("find"),),)),)), "words and text"),
    ],
)  # fmt: skip
def test_grammars_that_cannot_be_followed_are_refused_in_one_line(
    asked: Template, named: str
) -> None:
    with pytest.raises(ModelError, match=named) as raised:
        tiny_engine().fill(asked, DecodeParams())
    assert "\n" not in str(raised.value)


def test_a_pattern_without_a_tokenizer_is_refused() -> None:
    wanted = Wanted({"x": range(2)}, "a", None, {})
    with pytest.raises(TokenizerError, match=r"'x': .*tokenizer\.json"):
        compile_text(wanted, IdsOnly(300, 0), torch.device("cpu"))
