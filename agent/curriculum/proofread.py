"""Check the language files: what breaks their rules, what is wanted, how it sounds, what is never linked.

`python -m agent.curriculum.proofread`
`python -m agent.curriculum.proofread --lang zh --show 60 --seed 3`
`python -m agent.curriculum.proofread --lang en --unlinked`
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator

from agent.curriculum.linkable import LineCheck
from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.spec import complaints, missing
from agent.curriculum.speech import Speech
from agent.curriculum.stream import tasks
from agent.curriculum.world import World
from agent.link import Linker
from agent.types import Language
from tools.facts.store import FactStore

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def checked(store: FactStore, lang: Language) -> Iterator[str]:
    """The lines of the check: errors first, then what is short."""
    fields = {field.id: field for field in store.fields()}
    book = Phrasebook(lang)
    errors = list(complaints(book, fields))
    yield from (f"ERROR {error}" for error in errors)
    short = list(missing(book, fields))
    yield from (f"{lang} short: {name}: {n} of {wanted}" for name, n, wanted in short)
    n_ways = 0 if errors else sum(p.n_ways for held in book.frames.values() for p in held)
    n_lines = sum(len(phrases) for phrases in book.frames.values())
    n_said = sum(len(p) for held in book.fields.values() for p in held.values())
    yield (
        f"{lang}: {n_lines} lines of frames ({n_ways} ways), {n_said} of fields; "
        f"{len(errors)} errors, {len(short)} lists are short"
    )


def shown(store: FactStore, lang: Language, count: int, seed: int) -> Iterator[str]:
    """Random questions as people would see them."""
    stream = tasks(World(store, held_out=False), Speech(store), seed)
    wanted = (task for task in stream if task.lang == lang)
    for task in itertools.islice(wanted, count):
        yield f"[{task.family}] {task.question}"


def unlinked(store: FactStore, lang: Language) -> Iterator[str]:
    """Lines whose field the linker does not offer."""
    for field_id, role, line, sentence in LineCheck(
        store, Linker(store), Speech(store), lang
    ).unlinked():
        yield f"{lang}: {field_id}: {role}: {line!r} as in: {sentence}"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Check the language files of the curriculum.")
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument("--show", type=int, metavar="N", help="print N random questions instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unlinked", action="store_true", help="print lines that never link")
    args = parser.parse_args()
    store = FactStore.open()
    for lang in (args.lang,) if args.lang else LANGUAGES:
        if args.show:
            lines = shown(store, lang, args.show, args.seed)
        else:
            lines = unlinked(store, lang) if args.unlinked else checked(store, lang)
        sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
