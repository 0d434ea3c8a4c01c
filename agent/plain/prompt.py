"""What an instructed model is told: the task, the tools and the rows that call them; then one linked question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agent.plain.offering import may_quote_fields, may_quote_things
from agent.plan import FOLDING, JOINING, PAIRING, kind_group
from agent.types import N_ROWS, Brief, Contradiction, Pointer
from model.chat import Message
from tools.toolbox import TOOLS

_LAST = N_ROWS - 1
_ROWS = {
    "search": (
        "search A B ...",
        "A is a class, a thing or a result. Each further word narrows it: a value, a period, a thing, a result.",
    ),
    "lookup": (
        "lookup A %F",
        "A is a thing or a result. A period or a source may follow. The result of a search gives a table.",
    ),
    "calculate": (
        "calculate OPERATION A ...",
        f"A is a result or a number. Over one or more: {', '.join(FOLDING)}. Of two: {', '.join(PAIRING)}; the "
        f"new or larger one stands first. Of two or more: {', '.join(JOINING)}.",
    ),
    "verify": (
        "verify A %F > B",
        "Also = != < >= <=. A is a thing or a result, B a value, a number, a period, a thing or a result. %F is "
        "left out where A is a table. A period may follow. Over a set or a table the members stay for which it holds.",
    ),
    "finish": (
        "finish A ...",
        f"Row #{N_ROWS}, and there alone. The first result is the answer, the others its evidence. `finish` "
        "alone says that the facts cannot answer.",
    ),
}
_EXAMPLES = (
    (
        "Which landlocked country has the most people?",
        ("@1 class country: landlocked countries", "%1 population", "%2 area"),
        ("search @1", "lookup #1 %1", "calculate argmax #2"),
        "finish #3",
    ),
    (
        "Did any chemistry laureate born in Hungary live past 90?",
        (
            "@1 class laureate: chemistry laureates", "@2 country: Hungary", "@3 number: 90",
            "%1 age at death", "%2 birth country",
        ),
        ("search @1", "verify #1 %2 = @2", "verify #2 %1 > @3"),
        "finish #3",
    ),
    (
        "特斯拉2024年的营收比2022年增长了多少？",
        ("@1 company: 特斯拉", "@2 period year: 2024", "@3 period year: 2022", "%1 营收", "%2 净利润"),
        ("lookup @1 %1 @2", "lookup @1 %1 @3", "calculate growth #1 #2"),
        "finish #3",
    ),
)  # fmt: skip


def messages(brief: Brief, notes: Sequence[Contradiction] = ()) -> tuple[Message, ...]:
    """The conversation whose next answer is the canvas."""
    return Message("system", system()), Message("user", "\n".join(_asked(brief, notes)))


def fallback(said: Iterable[Message]) -> str:
    """The same as one text, for checkpoints without a chat template."""
    return "\n\n".join([*(message.content for message in said), "The plan:\n"])


def system() -> str:
    """The task, the same for every question."""
    return "\n".join(
        [
            "You plan how a question is answered from a table of facts. You do not answer it: you write a plan "
            "of tool calls, and the tools find the values.",
            "",
            f"A plan has {N_ROWS} rows. Rows #1 to #{_LAST} hold one call each, or the word unused; used rows "
            f"come first. Row #{N_ROWS} is finish. The words of a call are:",
            "#1  the result of row 1; a row may use the results of rows before it",
            "@1  what the question mentions: a thing, a class, a value, a number, a period or a source",
            "%1  a field of the facts",
            "Symbols are listed with the question; there are no others. A result is a set of things, a table of "
            "values, a single value, or a verdict, and every tool takes what another one gives.",
            "",
            "Tools and their rows:",
            *_tools(),
            "",
            "Use as few rows as will do. Examples:",
            *(line for example in _EXAMPLES for line in ("", *_example(*example))),
        ]
    )


def _tools() -> Iterator[str]:
    for tool in TOOLS:
        row, how = _ROWS[tool.name]
        yield f"{tool.signature}: {tool.summary}."
        yield f"  {row}  {how}"


def _example(
    question: str, symbols: Sequence[str], calls: Sequence[str], ending: str
) -> Iterator[str]:
    yield f"Question: {question}"
    yield from symbols
    unused = ["unused"] * (_LAST - len(calls))
    yield from (f"#{n} {row}" for n, row in enumerate((*calls, *unused, ending), 1))


def _asked(brief: Brief, notes: Sequence[Contradiction]) -> Iterator[str]:
    yield f"Question: {brief.question.strip()}"
    yield f"With symbols: {brief.text}"
    yield from map(_listed, brief.pointers)
    if may_quote_things(brief):
        yield 'Nothing in it was recognised. Name a thing in quotes: search "NAME", lookup "NAME" %1.'
    if may_quote_fields(brief):
        yield 'No field was recognised. Name it in quotes: lookup @1 "FIELD".'
    yield from map(_mended, notes)
    yield "Write the plan."


def _listed(pointer: Pointer) -> str:
    if kind_group(pointer) == "field":
        return f"{pointer.symbol} {pointer.label}"
    return f"{pointer.symbol} {pointer.kind}: {pointer.label}"


def _mended(note: Contradiction) -> str:
    """What a row came to, and what may stand there instead."""
    said = f"Row #{note.row} was tried before and came back {note.status}"
    said += f"; not again: {' '.join(note.banned)}" if note.banned else ""
    return said + (f"; instead: {' '.join(p.symbol for p in note.offers)}." if note.offers else ".")
