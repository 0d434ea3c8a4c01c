"""What a run looks like in a terminal: boards that fill in cell by cell, plain lines elsewhere.

A board shows the same fold over events as the page's panels. Guarantees: nothing here depends on
colour alone, and on a terminal without Unicode every sign has a plain stand-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agent.events import (
    AgentEvent,
    CallFinished,
    PlanContradicted,
    PlanDrafted,
    RunFinished,
    Warned,
)
from agent.types import NIL, Citation, Language, RunResult
from ui.doctor import Finding
from ui.panels.reading import pieces
from ui.panels.view import Cell, PanelView, PlanLine
from ui.words import say

MEASURES = (
    "seconds", "model_seconds", "tool_seconds", "forwards", "denoise_steps", "new_tokens", "turns",
    "tool_calls", "revisions", "backtracks", "invalid_calls",
)  # fmt: skip
_COLOURS = {"diffusion": "cyan", "ar-plan": "dark_orange3", "ar-react": "orange3"}
_STATUS_COLOURS = {
    "ok": "green", "running": "bold", "empty": "yellow", "contradicted": "dark_orange3",
    "failed": "red", "todo": "dim",
}  # fmt: skip
_SHOWN_CITATIONS = 12
_NOP = "nop"


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of a board, as rich as the terminal can show."""

    masked: str
    todo: str
    running: str
    ok: str
    empty: str
    contradicted: str
    failed: str
    revised: str
    dot: str

    def of(self, status: str) -> str:
        """The sign of a row's status."""
        return str(getattr(self, status, self.todo))


UNICODE = Signs("░░", "·", "▸", "✓", "∅", "✗", "!", "↺", "·")
PLAIN = Signs("__", ".", ">", "+", "0", "x", "!", "*", "-")


def signs_for(console: Console) -> Signs:
    """The signs that this console's encoding has."""
    try:
        "░▸✓∅✗↺·".encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return UNICODE


@dataclass(frozen=True, slots=True)
class Style:
    """How boards are drawn."""

    lang: Language
    signs: Signs
    width: int
    shows_answer: bool = True


def board(now: PanelView, arm: str, style: Style) -> Panel:
    """One arm's board."""
    rows = Table.grid(padding=(0, 1), expand=True)
    rows.add_column(width=1)
    rows.add_column(width=1)
    rows.add_column(ratio=3, overflow="ellipsis", no_wrap=True)
    rows.add_column(ratio=2, overflow="ellipsis", no_wrap=True, style="dim")
    for line in _lines(now, style.signs):
        rows.add_row(*line)
    parts: list[RenderableType] = [rows]
    parts += [
        Text(
            f"{style.signs.failed} {say(line.key, style.lang, **dict(line.values))}", style="yellow"
        )
        for line in now.warnings
    ]
    if now.result is not None and style.shows_answer:
        parts.append(Text(now.result.answer, style="bold"))
    return Panel(
        Group(*parts),
        title=Text(f" {say(_side(arm), style.lang)} {style.signs.dot} {arm} ", style="bold"),
        title_align="left",
        subtitle=Text(f" {_state(now, style)} "),
        subtitle_align="right",
        border_style=_COLOURS.get(arm, "white"),
        width=style.width,
    )


def _side(arm: str) -> str:
    return "diffusion" if arm == "diffusion" else "ar"


def _state(now: PanelView, style: Style) -> str:
    lang, parts = style.lang, [say(f"phase_{now.phase}", style.lang)]
    if now.run:
        forwards = now.result.metrics.forwards if now.result else len(now.forwards)
        parts += [f"{say('forwards', lang)} {forwards}", f"{say('turns', lang)} {now.turns}"]
        parts.append(f"{now.seconds:.2f} s")
    if now.revisions:
        parts.append(f"{style.signs.revised}{now.revisions}")
    return f" {style.signs.dot} ".join(parts)


def _lines(now: PanelView, signs: Signs) -> Iterator[tuple[Text, Text, Text, Text]]:
    """A line for each row of the plan that is in use or not yet decided."""
    planned = {line.row: line for line in now.plan}
    cells: dict[int, list[Cell]] = {}
    for cell in now.cells:
        cells.setdefault(cell.row, []).append(cell)
    is_writing = now.phase in ("drafting", "revising")
    for row in sorted({*planned, *cells}):
        if row in planned and not (is_writing and row in now.reopened):
            yield _planned(planned[row], now, signs)
        elif is_writing and _is_shown(cells.get(row, [])):
            yield _written(row, cells[row], now, signs)


def _planned(line: PlanLine, now: PanelView, signs: Signs) -> tuple[Text, Text, Text, Text]:
    style = _STATUS_COLOURS.get(line.status, "")
    call = Text(_called(line.tool, line.args, now))
    if line.revisions:
        call.append(f" {signs.revised}{line.revisions}", style="dark_orange3")
    if line.former:
        call.append(f" was {_called(line.former[0], line.former[1:], now)}", style="dim strike")
    return Text(str(line.row)), Text(signs.of(line.status), style=style), call, Text(line.summary)


def _called(tool: str, args: Sequence[str], now: PanelView) -> str:
    return f"{tool}({'; '.join(_said(arg, now) for arg in args if arg != NIL)})"


def _said(word: str, now: PanelView) -> str:
    """A word with its pointers spelled out."""
    return "".join(piece.text for piece in pieces(word, now.pointers))


def _is_shown(cells: Sequence[Cell]) -> bool:
    tool = next((cell for cell in cells if cell.column == 0), None)
    return tool is not None and tool.word != _NOP


def _written(
    row: int, cells: Sequence[Cell], now: PanelView, signs: Signs
) -> tuple[Text, Text, Text, Text]:
    """A row that is being written: its words so far, its masks, what was scraped off."""
    call = Text()
    for cell in sorted(cells, key=lambda cell: cell.column):
        if cell.column < 0 or cell.word == NIL:
            continue
        if cell.state == "masked":
            call.append(f"{signs.masked} ", style="dim")
        else:
            call.append(f"{_said(cell.word, now)} ", style="bold" if cell.column == 0 else "")
        if cell.ghost:
            call.append(f"{signs.revised} ", style="dark_orange3")
    return Text(str(row)), Text(signs.todo, style="dim"), call, Text("")


def event_line(event: AgentEvent, arm: str, forwards: int) -> str:
    """One event in one plain line, for logs and pipes; empty for what is too small to mention."""
    match event:
        case PlanDrafted(turn=turn, rows=rows):
            n = sum(row.tool != _NOP for row in rows)
            rows_said, cost = _counted(n, "row"), _counted(forwards, "forward")
            return f"[{arm}] turn {turn}: plan of {rows_said} after {cost}"
        case CallFinished(row=row, status=status, summary=summary):
            return f"[{arm}] row {row} {status}: {summary}"
        case Warned(topic=topic, about=about, text=text):
            return f"[{arm}] {topic}: {about}: {text}"
        case PlanContradicted(row=row, reason=reason, reopened=reopened):
            return f"[{arm}] row {row} contradicted: {reason}; {_counted(len(reopened), 'cell')} reopened"
        case RunFinished(result=result):
            return f"[{arm}] {result.status} in {result.metrics.seconds:.2f} s"
        case _:
            return ""


def _counted(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def comparison(results: Sequence[RunResult], title: str = "") -> Table:
    """What the arms cost, side by side; with two of them also how many times more the second took."""
    table = Table(
        title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False
    )
    table.add_column("")
    for result in results:
        table.add_column(result.arm, justify="right", style=_COLOURS.get(result.arm, ""))
    is_pair = len(results) == 2
    if is_pair:
        table.add_column(f"{results[1].arm} / {results[0].arm}", justify="right")
    table.add_row("status", *(result.status for result in results), *([""] * is_pair))
    for name in MEASURES:
        values = [float(getattr(result.metrics, name)) for result in results]
        ratio = [f"{values[1] / values[0]:.1f}×" if values[0] else "–"] if is_pair else []
        table.add_row(name.replace("_", " "), *(_number(value, name) for value in values), *ratio)
    return table


def _number(value: float, name: str) -> str:
    return f"{value:.3f}" if name.endswith("seconds") else f"{value:,.0f}"


def answer(result: RunResult, signs: Signs) -> RenderableType:
    """The answer, the facts it rests on, and one line on what it took."""
    cost = result.metrics
    foot = (
        f"{result.arm} {signs.dot} {result.status} {signs.dot} {_counted(cost.forwards, 'forward')} "
        f"{signs.dot} {_counted(cost.tool_calls, 'call')} {signs.dot} {cost.seconds:.2f} s"
    )
    lines = [Text(result.answer, style="bold")]
    lines += [Text(f"  {_cited(one, signs)}") for one in result.citations[:_SHOWN_CITATIONS]]
    if left := len(result.citations) - _SHOWN_CITATIONS:
        lines += (
            [Text(f"  and {left} more facts (--json lists all)", style="dim")] if left > 0 else []
        )
    lines += [
        Text(f"  {signs.failed} {note.kind}: {note.about}: {note.text}", style="yellow")
        for note in result.notes
    ]
    return Group(*lines, Text(foot, style="dim"))


def _cited(one: Citation, signs: Signs) -> str:
    parts = (one.entity, one.field.replace("_", " "), one.period, f"{one.value} {one.unit}".strip())
    said = f" {signs.dot} ".join(part for part in parts if part)
    return f"[{one.id}] {said} ({one.url or one.source})"


def stacked(boards: Iterable[Panel], console: Console) -> RenderableType:
    """The boards side by side where the terminal is wide enough, else one under the other."""
    shown = list(boards)
    if console.width < sum(panel.width or 0 for panel in shown) or len(shown) == 1:
        return Group(*shown)
    row = Table.grid()
    row.add_row(*shown)
    return row


def board_width(console: Console, n: int) -> int:
    """How wide each of `n` boards may be."""
    side_by_side = console.width // max(n, 1)
    return side_by_side if side_by_side >= 60 else max(console.width, 20)


def finding_line(finding: Finding, signs: Signs) -> Text:
    """What the doctor found, and where something is missing what works without it and the remedy."""
    sign = {"ok": signs.ok, "missing": signs.empty, "broken": signs.contradicted}[finding.state]
    style = {"ok": "green", "missing": "yellow", "broken": "red"}[finding.state]
    line = Text.assemble((f"{sign} ", style), (f"{finding.name:<13}", "bold"), finding.detail)
    if finding.state != "ok" and finding.without:
        line.append(f"\n{'':<15}works without it: {finding.without}", style="dim")
    if finding.state != "ok" and finding.remedy:
        line.append(f"\n{'':<15}remedy: {finding.remedy}", style="dim")
    return line
