"""What users of other research programs suffered from, each as a whole run: the list of acceptance, where no room has it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import pytest
from pypdf import PdfReader

from agent.events import RunFinished
from agent.report import compose
from agent.report.types import Report
from agent.runner import Runner, language_of
from agent.types import RunResult
from model.types import DecodeParams, Filling, ScriptedModel, Template
from tests.support.live import searx_json
from tests.support.runs import script
from tests.support.services import Answer, Services, serving
from tests.support.worlds import (
    BASE,
    BRIEF,
    HTML,
    OPTIONS,
    PAGE,
    QUESTION,
    SEARCH,
    abroad,
    scripted,
)
from tests.ui.export.test_documents import needs_pango
from tests.ui.markup import Markup
from tools.types import FieldRef, Text
from tools.web.client import Client
from tools.web.meter import Meter
from tools.web.options import Egress, Limits, WebOptions
from tools.web.scripted import ScriptedWeb
from tools.web.types import Request
from ui.export.html import to_html
from ui.export.markdown import to_markdown
from ui.export.pdf import to_pdf

BROKEN = ('{"tool": "lookup", "args": [', "```json", '{"tool"', "null", "}}]", "<|end|>")
TITLE = "${harmed=1} {{7*7}} <img src=x onerror=harmed=2> <script>harmed=3</script>"
ZH_QUESTION = "阿恩斯贝格工厂有多少员工？"
ZH_TEXT = "阿恩斯贝格工厂自扩建以来雇用了四百二十名员工。"
ZH_BRIEF = replace(
    BRIEF,
    question=ZH_QUESTION,
    lang="zh",
    pointers=(
        replace(BRIEF.pointers[0], label="阿恩斯贝格工厂", target=Text("阿恩斯贝格工厂")),
        replace(BRIEF.pointers[1], label="员工", target=FieldRef("employees", "员工")),
    ),
)
PATIENT = Limits(connect_seconds=60, idle_seconds=60, total_seconds=60)


class Stutterer(ScriptedModel):
    """Searches in its first row, and writes broken JSON into its second; counts what it wrote."""

    def __init__(self) -> None:
        super().__init__([script({1: "search @1"}, "#2")])
        self.n_written = 0

    def fill(self, template: Template, params: DecodeParams) -> Filling:
        filling = super().fill(template, params)
        self.n_written += filling.usage.new_tokens
        names = [slot.name for slot in template.slots() if slot.value is None]
        spoiled = [name for name in names if name.startswith("2.")]
        broken = {name: BROKEN[n % len(BROKEN)] for n, name in enumerate(spoiled)}
        return replace(filling, values={**filling.values, **broken}, invalid=1)


def body(html: str) -> Markup:
    return Markup(html.partition("</head>")[2].rpartition("</html>")[0])


def report_of(runner: Runner, result: RunResult) -> Report:
    (folder,) = runner.settings.runs_dir.iterdir()
    return compose(result, runner.evidence(folder.name), language_of(result.question))


def test_a_model_that_writes_broken_json_ends_with_what_was_found_and_loops_no_more(
    tmp_path: Path,
) -> None:
    lm = Stutterer()
    with abroad(tmp_path, lm, web=scripted(), max_turns=5) as runner:
        result = runner.run(QUESTION, "diffusion")
    assert result.status in ("stopped", "abstained")
    assert result.metrics.invalid_calls == 5
    assert result.metrics.turns == len(lm.templates) == 5
    assert "Established so far: 1 passages" in result.answer


@pytest.mark.parametrize("cap", [1, 65, 200, 20_000])
def test_tokens_exceed_their_cap_by_one_fill_at_most_and_are_counted_whole(
    tmp_path: Path, cap: int
) -> None:
    lm = Stutterer()
    with abroad(tmp_path, lm, web=scripted(), max_tokens=cap, max_turns=12) as runner:
        metrics = runner.run(QUESTION, "diffusion").metrics
    assert metrics.new_tokens == lm.n_written
    longest = max(len(template.slots()) for template in lm.templates)
    assert metrics.new_tokens < cap + longest


class Dripping:
    """A search engine that never comes to an end, and notices when its reader hangs up."""

    def __init__(self) -> None:
        self.is_asked, self.is_left = Event(), Event()

    def __call__(self, file: BinaryIO) -> None:
        self.is_asked.set()
        try:
            file.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while not self.is_left.wait(0.02):
                file.write(b" ")
                file.flush()
        except OSError:
            self.is_left.set()
            raise


@pytest.fixture
def services() -> Iterator[Services]:
    with serving() as running:
        yield running


def test_stop_hangs_up_and_the_report_says_that_it_was_stopped_early(
    tmp_path: Path, services: Services
) -> None:
    dripping = Dripping()
    services.route("searx.local", "/search", Answer(raw=dripping))

    def dial(meter: Meter, stop: Event) -> Client:
        return Client(services.network(services=(BASE,), limits=PATIENT), meter, stop)

    with abroad(tmp_path, dial=dial, max_seconds=60) as runner:
        run_id = runner.start(QUESTION, "diffusion")
        assert dripping.is_asked.wait(30)
        runner.stop(run_id)
        *_, last = runner.follow(run_id)
        assert dripping.is_left.wait(30)
        assert isinstance(last, RunFinished)
        report = report_of(runner, last.result)
    assert last.result.status == "stopped"
    assert report.subtitle.startswith("Stopped early")
    assert "Stopped early" in to_html(report)
    assert "Stopped early" in to_markdown(report)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of a run on a Chinese question; its search is answered only if it was asked in Chinese."""
    asked = {"q": "阿恩斯贝格工厂", "format": "json", "language": "zh"}
    web = ScriptedWeb(
        {Request(f"{BASE}/search", asked).address: searx_json((PAGE, "新闻", ZH_TEXT))}
    )
    plan = script({1: "search @1"}, "#1")
    with abroad(tmp_path_factory.mktemp("zh"), [plan], web=web, brief=ZH_BRIEF) as runner:
        result = runner.run(ZH_QUESTION, "diffusion")
        assert result.status == "answered", result.answer
        return report_of(runner, result)


def test_a_chinese_question_is_searched_for_and_reported_in_chinese(chinese: Report) -> None:
    html = to_html(chinese)
    seen = body(html).text
    names = {
        "Palimpsest",
        "searxng",
        "news",
        "example",
        "https",
        "arnsberg",
        "diffusion",
        "search",
        "finish",
    }
    assert '<html lang="zh-Hans">' in html
    assert ZH_TEXT in seen
    assert set(re.findall(r"[A-Za-z]{4,}", seen)) <= names


@needs_pango
def test_a_chinese_document_says_so_and_its_contents_are_its_headings(chinese: Report) -> None:
    read = PdfReader(BytesIO(to_pdf(chinese)))
    assert str(read.trailer["/Root"]["/Lang"]).startswith("zh")
    headings = re.findall(r"<h[12][^>]*>([^<]+)</h[12]>", to_html(chinese))
    assert [*_titles(read.outline)] == headings


def _titles(outline: Any) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield str(entry.title)


@pytest.mark.parametrize("egress", [Egress.OFF, Egress.LOCAL])
def test_a_run_that_may_ask_no_one_opens_no_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, egress: Egress
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "memo.txt").write_text("Nothing about it.", "utf-8")
    options = replace(OPTIONS, web=WebOptions(egress), documents=docs, cache_dir=tmp_path)
    with abroad(tmp_path, options=replace(options, searxng="", ddgs=True)) as runner:
        result = runner.run(QUESTION, "diffusion")
    assert result.status == "abstained"
    assert result.metrics.web_calls == 0


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of a run whose page has a title that would be run if anything ran it."""
    found = searx_json((PAGE, TITLE, "The Arnsberg plant was enlarged."))
    title = TITLE.replace("<", "&lt;")
    web = scripted(**{SEARCH: found, PAGE: HTML.replace("Arnsberg news", title)})
    with abroad(tmp_path_factory.mktemp("poisoned"), web=web) as runner:
        result = runner.run(QUESTION, "diffusion")
        assert result.status == "answered"
        return report_of(runner, result)


def test_a_title_that_would_be_run_is_words_in_a_report(poisoned: Report) -> None:
    page = body(to_html(poisoned))
    assert TITLE in page.text
    assert not {"img", "script"} & {tag for tag, _ in page.structure}
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "<img" not in to_markdown(poisoned).replace(r"\<", "")


@needs_pango
def test_a_title_that_would_be_run_is_words_in_a_pdf(poisoned: Report) -> None:
    read = PdfReader(BytesIO(to_pdf(poisoned)))
    text = "".join(page.extract_text() for page in read.pages)
    assert "${harmed=1}" in text
    assert "onerror=harmed=2" in text
    assert "/OpenAction" not in read.trailer["/Root"]
    assert "/JavaScript" not in read.trailer["/Root"].get("/Names", {})
