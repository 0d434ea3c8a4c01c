"""The report as a tagged PDF (PDF/UA-1) that carries its own evidence as an attachment.

Guarantees: nothing is fetched, whatever the page says; missing Pango or missing characters are an
error with a remedy, never a broken document.
"""

from __future__ import annotations

import logging
from typing import Any

from agent.report.types import Report
from ui.export.errors import ExportError, GlyphsMissingError, PangoMissingError
from ui.export.html import to_html

_NOT_DEFINED = ".notdef"
_PANGO = (
    "PDF needs Pango, which is not installed ({why}); install it with 'apt-get install libpango-1.0-0 "
    "libpangoft2-1.0-0' (macOS: 'brew install pango'); html, md, docx and json work without it"
)
_GLYPHS = (
    "no installed font has some of the report's characters ({sample}); install one with 'apt-get install "
    "fonts-noto-cjk'; html, md, docx and json work without it"
)


def to_pdf(report: Report) -> bytes:
    """The document's bytes."""
    weasyprint = _weasyprint()
    listener = _Listener()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(listener)
    try:
        document = weasyprint.HTML(string=to_html(report, is_for_screen=False), url_fetcher=_refuse)
        evidence = weasyprint.Attachment(
            string=report.model_dump_json(indent=1), name="evidence.json", relationship="Source"
        )
        content: bytes = document.write_pdf(pdf_variant="pdf/ua-1", attachments=[evidence])
    finally:
        logger.removeHandler(listener)
    if listener.missing:
        raise GlyphsMissingError(_GLYPHS.format(sample=" ".join(listener.missing[:5])))
    return content


def _weasyprint() -> Any:
    """The library, or a clear error where its native parts are missing."""
    try:
        import weasyprint
    except OSError as error:
        raise PangoMissingError(_PANGO.format(why=str(error).partition("\n")[0][:80])) from error
    return weasyprint


def _refuse(url: str, *_: object, **__: object) -> dict[str, Any]:
    """A fetcher that fetches nothing: the page holds all it needs."""
    raise ExportError(f"a report fetches nothing, and was asked for {url[:80]!r}")


class _Listener(logging.Handler):
    """Collects the characters for which no font has a glyph."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.missing: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note a warning about a missing glyph."""
        if _NOT_DEFINED in (message := record.getMessage()):
            self.missing.append(message.rpartition(":")[2].strip())
