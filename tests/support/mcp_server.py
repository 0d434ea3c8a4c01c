"""An MCP server over standard input and output with the tools on a few facts: what the tests of the server start."""

from __future__ import annotations

from tests.support.facts import FewFacts
from tools.toolbox import Toolbox
from ui.mcp import serve

if __name__ == "__main__":
    serve(Toolbox(FewFacts()))
