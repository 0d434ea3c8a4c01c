"""Settings: file < environment < command line, and whatever is unknown or out of range is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import SettingsError
from agent.settings import BudgetSettings, DecodeSettings, keys, load
from agent.types import Budget
from tools.web.options import Egress, Recording


def test_without_anything_the_defaults_hold() -> None:
    settings = load(environ={})
    assert settings.decode == DecodeSettings()
    assert settings.caps == Budget(**BudgetSettings().model_dump())
    assert settings.answer_lang is None


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('seed = 1\nmodel = "file"\nlang = "zh"\n[budget]\nmax_turns = 5\n')
    env = {"PALIMPSEST_SEED": "2", "PALIMPSEST_MODEL": "environment", "HOME": "/"}
    settings = load({"seed": 3, "lang": None}, env, file)
    assert (settings.seed, settings.model, settings.lang) == (3, "environment", "zh")
    assert settings.caps.max_turns == 5


def test_nested_keys_have_a_name_in_the_environment() -> None:
    settings = load(
        environ={"PALIMPSEST_BUDGET_MAX_CALLS": "7", "PALIMPSEST_DECODE_THRESHOLD": "0.5"}
    )
    assert (settings.caps.max_calls, settings.decode.threshold) == (7, 0.5)


def test_the_file_may_be_named_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("seed = 9\n")
    assert load(environ={"PALIMPSEST_SETTINGS": str(tmp_path / "mine.toml")}).seed == 9


@pytest.mark.parametrize(
    ("overrides", "environ", "text", "words"),
    [
        ({"budget.max_turn": 3}, {}, "", ["budget.max_turn", "did you mean budget.max_turns?"]),
        (
            {},
            {"PALIMPSEST_SEEDS": "1"},
            "",
            ["PALIMPSEST_SEEDS", "environment", "PALIMPSEST_SEED?"],
        ),
        ({}, {}, "sed = 1", ["'sed'", "settings.toml", "did you mean seed?"]),
        ({}, {}, "seed = ", ["settings.toml", "cannot be read"]),
        ({"budget.max_turns": 0}, {}, "", ["budget.max_turns = 0", "greater than or equal to 1"]),
        ({}, {"PALIMPSEST_DECODE_THRESHOLD": "high"}, "", ["decode.threshold", "'high'", "number"]),
        ({"lang": "fr"}, {}, "", ["lang = 'fr'", "'en'"]),
    ],
)
def test_what_cannot_be_used_is_named_in_one_line(
    tmp_path: Path,
    overrides: dict[str, object],
    environ: dict[str, str],
    text: str,
    words: list[str],
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(overrides, environ, file)
    message = str(caught.value)
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


def test_a_file_that_is_named_but_missing_is_an_error() -> None:
    with pytest.raises(SettingsError, match="/nowhere"):
        load(environ={"PALIMPSEST_SETTINGS": "/nowhere.toml"})


def test_every_key_has_one_name_in_the_environment() -> None:
    names = [key.replace(".", "_").upper() for key in keys()]
    assert len(names) == len(set(names))


def test_arms_differ_in_the_decoding_alone() -> None:
    settings = load({"decode.max_steps": 6, "seed": 4, "constrained": False}, {})
    arms = settings.arms()
    assert arms["diffusion"].params.block_length is None
    assert arms["diffusion"].params.max_steps == 6
    assert arms["ar-plan"].params == arms["ar-react"].params
    assert arms["ar-plan"].params.block_length == 1
    assert {arm.params.seed for arm in arms.values()} == {4}
    assert {arm.params.constrained for arm in arms.values()} == {False}


def test_the_web_is_off_and_unrecorded_unless_told_otherwise() -> None:
    options = load(environ={}).web_options
    assert (options.egress, options.recording) == (Egress.OFF, Recording.OFF)
    assert options.services == ()


def test_the_web_has_a_section_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        '[web]\negress = "local"\nservices = ["searx.lan:8888"]\nmax_calls = 7\nmax_seconds = 9.5\n'
    )
    options = load(environ={"PALIMPSEST_WEB_CONTACT": "me@example.org"}, file=file).web_options
    assert (options.egress, options.services) == (Egress.LOCAL, ("searx.lan:8888",))
    assert (options.contact, options.caps.calls, options.caps.seconds) == ("me@example.org", 7, 9.5)


def test_services_in_the_environment_are_divided_by_commas() -> None:
    settings = load(environ={"PALIMPSEST_WEB_SERVICES": "searx.lan:8888, http://127.0.0.1:80"})
    assert settings.web.services == ("searx.lan:8888", "http://127.0.0.1:80")


def test_recordings_lie_with_the_runs_unless_told_otherwise(tmp_path: Path) -> None:
    settings = load({"web.recording": "replay", "state_dir": tmp_path}, environ={})
    assert settings.web_options.recording is Recording.REPLAY
    assert settings.web_options.recording_dir == tmp_path / "recording"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("web.egress", "everywhere"),
        ("web.services", ["a b"]),
        ("web.contact", "me\r\nHost: other"),
        ("web.max_calls", 0),
    ],
)
def test_an_unusable_web_setting_is_named(key: str, value: object) -> None:
    with pytest.raises(SettingsError, match=key):
        load({key: value}, environ={})


def test_a_refused_proxy_does_not_show_its_password() -> None:
    with pytest.raises(SettingsError, match=r"web\.proxy = \(hidden\)") as caught:
        load({"web.proxy": "ftp://me:swordfish@proxy"}, environ={})
    assert "swordfish" not in str(caught.value)
