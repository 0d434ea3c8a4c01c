"""Text that speaks to the program instead of to its reader.

What a page says never becomes a call, whether it is noticed here or not: this only lets the user see the attempt.
Guarantees: time in proportion to the text. Does not guarantee: that every attempt is noticed (no more than the first
`MAX_ADDRESSES` addresses are looked at), or that what is noticed was one: a page about such attacks quotes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from tools.web.refusals import Refusal
from tools.web.targets import check_public_name, target

MAX_CHARS = 500_000
MAX_FOUND = 20
MAX_ADDRESSES = 500
_EXCERPT_CHARS = 120


class Attempt(StrEnum):
    """What a text tries."""

    OVERRIDE = "asks to ignore instructions"
    ROLE = "poses as the system or the user"
    CALL = "asks for a tool call"
    REQUEST = "asks to open an address of a local network"
    DISCLOSURE = "asks to give something away"
    HIDDEN = "hides text from readers"


@dataclass(frozen=True, slots=True)
class Instruction:
    """An attempt and the words around it."""

    attempt: Attempt
    excerpt: str


_OBJECTS = r"(?:instructions?|prompts?|rules|guidelines|directions|context|tasks?)"
_PATTERNS = (
    (
        Attempt.OVERRIDE,
        rf"\b(?:ignore|disregard|forget|override|bypass)\b(?:\s[\w']{{1,20}},?){{0,6}}\s{_OBJECTS}\b"
        r"|(?:忽略|无视|無視|忘记|忘記|忘掉|跳过|不要(?:理会|理會|遵守))[^。;\n]{0,12}"
        r"(?:指示|指令|提示|规则|規則|命令|设定)",
    ),
    (
        Attempt.ROLE,
        r"<\|[\w ]{1,40}\|>|\[/?inst\]|<</?sys>>|(?:^|\n)#{0,3} ?(?:system|assistant) ?:"
        r"|\byou are now (?:a|an|the|in)\b|\bnew (?:system )?instructions? ?:"
        r"|你现在(?:是|扮演)|(?:系统提示|新的?指令|系统消息) ?:",
    ),
    (
        Attempt.CALL,
        r"\b(?:call|invoke|run|execute|use)\b(?:\s[\w']{1,20}){0,3}\s(?:search|lookup|calculate|verify|finish)"
        r"(?: ?\(| tool\b)|\b(?:tool|function)_calls?\b"
        r"|(?:调用|执行|运行)[^。\n]{0,8}(?:工具|函数|search|lookup|calculate|verify)",
    ),
    (
        Attempt.DISCLOSURE,
        r"\b(?:send|post|upload|forward|leak|reveal|print|repeat|exfiltrate|disclose)\b(?:\s[\w']{1,20},?){0,6}\s"
        r"(?:system prompt|api keys?|passwords?|secrets?|credentials|access tokens?|conversation|chat history)\b"
        r"|(?:发送|上传|泄露|透露|输出|打印|重复)[^。\n]{0,12}(?:系统提示|密钥|密码|口令|凭证|对话)",
    ),
)
_COMPILED = tuple((attempt, re.compile(pattern)) for attempt, pattern in _PATTERNS)
_ORDERED = re.compile(
    r"(?:\b(?:fetch|open|visit|get|request|load|navigate|browse|curl|wget|access|retrieve|call|go)\b"
    r"|访问|打开|请求|抓取|获取|下载)[^\n]{0,60}?(https?:[^\s\"'<>，。；）]{1,300})"
)
_HIDDEN = re.compile("[\U000e0020-\U000e007e]{4,}|[\u202d\u202e]|[\u200b-\u200d\u2060\ufeff]{8,}")


def instructions_in(text: str) -> tuple[Instruction, ...]:
    """The attempts in a text, in order of kind; the first `MAX_FOUND`."""
    given = text[:MAX_CHARS]
    plain = _plain(given)
    found = (*_hidden(given), *_orders(plain), *_worded(plain))
    return tuple(dict.fromkeys(found))[:MAX_FOUND]


def _plain(text: str) -> str:
    """One spelling: compatibility forms and case folded, invisible characters gone, one space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return re.sub(r"[^\S\n]+", " ", visible)


def _worded(text: str) -> Iterator[Instruction]:
    for attempt, pattern in _COMPILED:
        for match in pattern.finditer(text):
            yield Instruction(attempt, _excerpt(text, match))


def _orders(text: str) -> Iterator[Instruction]:
    for match in islice(_ORDERED.finditer(text), MAX_ADDRESSES):
        if _is_inside(match[1]):
            yield Instruction(Attempt.REQUEST, _excerpt(text, match))


def _is_inside(url: str) -> bool:
    """Whether the rules would refuse the address as one that is not on the public internet."""
    try:
        check_public_name(target(url.rstrip(".,;:!?)")))
    except Refusal:
        return True
    return False


def _hidden(text: str) -> Iterator[Instruction]:
    for match in _HIDDEN.finditer(text):
        shown = "".join(chr(ord(c) - 0xE0000) if ord(c) > 0xE0000 else "·" for c in match[0])
        yield Instruction(Attempt.HIDDEN, shown[:_EXCERPT_CHARS])


def _excerpt(text: str, match: re.Match[str]) -> str:
    around = text[max(0, match.start() - 20) : match.end() + 40]
    return " ".join(around.split())[:_EXCERPT_CHARS]
