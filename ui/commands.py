"""What each command does. Results go to standard output, progress to standard error."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import Progress

from agent.errors import RunError
from agent.types import Language
from ui.agents import code_of, language_of, runner_for, settings_of, tools_for, writer_for
from ui.complaints import UsageError

if TYPE_CHECKING:
    from ui.doctor import Finding
    from ui.watch import Watch

_PIPE_WIDTH = 200


def watch_for(args: Namespace, lang: Language, pace: float = 0.0) -> Watch:
    """A watch on standard error, quiet where the output is for programs."""
    from ui.watch import Watch

    is_quiet = getattr(args, "json", False)
    return Watch(Console(stderr=True), lang, pace, is_quiet=is_quiet)


def ask(args: Namespace) -> int:
    """Answer a question."""
    from ui.console import answer, signs_for

    question = _checked(args.question)
    with runner_for(settings_of(args)) as runner:
        watch = watch_for(args, language_of(args, question))
        [done] = watch.run(runner, question, [args.arm])
    if args.json:
        _print_json(done.result.model_dump(mode="json"))
    else:
        console = _output()
        console.print(answer(done.result, signs_for(console)), highlight=False)
    return code_of([done.result])


def compare(args: Namespace) -> int:
    """Let several arms answer a question."""
    from ui.console import comparison

    question = _checked(args.question)
    with runner_for(settings_of(args)) as runner:
        watch = watch_for(args, language_of(args, question))
        results = [done.result for done in watch.run(runner, question, args.arms)]
    if args.json:
        runs = [result.model_dump(mode="json") for result in results]
        _print_json({"question": question, "runs": runs})
    else:
        console = _output()
        for result in results:
            console.print(f"{result.arm}: {result.answer}", markup=False, highlight=False)
        console.print()
        console.print(comparison(results))
    return code_of(results)


def report(args: Namespace) -> int:
    """Answer a question with a document."""
    from ui.export.write import formats, ready, write

    asked, folder, said = formats(args.format), ready(Path(args.out)), _checked(args.question)
    settings, lang = settings_of(args), language_of(args, said)
    question = _as_request(said, lang)
    with runner_for(settings) as runner:
        [done] = watch_for(args, lang).run(runner, question, [args.arm])
        if done.result.status == "failed":
            raise RunError(done.result.answer)
        made = writer_for(runner, settings).report(done.run_id, lang, date.today().isoformat())
    paths = write(made, folder, asked)
    if args.json:
        files = [str(path) for path in paths]
        _print_json({"question": question, "status": done.result.status, "files": files})
    else:
        sys.stdout.write("".join(f"{path}\n" for path in paths))
    return code_of([done.result])


def _as_request(said: str, lang: str) -> str:
    """A bare topic ("Tesla 2025Q3") as the request that it is; a question stays as it was asked."""
    from agent.link import REPORT_WORDS

    if REPORT_WORDS.search(said) or said.rstrip().endswith(("?", "？")):
        return said
    return f"写一份{said}报告。" if lang == "zh" else f"Write a report on {said}."


def bench(args: Namespace) -> int:
    """Measure the arms on a file of tasks."""
    from agent.bench import read_tasks
    from ui.benching import compared, swept
    from ui.export.write import ready

    tasks = read_tasks(Path(args.tasks), args.limit)
    folder = ready(Path(args.out)) if args.out else None
    n_runs = len(tasks) * len(args.steps or args.arms)
    with _counted(n_runs, Console(stderr=True)) as count:
        settings = settings_of(args)
        if args.steps:
            measured = swept(settings, tasks, args.steps, folder, count)
        else:
            measured = compared(settings, tasks, args.arms, folder, count, args.latency)
    if args.json:
        _print_json(measured.content)
    else:
        sys.stdout.write(measured.tables)
    return 0


@contextmanager
def _counted(total: int, console: Console) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal; nothing elsewhere."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        runs = progress.add_task("runs", total=total)
        yield lambda: progress.advance(runs)


def tour(args: Namespace) -> int:
    """Both agents on the bundled tasks."""
    from ui.tour import travel

    return travel(args)


def ui(args: Namespace) -> int:
    """Serve the page until interrupted."""
    from ui.app import serve
    from ui.serving import PortBusyError

    settings = settings_of(args)
    with runner_for(settings) as runner:
        try:
            writer = writer_for(runner, settings)
            lang: Language = args.lang or "en"
            serve(runner, writer, lang, args.host, args.port, _announce)
        except PortBusyError as error:
            raise UsageError(str(error)) from error
    return 0


def doctor(args: Namespace) -> int:
    """Say what this machine has, or what a checkpoint is and needs."""
    from ui.checkup import Checkup
    from ui.console import finding_line, signs_for

    console, found = _output(), []
    checkup = Checkup(args.model, args.context) if args.model else None
    for finding in checkup.findings() if checkup else _examined(args):
        found.append(finding)
        if not args.json:
            console.print(finding_line(finding, signs_for(console)), highlight=False)
    if args.json:
        figures = {"model": checkup.figures} if checkup else {}
        _print_json({"findings": [finding.as_json() for finding in found], **figures})
    return int(any(finding.is_needed and finding.state != "ok" for finding in found))


def _examined(args: Namespace) -> Iterator[Finding]:
    """This machine; where the command line opens the world, every way out as well."""
    from ui.doctor import examine
    from ui.reaching import examine_online

    settings = settings_of(args)
    yield from examine(settings)
    if args.online or args.documents or args.record or args.replay:
        yield from examine_online(settings)


def mcp(args: Namespace) -> int:
    """Offer the tools to another program until it hangs up."""
    from ui.mcp import serve

    settings = settings_of(args)
    serve(tools_for(settings), is_online=settings.world_options.has_web)
    return 0


COMMANDS: Final[dict[str, Callable[[Namespace], int]]] = {
    "ask": ask,
    "compare": compare,
    "report": report,
    "bench": bench,
    "tour": tour,
    "ui": ui,
    "doctor": doctor,
    "mcp": mcp,
}


def _checked(question: str) -> str:
    from agent.runner import checked_question

    return checked_question(question)


def _announce(address: str) -> None:
    """Say where the page is, once it can be opened."""
    _output().print(f"The page is at {address} (Ctrl+C ends it)", markup=False, highlight=False)


def _output() -> Console:
    """Standard output; in a pipe lines are never broken."""
    console = Console()
    return console if console.is_terminal else Console(width=_PIPE_WIDTH)


def _print_json(content: object) -> None:
    """One object; escaped where the terminal could not show it."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    text = json.dumps(content, ensure_ascii=encoding != "utf8", indent=2)
    sys.stdout.write(f"{text}\n")
