"""Why a document could not be made, each as one line that names the value, the limit and the remedy.

ExportError
├── PangoMissingError   the text layout library behind PDF is not installed
├── GlyphsMissingError  no installed font has the characters of the report
├── FormatError         a format that nobody can write
└── OutputError         a folder or file that cannot be written
"""

from __future__ import annotations


class ExportError(Exception):
    """The base of every export error."""


class PangoMissingError(ExportError):
    """Pango, which lays out the PDF's text, is not installed."""


class GlyphsMissingError(ExportError):
    """The installed fonts lack characters that the report uses."""


class FormatError(ExportError):
    """An unknown format was asked for."""


class OutputError(ExportError):
    """The output cannot be written."""
