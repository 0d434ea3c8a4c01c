"""A bare topic becomes a request for a report; anything said in full stays as it was said."""

from __future__ import annotations

import pytest

from ui.commands import _as_request


@pytest.mark.parametrize(
    ("said", "lang", "request_"),
    [
        ("Tesla 2025Q3", "en", "Write a report on Tesla 2025Q3."),
        ("特斯拉2025年第三季度", "zh", "写一份特斯拉2025年第三季度报告。"),
        ("Norway profile", "en", "Norway profile"),
        ("Which lakes lie in Iran?", "en", "Which lakes lie in Iran?"),
        ("写一份挪威的报告", "zh", "写一份挪威的报告"),
    ],
)
def test_a_topic_is_asked_for_as_a_report(said: str, lang: str, request_: str) -> None:
    assert _as_request(said, lang) == request_
