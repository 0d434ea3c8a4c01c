"""The graph of a run: link, draft, act, check, and revise or finish. The only importer of langgraph.

Guarantees: every node's outcome is on disk before the next node begins, so that a run goes on where it was
killed. Does not guarantee: that a node which was interrupted did nothing; calls are kept by the journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agent import codec
from agent.act import act
from agent.check import check
from agent.draft import draft
from agent.events import PointerView, QuestionLinked
from agent.finish import finish
from agent.revise import revise
from agent.state import Deps, RunState

Node = Callable[[RunState, Deps], RunState]
_NODES_A_TURN = 4


def link(state: RunState, deps: Deps) -> RunState:
    """The state with the question linked to the facts."""
    brief = deps.linker.link(state.question)
    pointers = [PointerView(symbol=p.symbol, kind=p.kind, label=p.label) for p in brief.pointers]
    deps.reporter.say(QuestionLinked, text=brief.text, pointers=pointers)
    return replace(state, brief=brief)


def after_draft(state: RunState) -> str:
    """Act on what was drafted, unless the run has to end."""
    return "finish" if state.halt else "act"


def after_check(state: RunState) -> str:
    """Revise what is contradicted, write on where a plan is not complete, else finish."""
    if state.halt:
        return "finish"
    if state.notes:
        return "revise"
    return "finish" if state.is_complete else "draft"


def after_revise(state: RunState) -> str:
    """Draft what was opened, unless nothing is left to try."""
    return "finish" if state.halt else "draft"


def build() -> StateGraph[RunState, Deps]:
    """The graph, the same for every arm."""
    graph = StateGraph(RunState, context_schema=Deps)
    for node in (link, draft, act, check, revise, finish):
        graph.add_node(node.__name__, _adapted(node))
    graph.add_edge(START, "link")
    graph.add_edge("link", "draft")
    graph.add_conditional_edges("draft", after_draft, ["act", "finish"])
    graph.add_edge("act", "check")
    graph.add_conditional_edges("check", after_check, ["revise", "draft", "finish"])
    graph.add_conditional_edges("revise", after_revise, ["draft", "finish"])
    graph.add_edge("finish", END)
    return graph


def _adapted(node: Node) -> Any:
    """A node as the graph calls it: only what it changed is written."""

    def run(state: RunState, runtime: Runtime[Deps]) -> dict[str, object]:
        after = node(state, runtime.context)
        names = (f.name for f in fields(RunState))
        return {n: getattr(after, n) for n in names if getattr(after, n) is not getattr(state, n)}

    return run


class _Values(SerializerProtocol):
    """Checkpoints hold a run's values as JSON, and reading one can build nothing else."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """The text of what langgraph keeps; an error is kept as its description."""
        kept = repr(obj) if isinstance(obj, BaseException) else obj
        return "json", codec.encode(kept).encode()

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """What was kept."""
        return codec.decode(data[1])


@contextmanager
def _checkpointer(path: Path) -> Iterator[SqliteSaver]:
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        connection.execute("pragma synchronous=normal")
        yield SqliteSaver(connection, serde=_Values())


def run_graph(start: RunState, deps: Deps, checkpoint: Path) -> RunState:
    """Run to the end, from the checkpoint where there is one."""
    with _checkpointer(checkpoint) as saver:
        graph = build().compile(checkpointer=saver)
        config: Any = {
            "configurable": {"thread_id": deps.reporter.run},
            "recursion_limit": _NODES_A_TURN * (deps.limits.budget.max_turns + 2),
        }
        is_begun = bool(graph.get_state(config).values)
        given = None if is_begun else start
        values = graph.invoke(given, config, context=deps, durability="sync")
    return RunState(**values)
