"""Check the language files: what breaks their rules, and how far they are from what is wanted.

`python -m agent.curriculum.proofread`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from agent.curriculum.phrasebook import Phrasebook
from agent.curriculum.spec import complaints, missing
from agent.types import Language
from tools.facts.store import FactStore

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def checked(store: FactStore, langs: tuple[Language, ...]) -> Iterator[str]:
    """The lines of the check: errors first, then what is short."""
    fields = {field.id: field for field in store.fields()}
    for lang in langs:
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


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Check the language files of the curriculum.")
    parser.add_argument("--lang", choices=LANGUAGES)
    args = parser.parse_args()
    langs = (args.lang,) if args.lang else LANGUAGES
    sys.stdout.write("".join(f"{line}\n" for line in checked(FactStore.open(), langs)))


if __name__ == "__main__":
    main()
