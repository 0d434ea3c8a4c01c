"""What is recorded, what is refused, and that a replay sees new inputs; a stand-in plays the device."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from model.kernels.replay import Replayed, Run

X, Y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])


class Tape:
    """Records by keeping the run, and replays by running it again."""

    def __init__(self) -> None:
        self.n_recordings = self.n_replays = 0

    def record(self, run: Run) -> tuple[Callable[[], object], Tensor]:
        self.n_recordings += 1
        output = run()

        def replay() -> None:
            self.n_replays += 1
            output.copy_(run())

        return replay, output


def twice(key: str, x: Tensor) -> Tensor:
    return 2 * x


def test_the_third_call_of_a_shape_is_a_replay_with_new_inputs() -> None:
    tape = Tape()
    call = Replayed(twice, tape.record)
    assert call("a", X).tolist() == [2, 4]
    assert tape.n_recordings == 0
    assert call("a", X).tolist() == [2, 4]
    assert tape.n_recordings == 1
    n_checked = tape.n_replays
    assert call("a", Y).tolist() == [6, 10]
    assert (tape.n_recordings, tape.n_replays) == (1, n_checked + 1)


def test_other_shapes_types_and_keys_are_other_recordings() -> None:
    tape = Tape()
    call = Replayed(twice, tape.record)
    for key, x in (("a", X), ("b", X), ("a", X[:1]), ("a", X.double())):
        for _ in range(3):
            assert torch.equal(call(key, x), 2 * x)
    assert tape.n_recordings == 4


def test_a_recording_that_gives_something_else_is_not_used() -> None:
    calls: list[int] = []

    def drifts(key: str, x: Tensor) -> Tensor:
        calls.append(1)
        return x * len(calls)

    tape = Tape()
    call = Replayed(drifts, tape.record)
    for _ in range(4):
        call("a", X)
    n_calls, n_replays = len(calls), tape.n_replays
    call("a", X)
    assert (len(calls), tape.n_replays, tape.n_recordings) == (n_calls + 1, n_replays, 1)


def test_what_the_device_refuses_to_record_runs_as_it_is() -> None:
    asked: list[Run] = []

    def refuse(run: Run) -> tuple[Callable[[], object], Tensor]:
        asked.append(run)
        raise RuntimeError("operation not permitted when stream is capturing")

    call = Replayed(twice, refuse)
    for _ in range(4):
        assert call("a", X).tolist() == [2, 4]
    assert len(asked) == 1


def test_the_first_recorded_is_the_first_forgotten() -> None:
    tape = Tape()
    call = Replayed(twice, tape.record, max_recordings=2)
    for key in "aabbccaa":
        call(key, X)
    assert tape.n_recordings == 4
