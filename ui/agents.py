"""How the command line reaches the agents: settings from options, a runner from settings."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from agent.settings import Settings, load
from agent.types import Language, RunResult

if TYPE_CHECKING:
    from agent.runner import Runner
    from tools.types import Tools
    from ui.reporting import ReportWriter

_WENT_WRONG = {"failed", "stopped"}


def settings_of(args: Namespace) -> Settings:
    """The settings with what the command line says on top."""
    given: Mapping[str, object] = {
        "model": args.model,
        "ar_model": args.ar_model,
        "lang": args.lang,
        "seed": args.seed,
        "budget.max_turns": args.max_turns,
        "budget.max_calls": args.max_calls,
        "budget.max_seconds": args.max_seconds,
        "budget.max_tokens": args.max_tokens,
        "cache_dir": args.cache,
        "state_dir": args.state,
        "documents": args.documents,
        **_web(args),
    }
    return load(given)


def _web(args: Namespace) -> Mapping[str, object]:
    """How far the web is open: recording asks it, replaying does not."""
    folder = args.record or args.replay
    return {
        "web.egress": "public" if args.online or args.record else None,
        "web.recording": "record" if args.record else "replay" if args.replay else None,
        "web.recording_dir": folder,
    }


@contextmanager
def runner_for(settings: Settings) -> Iterator[Runner]:
    """The agents of these settings: the one place where the command line reaches them."""
    from agent.factory import runner

    with closing(runner(settings)) as made:
        yield made


def writer_for(runner: Runner, settings: Settings) -> ReportWriter:
    """The report writer over those agents' runs."""
    from agent.factory import facts
    from ui.reporting import ReportWriter, chinese_names

    store = facts(settings.cache_dir)
    return ReportWriter(runner, runner.kit.toolbox, lambda: chinese_names(store))


def tools_for(settings: Settings) -> Tools:
    """The tools alone, without a planner: those on the bundled facts, or with the world that the settings open."""
    from agent.factory import facts, kit
    from tools.reach import Errand
    from tools.toolbox import Toolbox

    if settings.world_options.is_bundled_only:
        return Toolbox(facts(settings.cache_dir))
    shared = kit(settings)
    return shared.world.open(Errand())[0] if shared.world else shared.toolbox


def language_of(args: Namespace, question: str) -> Language:
    """The language asked for, else the question's."""
    from agent.runner import language_of as language_of_question

    chosen: Language | None = args.lang
    return chosen or language_of_question(question)


def code_of(results: Sequence[RunResult]) -> int:
    """0 where every run answered or honestly could not, 1 where one failed or was stopped."""
    return int(any(result.status in _WENT_WRONG for result in results))
