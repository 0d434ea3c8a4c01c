from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent.types import Arm, Metrics
from tests.ui.cli_runs import InterruptedRuns, RecordedRuns, Stage, ending
from ui import agents, cli, commands, doctor
from ui.complaints import KNOWN, UsageError, exit_code, in_a_line
from ui.doctor import Finding

ROOT = Path(__file__).parents[2]
RESULT_KEYS = {
    "question", "arm", "status", "answer", "value", "unit", "citations", "plan", "metrics", "notes", "unverified",
}  # fmt: skip
LIGHT = {"torch", "gradio", "langgraph", "pydantic", "rich", "weasyprint", "jinja2"}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setattr(commands, "runner_for", made.runner_for)
    monkeypatch.setattr(commands, "writer_for", made.writer_for)
    return made


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and the single line of complaint; nothing may be on standard output."""
    try:
        code = cli.main(arguments)
    except SystemExit as left:
        code = int(left.code or 0)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("palimpsest: ")
    assert err.count("\n") == 1
    return code, err


def test_help_imports_nothing_heavy() -> None:
    ask = f"import sys, ui.cli; ui.cli.parser().format_help(); print({LIGHT} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_every_command_is_there_with_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in commands.COMMANDS:
        with pytest.raises(SystemExit) as left:
            cli.main([name, "--help"])
        assert left.value.code == 0
        assert f"palimpsest {name}" in capsys.readouterr().out


def test_ask_json_is_one_object_with_every_key(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["ask", "Which women won?", "--json"])
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert code == 0
    assert err == ""
    assert set(found) == RESULT_KEYS
    assert set(found["metrics"]) == set(Metrics.model_fields)
    assert set(found["plan"][0]) == {"row", "tool", "args", "status", "revisions"}
    assert stage.runs.is_closed


def test_ask_shows_progress_apart_from_the_answer(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", "Which women won?"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Donna Strickland")
    assert "[1] Donna Strickland · prize year · 2018 (nobel.api2)" in out
    assert "[diffusion] row 3 contradicted" not in out
    assert "contradicted" in err


def test_compare_runs_every_arm_equally_warm(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["compare", "Which women won?", "--arms", "diffusion,ar-react", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [run["arm"] for run in found["runs"]] == ["diffusion", "ar-react"]
    assert all(set(run) == RESULT_KEYS for run in found["runs"])
    assert stage.runs.warmed == ["diffusion", "ar-react"]


def test_compare_ends_with_a_table_of_costs(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["compare", "Which women won?"]) == 0
    out = capsys.readouterr().out
    assert "ar-plan / diffusion" in out
    assert "denoise steps" in out


def test_report_writes_the_formats_asked_for(
    stage: Stage, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = cli.main(["report", "Tesla 2025Q3", "--out", str(tmp_path), "--format", "html,md,json"])
    paths = capsys.readouterr().out.split()
    assert code == 0
    assert [Path(path).suffix for path in paths] == [".html", ".md", ".json"]
    assert "Tesla, third quarter of 2025" in Path(paths[1]).read_text("utf-8")


def test_report_speaks_the_language_asked_for(stage: Stage, tmp_path: Path) -> None:
    cli.main(["report", "Tesla 2025Q3", "--out", str(tmp_path), "--format", "md", "--lang", "zh"])
    [path] = tmp_path.iterdir()
    assert path.read_text("utf-8").startswith("# 特斯拉 · 2025年第三季度")


@pytest.mark.parametrize(
    ("status", "code"), [("answered", 0), ("abstained", 0), ("failed", 1), ("stopped", 1)]
)
def test_the_exit_code_says_how_it_ended(
    stage: Stage, status: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.runs = RecordedRuns(ending(status, "so it is"))
    assert cli.main(["ask", "hello"]) == code
    assert "so it is" in capsys.readouterr().out


def test_an_interrupt_asks_the_run_to_end_and_keeps_what_it_has(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.runs = runs = InterruptedRuns()
    assert cli.main(["ask", "Which women won?", "--json"]) == 0
    assert len(runs.stopped) == 1
    assert json.loads(capsys.readouterr().out)["answer"].startswith("Donna Strickland")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: COMMAND"),
        (["fly"], "'fly'"),
        (["ask"], "required: QUESTION"),
        (["ask", "x", "--arm", "magic"], "unknown arm 'magic'; choose from diffusion, ar-plan"),
        (["compare", "x", "--arms", "diffusion,magic"], "unknown arm 'magic'"),
        (["ask", "x", "--lang", "fr"], "'fr'"),
        (["ask", "x", "--max-turns", "0"], "'0' is no whole number from 1 on"),
        (["ask", "x", "--max-seconds", "soon"], "'soon' is no number of seconds"),
        (["ui", "--port", "99999"], "'99999' is no port"),
        (["report", "x", "--format", "odt"], "unknown format 'odt'; choose from pdf, html"),
        (["ask", "", "--json"], "the question is empty"),
        (["ask", "   "], "the question is empty"),
        (["ask", "x" * 20_000], "20000 characters and the limit is 4000"),
        (["bench", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_bad_usage_is_one_line_and_code_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], stage: Stage
) -> None:
    code, line = refused(capsys, *arguments)
    assert code == 2
    assert words in line


def test_a_bad_line_of_a_tasks_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = tmp_path / "tasks.jsonl"
    good = {"id": "a", "lang": "en", "topology": "chain", "question": "q", "answer": "1"}
    tasks.write_text(json.dumps(good) + "\nnot json\n", encoding="utf-8")
    code, line = refused(capsys, "bench", str(tasks))
    assert code == 2
    assert "line 2" in line


def test_an_output_folder_that_cannot_be_is_refused_before_any_work(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    code, line = refused(capsys, "report", "x", "--out", str(tmp_path / "file" / "below"))
    assert code == 2
    assert "choose another folder with --out" in line
    assert stage.runs.warmed == []


def test_a_cache_folder_that_cannot_be_written_is_code_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    code, line = refused(capsys, "ask", "hello", "--cache", str(tmp_path / "file" / "below"))
    assert code == 1
    assert "name a writable folder" in line


Spoil = Callable[[Path], None]


def missing(folder: Path) -> None:
    shutil.rmtree(folder)


def cut_short(folder: Path) -> None:
    for path in folder.glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:1000])


def of_another_kind(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "abacus"}')


@pytest.mark.parametrize("spoil", [missing, cut_short, of_another_kind])
def test_a_model_folder_that_cannot_be_used_is_one_line(
    spoil: Spoil,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from agent import factory

    planner = ROOT / "model" / "weights" / "planner"
    if not planner.is_dir():
        pytest.skip("the embedded planner is not trained yet")
    folder = tmp_path / "planner"
    shutil.copytree(planner, folder)
    spoil(folder)
    monkeypatch.setattr(factory, "facts", lambda _: None)
    monkeypatch.setattr(factory, "linker", lambda _: None)
    monkeypatch.setattr(factory, "Toolbox", lambda _: None)
    code, line = refused(capsys, "ask", "hello", "--model", str(folder), "--state", str(tmp_path))
    assert code == 2
    assert str(folder) in line


def test_a_busy_port_is_one_line(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.serving import PortBusyError

    def serve(*_: object) -> None:
        raise PortBusyError("port 7860 on 127.0.0.1 is busy; choose another one with --port")

    monkeypatch.setitem(sys.modules, "ui.app", SimpleNamespace(serve=serve))
    code, line = refused(capsys, "ui")
    assert code == 2
    assert "choose another one with --port" in line


def test_a_terminal_without_unicode_gets_stand_ins_and_valid_json() -> None:
    program = (
        "from tests.ui.cli_runs import Stage; from ui import cli, commands; import sys;"
        "s = Stage(); commands.runner_for = s.runner_for; sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ask", "2000年之后有哪些女性？", "--json"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "TERM": "dumb"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("ascii"))["question"] == "2000年之后有哪些女性？"


def test_every_known_error_ends_in_one_line() -> None:
    for kind in KNOWN:
        error = kind("two\nlines") if kind is not KNOWN[2] else kind(Path("/x"), "two\nlines")
        assert "\n" not in in_a_line(error)
    assert exit_code(UsageError("x")) == 2
    assert exit_code(PermissionError(13, "no", "/place")) == 1
    assert "'/place'" in in_a_line(PermissionError(13, "no", "/place"))


def test_settings_come_from_the_options_that_were_given() -> None:
    args = cli.parser().parse_args(["ask", "x", "--seed", "7", "--max-calls", "3", "--lang", "zh"])
    settings = agents.settings_of(args)
    assert (settings.seed, settings.budget.max_calls, settings.lang) == (7, 3, "zh")


def test_bench_prints_the_comparison_and_lets_go_of_the_agents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.scores import report
    from ui import benching

    runs = RecordedRuns()
    tasks = tmp_path / "tasks.jsonl"
    line = {"id": "a", "lang": "en", "topology": "chain", "question": "q", "answer": "1"}
    tasks.write_text(json.dumps(line) + "\n", encoding="utf-8")

    def bench(settings: object, arms: tuple[Arm, ...], *_: object) -> SimpleNamespace:
        compare = partial(report, arms=arms, runs=[], seed=3, hardware="an abacus")
        return SimpleNamespace(runner=runs, compare=compare)

    monkeypatch.setattr(benching, "bench_of", bench)
    assert cli.main(["bench", str(tasks), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["tasks"], found["seed"], found["hardware"]) == (1, 3, "an abacus")
    assert runs.is_closed
    assert cli.main(["bench", str(tasks)]) == 0
    assert "1 tasks, seed 3, an abacus" in capsys.readouterr().out
    kept = tmp_path / "out"
    assert cli.main(["bench", str(tasks), "--out", str(kept), "--latency", "0.3"]) == 0
    assert "an abacus" in (kept / "latency-0.3" / "report.md").read_text("utf-8")


FINDINGS = (
    Finding("python", "ok", "3.11", is_needed=True),
    Finding("pango", "missing", "text layout", without="html", remedy="apt-get install it"),
)


@pytest.mark.parametrize(("more", "code"), [((), 0), ((Finding("facts", "broken", "x", True),), 1)])
def test_the_doctor_fails_only_on_what_is_needed(
    more: tuple[Finding, ...], code: int,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(doctor, "examine", lambda _: iter((*FINDINGS, *more)))
    assert cli.main(["doctor"]) == code
    assert "remedy: apt-get install it" in capsys.readouterr().out
    assert cli.main(["doctor", "--json"]) == code
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["state"] for one in found[:2]] == ["ok", "missing"]


def test_the_doctor_knows_what_pango_and_fonts_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.ctypes.util, "find_library", lambda _: None)
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    lacking = (doctor._pango(), doctor._chinese_font(), doctor._chromium())
    assert [one.state for one in lacking] == ["missing"] * 3
    assert all(one.without and one.remedy and not one.is_needed for one in lacking)
    assert "libpango-1.0-0" in lacking[0].remedy


def test_the_doctor_finds_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert doctor._folder(tmp_path / "new").state == "ok"
    broken = doctor._folder(tmp_path / "file" / "below")
    assert (broken.state, broken.remedy) == ("broken", "name a writable folder with --state")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    program = (
        "from tests.ui.cli_runs import Stage; from ui import cli, commands; import sys;"
        "s = Stage(); commands.runner_for = s.runner_for; sys.exit(cli.main(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "ask", "Which women won?", "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 141)
