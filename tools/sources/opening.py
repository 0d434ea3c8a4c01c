"""The sources there are, over one run's web and the user's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.sources.arxiv import Arxiv
from tools.sources.nobel import Nobel
from tools.sources.owid import Owid
from tools.sources.sec import Sec
from tools.sources.tables import CsvFiles
from tools.sources.types import Adapter, Registry
from tools.sources.wikidata import Wikidata
from tools.sources.wikipedia import Wikipedia
from tools.sources.worldbank import WorldBank
from tools.web.types import Web


def open_sources(
    web: Web,
    tables: Mapping[str, Path] | None = None,
    language: str = "en",
    others: tuple[Adapter, ...] = (),
) -> Registry:
    """Every source over a web. `tables` are the user's CSV files by name, `others` further sources of theirs.

    `language` is that of the Wikipedia asked where an address names none.
    """
    files = (CsvFiles(tables),) if tables else ()
    return Registry(
        (
            Wikidata(web),
            Wikipedia(web, language),
            Sec(web),
            WorldBank(web),
            Nobel(web),
            Arxiv(web),
            Owid(web),
            *files,
            *others,
        )
    )
