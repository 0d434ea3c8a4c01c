"""finish(answer): the value that answers the question, in words, with everything it rests on."""

from __future__ import annotations

from tools.calculation.calculate import operand
from tools.catalogue import Catalogue
from tools.evidence import behind, distinct
from tools.failures import CallFailed
from tools.references import SYMBOL, bound
from tools.types import (
    Answer,
    Binding,
    Call,
    Entities,
    Passages,
    Reason,
    Scalar,
    Table,
    Value,
    Verdict,
)
from tools.values.wording import say


def finish(catalogue: Catalogue, call: Call) -> Answer:
    """Run a finish call: the first symbol is the answer, all of them are its evidence."""
    text = call.args["answer"].strip()
    named = [bound(symbol, call.bindings) for symbol in dict.fromkeys(SYMBOL.findall(text))]
    values = [_value(catalogue, each) for each in named] or [_stated(text)]
    facts = distinct(fact for value in values for fact in behind(value))
    return Answer(say(values[0]), values[0], facts)


def _value(catalogue: Catalogue, binding: Binding) -> Value:
    """The value of a symbol as it is, so that a looked-up scalar keeps its series."""
    if isinstance(binding, Entities | Table | Scalar | Verdict | Passages):
        return binding
    return operand(catalogue, binding)


def _stated(text: str) -> Scalar:
    """Words that name no row: an answer without evidence."""
    if not text:
        raise CallFailed(Reason.BAD_EXPRESSION, "the answer is empty; name a row such as #1")
    return Scalar(text)
