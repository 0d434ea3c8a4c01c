"""What `doctor --online` says: every engine and source tried once, and the setting that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from agent.settings import PREFIX, Settings
from ui.doctor import Finding

_WITHOUT = "the bundled facts, and the other sources"


def examine_online(settings: Settings) -> Iterator[Finding]:
    """A finding for each way out."""
    from agent.factory import open_world
    from tools.probing import probe

    world = open_world(settings)
    if world is None:
        return
    with closing(world):
        for found in probe(world):
            if found.is_ok:
                yield Finding(found.source, "ok", found.detail)
            else:
                yield _lacking(found.source, found.detail, found.setting)


def _lacking(name: str, detail: str, setting: str) -> Finding:
    """What does not work: for want of a setting, or by the source's own fault."""
    if not setting:
        return Finding(name, "broken", detail, without=_WITHOUT)
    variable = f"{PREFIX}{setting.replace('.', '_').upper()}"
    remedy = f"set {setting} in the settings file, or {variable} in the environment"
    return Finding(name, "missing", detail, without=_WITHOUT, remedy=remedy)
