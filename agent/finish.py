"""End a run: an answer that points at its evidence, or an honest word on what could not be established.

Guarantees: an answer rests on rows that all stand, and every fact that decides it is cited. Does not
guarantee: that all facts behind a long way to the answer are listed; those beyond the limit are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from agent import plan as canvas
from agent.asked import asked_unit, in_unit
from agent.citing import citation
from agent.deps import Deps
from agent.draft import plan_rows
from agent.gate import cleared, evident_addresses, stated_numbers, unvouched
from agent.journal import Journal
from agent.state import RunState
from agent.types import (
    N_ROWS,
    Budget,
    Language,
    Metrics,
    Plan,
    RowStatus,
    RunNote,
    RunResult,
    Status,
)
from agent.wording import answer_text, plain_value, say, summary
from tools.evidence import behind
from tools.types import (
    Answer,
    Entities,
    Fact,
    Failed,
    Note,
    Passages,
    Scalar,
    Table,
    Truth,
    Value,
    Verdict,
)

__all__ = ["MAX_CITATIONS", "citation", "failed", "finish", "measured"]

MAX_CITATIONS = 40


def finish(state: RunState, deps: Deps) -> RunState:
    """The state with the run's result."""
    found = _answer(state, deps)
    if isinstance(found, Answer) and _says_something(found.value):
        result = _answered(state, deps, found)
    else:
        missing = (found.detail,) if isinstance(found, Failed) and found.detail else ()
        result = _unanswered(replace(state, gaps=(*state.gaps, *missing)), deps)
    deps.journal.settle(state.observed)
    return replace(state, result=result)


def failed(state: RunState, reason: str, metrics: Metrics) -> RunResult:
    """The result of a run that broke."""
    text = say("failed", state.answer_lang, reason=reason)
    return RunResult(
        question=state.question, arm=state.arm, status="failed", answer=text, metrics=metrics
    )


def _answer(state: RunState, deps: Deps) -> Answer | Failed | None:
    """What `finish` hands over, once everything that it rests on stands."""
    if state.plan is None or not state.is_complete or not _stands(state.plan):
        return None
    ending = canvas.row_of(state.plan, N_ROWS)
    if ending is None:
        return None
    needed = canvas.references(ending)
    values = {index: deps.journal.value(state.observed[index]) for index in needed}
    observation = deps.toolbox.run(canvas.call(ending, state.linked, values))
    return observation if isinstance(observation, Answer | Failed) else None


def _stands(plan: Plan) -> bool:
    """Whether the ending names rows, and every row it rests on and every claim in passing holds."""
    ending = canvas.row_of(plan, N_ROWS)
    if ending is None or not canvas.references(ending):
        return False
    needed = set(canvas.references(ending))
    for row in reversed(plan.rows):
        if row.index in needed:
            needed |= set(canvas.references(row))
    present = {row.index: row.status for row in plan.rows}
    claims = (row for row in plan.rows if row.tool == "verify")
    return all(present.get(index) is RowStatus.OK for index in needed) and not any(
        row.status is RowStatus.CONTRADICTED for row in claims
    )


def _says_something(value: Value) -> bool:
    match value:
        case (
            Entities(members=())
            | Table(measures=())
            | Passages(members=())
            | Verdict(truth=Truth.UNKNOWN)
        ):
            return False
    return True


def _answered(state: RunState, deps: Deps, answer: Answer) -> RunResult:
    asked = in_unit(answer.value, asked_unit(state.question))
    value, unit = plain_value(asked)
    facts = _deciding(answer, state, deps)
    missing = unvouched(answer.value, _established(state, deps), stated_numbers(state.linked))
    said = answer_text(asked, state.answer_lang) + _marked(missing, state.answer_lang)
    known = evident_addresses(facts, state.question)
    return _result(
        state,
        deps,
        status="answered",
        answer=cleared(said, known, state.answer_lang),
        value=cleared(value, known, state.answer_lang),
        unit=unit,
        citations=[citation(n, fact) for n, fact in enumerate(facts, 1)],
        unverified=list(missing),
    )


def _marked(missing: Sequence[str], lang: Language) -> str:
    """What is said of numbers without evidence; nothing where there are none."""
    return say("unverified", lang, numbers=say("comma", lang).join(missing)) if missing else ""


def _established(state: RunState, deps: Deps) -> list[Value]:
    """The values of the plan's rows in order."""
    keys = [state.observed[r.index] for r in state.drafted.rows if r.index in state.observed]
    found = (deps.journal.outcomes[key].observation for key in keys)
    return [value for value in found if not isinstance(value, Failed | Answer)]


def _unanswered(state: RunState, deps: Deps) -> RunResult:
    lang = state.answer_lang
    gaps = say("semicolon", lang).join(dict.fromkeys(state.gaps))
    if state.halt and state.halt != "gap":
        limit = _limit(deps.limits.budget, state.halt)
        text = say(state.halt, lang, limit=limit, gaps=gaps) + _so_far(state, deps)
        return _result(state, deps, status="stopped", answer=_read_only(text, state, deps))
    if not state.gaps:
        return _result(state, deps, status="abstained", answer=say("unplanned", lang))
    text = _read_only(say("gap", lang, gaps=gaps), state, deps)
    return _result(state, deps, status="abstained", answer=text)


def _read_only(text: str, state: RunState, deps: Deps) -> str:
    """The text without addresses that nothing which the run has read leads to."""
    facts = _facts_of(outcome.observation for outcome in deps.journal.outcomes.values())
    return cleared(text, evident_addresses(facts, state.question), state.answer_lang)


def _limit(budget: Budget, halt: str) -> str:
    caps = {
        "turns": budget.max_turns,
        "calls": budget.max_calls,
        "seconds": budget.max_seconds,
        "tokens": budget.max_tokens,
    }
    return f"{caps.get(halt, 0):,.10g}"


def _so_far(state: RunState, deps: Deps) -> str:
    """What the rows that stand have established."""
    lang = state.answer_lang
    known = [
        summary(deps.journal.outcomes[state.observed[row.index]].observation, lang)
        for row in (state.plan.rows if state.plan else ())
        if row.status is RowStatus.OK and row.index in state.observed
    ]
    if not known:
        return say("nothing yet", lang)
    return say("so far", lang, rows=say("semicolon", lang).join(known))


def _result(state: RunState, deps: Deps, *, status: Status, **content: object) -> RunResult:
    rows = plan_rows(state.plan, state.linked) if state.plan and state.brief else []
    shown = [row.model_copy(update=_ended(row.tool, status)) for row in rows]
    return RunResult.model_validate(
        {
            "question": state.question,
            "arm": state.arm,
            "status": status,
            "plan": shown,
            "metrics": measured(state.metrics, deps.journal, deps.reporter.elapsed()),
            "notes": [_run_note(note, state, deps) for note in deps.journal.notes],
            **content,
        }
    )


def _ended(tool: str, status: Status) -> Mapping[str, str]:
    return {"status": str(RowStatus.OK)} if tool == "finish" and status == "answered" else {}


def measured(metrics: Metrics, journal: Journal, seconds: float) -> Metrics:
    """The run's cost, with what the tools, the model's verdicts and the clock say."""
    judged = journal.judged
    return metrics.model_copy(
        update={
            "forwards": metrics.forwards + judged.forwards,
            "denoise_steps": metrics.denoise_steps + judged.denoise_steps,
            "new_tokens": metrics.new_tokens + judged.new_tokens,
            "tool_calls": journal.started,
            "tool_seconds": round(journal.seconds, 6),
            "model_seconds": round(metrics.model_seconds + judged.seconds, 6),
            "seconds": round(seconds, 6),
            "web_calls": journal.spent.calls,
            "web_bytes": journal.spent.bytes,
            "web_seconds": round(journal.spent.seconds, 6),
        }
    )


def _run_note(note: Note, state: RunState, deps: Deps) -> RunNote:
    """A note as users see it: an address in a warning about it is not repeated."""
    text = _read_only(note.text, state, deps)
    return RunNote(kind=str(note.kind), about=note.about, text=text)


def _deciding(answer: Answer, state: RunState, deps: Deps) -> list[Fact]:
    """The facts of the answer, all of them; then those of the rows before it, while there is room."""
    facts = _once(behind(answer.value))
    rows = reversed(state.drafted.rows)
    keys = (state.observed[row.index] for row in rows if row.index in state.observed)
    before = _facts_of(deps.journal.outcomes[key].observation for key in keys)
    return _once([*facts, *answer.facts, *before])[: max(MAX_CITATIONS, len(facts))]


def _facts_of(observations: Iterable[object]) -> Iterator[Fact]:
    for observation in observations:
        if isinstance(observation, Entities | Table | Scalar | Verdict | Passages):
            yield from behind(observation)


def _once(facts: Iterable[Fact]) -> list[Fact]:
    return list({fact.id: fact for fact in facts}.values())
