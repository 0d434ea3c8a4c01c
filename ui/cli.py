"""The command line. Starts fast: whatever a command needs is imported when it runs.

Exit codes: 0 answered or abstained, 1 failed, 2 bad usage, 130 interrupted. Errors are one line that
names the value, the limit and the remedy. With `--json` standard output holds one object and nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

ARMS = ("diffusion", "ar-plan", "ar-react")
LANGUAGES = ("en", "zh")
_INTERRUPTED, _BROKEN_PIPE = 130, 141


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Complain and leave."""
        self.exit(2, f"palimpsest: {message}; see '{self.prog} --help'\n")


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    root = _Parser(
        prog="palimpsest",
        description="A research agent that drafts its whole plan at once, runs it, and rewrites only "
        "what the evidence contradicts.",
        epilog="Every command has its own --help.",
    )
    commands = root.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )
    _add_ask(commands)
    _add_compare(commands)
    _add_report(commands)
    _add_bench(commands)
    _add_tour(commands)
    _add_ui(commands)
    _add_doctor(commands)
    _add_mcp(commands)
    return root


Commands = Any  # argparse has no public name for what add_subparsers gives


def _add_ask(commands: Commands) -> None:
    command = commands.add_parser("ask", help="answer a question", parents=[_shared(), _json()])
    command.add_argument("question", metavar="QUESTION")
    _add_arm(command)


def _add_compare(commands: Commands) -> None:
    command = commands.add_parser(
        "compare", help="let several arms answer the same question", parents=[_shared(), _json()]
    )
    command.add_argument("question", metavar="QUESTION")
    _add_arms(command)


def _add_report(commands: Commands) -> None:
    command = commands.add_parser(
        "report", help="answer a question with a document", parents=[_shared(), _json()]
    )
    command.add_argument("question", metavar="TASK")
    command.add_argument("--out", default="out", metavar="DIR", help="folder for the files (out)")
    command.add_argument(
        "--format", default="pdf", metavar="LIST", help="any of pdf,html,md,docx,json (pdf)"
    )
    _add_arm(command)


def _add_bench(commands: Commands) -> None:
    command = commands.add_parser(
        "bench",
        help="accuracy and cost of the arms on a file of tasks",
        parents=[_shared(), _json()],
    )
    command.add_argument("tasks", metavar="TASKS.jsonl")
    _add_arms(command)
    command.add_argument("--limit", type=_positive, metavar="N", help="only the first N tasks")
    command.add_argument(
        "--out", metavar="DIR", help="keep every run in DIR/runs.jsonl, and the tables beside it"
    )
    command.add_argument(
        "--latency", type=_seconds, default=0.0, metavar="SECONDS",
        help="let search, lookup and verify wait so long, as services on the web do (0)",
    )  # fmt: skip
    command.add_argument(
        "--steps", type=_counts, metavar="LIST",
        help="instead: the diffusion arm at each of these caps on denoise steps, e.g. 1,2,4,8,16",
    )  # fmt: skip


def _add_tour(commands: Commands) -> None:
    command = commands.add_parser(
        "tour",
        help="both agents work on the bundled tasks; comparison and report",
        parents=[_shared()],
    )
    command.add_argument("--out", default="out", metavar="DIR", help="folder for the report (out)")
    command.add_argument(
        "--pace", type=_seconds, default=0.05, metavar="SECONDS",
        help="keep each canvas in view so long on a terminal; measured times are unaffected (0.05)",
    )  # fmt: skip
    _add_arms(command)


def _add_ui(commands: Commands) -> None:
    command = commands.add_parser("ui", help="serve the page", parents=[_shared()])
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=_port, default=7860, help="port to listen on (7860)")


def _add_doctor(commands: Commands) -> None:
    command = commands.add_parser(
        "doctor", parents=[_shared(), _json()],
        help="what this machine has, and what works without the rest; with --model, what a checkpoint "
        "is and needs",
    )  # fmt: skip
    command.add_argument(
        "--context", type=_positive, metavar="N",
        help="with --model: how many tokens to reckon memory for (4096, or fewer if it was made for fewer)",
    )  # fmt: skip


def _add_mcp(commands: Commands) -> None:
    commands.add_parser(
        "mcp", parents=[_shared()],
        help="offer the tools to other programs, over standard input and output (MCP)",
    )  # fmt: skip


def _shared() -> argparse.ArgumentParser:
    """Options of every command; those left out take their value from the settings."""
    options = _Parser(add_help=False)
    options.add_argument("--model", metavar="NAME|DIR|URL", help="the planner (embedded)")
    options.add_argument("--ar-model", metavar="NAME|DIR|URL", help="the planner of the AR arms")
    options.add_argument("--lang", choices=LANGUAGES, help="language of answers (the question's)")
    options.add_argument("--seed", type=int, help="seed of all sampling (0)")
    options.add_argument("--max-turns", type=_positive, metavar="N", help="cap on turns of a run")
    options.add_argument(
        "--max-calls", type=_positive, metavar="N", help="cap on tool calls of a run"
    )
    options.add_argument(
        "--max-seconds", type=_seconds, metavar="S", help="cap on seconds of a run"
    )
    options.add_argument(
        "--max-tokens", type=_positive, metavar="N", help="cap on tokens that a run's model writes"
    )
    _add_world(options)
    options.add_argument("--cache", metavar="DIR", help="where the built facts are kept")
    options.add_argument("--state", metavar="DIR", help="where the logs of runs are kept")
    return options


def _add_world(options: argparse.ArgumentParser) -> None:
    """What a run may use beside the bundled facts."""
    options.add_argument(
        "--online", action="store_true", help="look on the web for what the facts do not know (off)"
    )
    options.add_argument(
        "--documents", metavar="DIR", help="search a folder of txt, md, html, pdf and csv files too"
    )
    tape = options.add_mutually_exclusive_group()
    tape.add_argument(
        "--record", metavar="DIR", help="--online, and keep every answer of the web in DIR"
    )
    tape.add_argument(
        "--replay", metavar="DIR", help="take the web's answers from DIR; nothing is asked"
    )


def _json() -> argparse.ArgumentParser:
    options = _Parser(add_help=False)
    options.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    return options


def _add_arm(command: argparse.ArgumentParser) -> None:
    command.add_argument("--arm", type=_arm, default=ARMS[0], help=f"{', '.join(ARMS)} ({ARMS[0]})")


def _add_arms(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--arms", type=_arms, default=ARMS[:2], metavar="A,B,...", help=f"any of {', '.join(ARMS)}"
    )


def _arm(text: str) -> str:
    if text not in ARMS:
        raise argparse.ArgumentTypeError(f"unknown arm {text!r}; choose from {', '.join(ARMS)}")
    return text


def _arms(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_arm(part.strip()) for part in text.split(",")))


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _counts(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_positive(part.strip()) for part in text.split(",")))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to 86400")
    return seconds


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; ports go from 1 to 65535")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    _never_fail_to_print()
    args = parser().parse_args(arguments)
    complaints = import_module("ui.complaints")
    try:
        code = int(import_module("ui.commands").COMMANDS[args.command](args))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _leave_the_pipe()
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        print("palimpsest: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except complaints.KNOWN as error:
        print(f"palimpsest: {complaints.in_a_line(error)}", file=sys.stderr)
        return int(complaints.exit_code(error))


def _leave_the_pipe() -> None:
    """Nobody reads any more: what is left in the buffer goes nowhere, without a complaint."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _never_fail_to_print() -> None:
    """A terminal without Unicode shows stand-ins; it does not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
