"""What runs share: one linker, one toolbox, and a model for each arm, loaded when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from agent.plan import template
from agent.state import Fields, Links
from agent.types import Arm, Brief
from model.types import DecodeParams, LanguageModel
from tools.types import Tools

if TYPE_CHECKING:
    from agent.worlds import Worlds
    from tools.world import World

_BLANK = Brief("", "en", "", ())


@dataclass(slots=True)
class Kit:
    """`loaders` make the models; arms with the same loader share one.

    With a world every run has tools of its own; `toolbox` is what works on the bundled facts alone. `worlds` gives
    another one than `world` to runs that ask for live sources, or for none.
    """

    linker: Links
    toolbox: Tools
    fields: Fields
    loaders: Mapping[Arm, Callable[[], LanguageModel]]
    world: World | None = None
    worlds: Worlds | None = None
    _lms: dict[Arm, LanguageModel] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def lm(self, arm: Arm) -> LanguageModel:
        """The arm's model."""
        with self._lock:
            if arm not in self._lms:
                self._lms[arm] = self.loaders[arm]()
            return self._lms[arm]

    def world_of(self, is_online: bool | None) -> World | None:
        """The world of a run: with live sources, without them, or as the settings say (None)."""
        return self.world if is_online is None or self.worlds is None else self.worlds.of(is_online)

    def warm(self, arm: Arm, params: DecodeParams) -> None:
        """Let the arm's model fill one blank canvas, so that no run pays for its first forward."""
        self.lm(arm).fill(template(_BLANK), params)
