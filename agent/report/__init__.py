"""From a run to a report: text, tables and chart series, each number pointing at its fact.

`compose(result, evidence, lang)` writes a `Report`; `with_history(evidence, toolbox)` adds the
series behind single values first. `Evidence` is all that is asked of a run beside its result.
"""

from agent.report.compose import compose
from agent.report.context import with_history
from agent.report.types import Evidence, Report

__all__ = ["Evidence", "Report", "compose", "with_history"]
