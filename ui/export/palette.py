"""The colours of every document: ink on parchment, teal for what is, orange for what to look at."""

from __future__ import annotations

from typing import Final

PALETTE: Final[dict[str, str]] = {
    "paper": "#fdfaf3",
    "panel": "#f5eede",
    "rule": "#d9cdb4",
    "faint": "#e9e0cc",
    "ink": "#2a241b",
    "quiet": "#6f6452",
    "teal": "#0f6b68",
    "teal-soft": "#8fbab3",
    "orange": "#b4541a",
    "orange-soft": "#e0a678",
}

SERIF: Final = (
    '"Source Serif 4", "Source Serif Pro", "Noto Serif", "Charter", "Georgia", '
    '"Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Songti SC", "SimSun", '
    '"WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "AR PL UMing CN", "DejaVu Serif", serif'
)
SANS: Final = (
    '"Source Sans 3", "Source Sans Pro", "Noto Sans", "Inter", "Helvetica Neue", '
    '"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", '
    '"WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "DejaVu Sans", sans-serif'
)
MONO: Final = (
    '"Source Code Pro", "Noto Sans Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace'
)


def variables() -> str:
    """The palette and the font stacks as CSS custom properties."""
    lines = [f"--{name}: {value};" for name, value in PALETTE.items()]
    lines += [f"--serif: {SERIF};", f"--sans: {SANS};", f"--mono: {MONO};"]
    return ":root { " + " ".join(lines) + " }"
