"""The benchmark's own arithmetic, and that it runs where no peer is installed. Nothing here is timed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest

from benchmarks import hooks, report, run
from benchmarks.programs import BARE
from benchmarks.timing import EXEC, SWITCH, Case, LeftOutError, checked, interleaved, measure, median, p10
from benchmarks.world import COUNT, ROOT, profiles_text


def case(group: str, label: str, *samples: float, task: str = "") -> Case:
    return Case(group, label, lambda: 1.0, task, samples=list(samples))


@pytest.mark.parametrize(
    "samples, expected", [([3.0], 3.0), ([9.0, 1.0, 5.0], 5.0), ([4.0, 1.0, 2.0, 9.0], 3.0), ([2.0, 2.0], 2.0)]
)
def test_median(samples: list[float], expected: float) -> None:
    assert expected == median(samples)


@pytest.mark.parametrize("count, expected", [(1, 1.0), (10, 1.0), (11, 2.0), (20, 2.0), (30, 3.0)])
def test_p10_is_the_value_that_a_tenth_do_not_exceed(count: int, expected: float) -> None:
    samples = [float(number) for number in range(count, 0, -1)]

    assert expected == p10(samples)


def test_every_round_measures_every_case_once_in_an_order_of_its_own() -> None:
    cases = [case("ctx", str(number)) for number in range(8)]
    order = list(interleaved(cases, 6, random.Random(1)))
    rounds = [[c.label for n, c in order if n == number] for number in range(1, 7)]

    assert all(sorted(labels) == [c.label for c in cases] for labels in rounds)
    assert len({tuple(labels) for labels in rounds}) > 1
    assert [n for n, _ in order] == sorted(n for n, _ in order)


def test_measuring_takes_one_sample_a_round_and_tells_of_each() -> None:
    cases = [case("ctx", "one"), case("ctx", "two")]
    seen: list[int] = []
    measure(cases, 3, random.Random(1), seen.append)

    assert [c.samples for c in cases] == [[1.0] * 3] * 2
    assert seen == [1, 2, 3]


def test_a_case_that_does_not_do_its_job_is_left_out_with_its_reason() -> None:
    left_out: dict[str, str] = {}

    def fails() -> None:
        raise LeftOutError("not here")

    good = checked([Case("ctx", "bad", lambda: 1.0, check=fails), case("ctx", "good")], left_out)

    assert [c.label for c in good] == ["good"]
    assert left_out == {"bad": "not here"}


@pytest.mark.parametrize("value, base, text", [(10.0, 10.0, "1.0"), (25.0, 10.0, "2.5"), (0.5, 10.0, "1/20.0")])
def test_ratios_have_one_decimal_on_either_side_of_one(value: float, base: float, text: str) -> None:
    assert text == report.ratio(value, base)


def test_the_table_holds_each_row_against_the_interpreter_and_the_best_peer_at_its_task() -> None:
    cases = [
        case("python", BARE, 10.0, 8.0, 12.0),
        case("ctx", "ctx use", 25.0, task=SWITCH),
        case("ctx", "ctx exec", 30.0, task=EXEC),
        case("ctx", "ctx list", 50.0),
        case("bash", "in bash", 0.5, task=SWITCH),
        case("mise", "mise env", 9.0, task=SWITCH),
        case("fnox", "fnox export", 5.0, task=SWITCH),
        case("fnox", "fnox exec", 6.0, task=EXEC),
    ]

    assert report.table(cases) == (
        "                      median    p10  / python  / best peer\n"
        "python -I -S -c pass   10.00   8.00       1.0\n"
        "\n"
        "ctx use                25.00  25.00       2.5          5.0\n"
        "ctx exec               30.00  30.00       3.0          5.0\n"
        "ctx list               50.00  50.00       5.0\n"
        "\n"
        "in bash                 0.50   0.50    1/20.0       1/10.0\n"
        "\n"
        "mise env                9.00   9.00     1/1.1\n"
        "\n"
        "fnox export             5.00   5.00     1/2.0\n"
        "fnox exec               6.00   6.00     1/1.7\n"
    )


def test_without_peers_the_table_has_no_ratios_to_them() -> None:
    lines = report.table([case("python", BARE, 10.0), case("ctx", "ctx use", 25.0, task=SWITCH)]).splitlines()

    assert lines[-1].endswith(" 2.5")


def test_the_notes_say_what_was_left_out_and_that_the_machine_was_busy() -> None:
    quiet = report.notes([case("python", BARE, *[10.0] * 20)], {})
    busy = report.notes([case("python", BARE, *[10.0] * 5, *[20.0] * 15)], {"zsh": "zsh is not installed"})

    assert quiet == []
    assert "noise: the bare interpreter's median is 2.0 times its p10" in busy[0]
    assert busy[1] == "left out: zsh: zsh is not installed"


def test_fish_prints_its_time_in_several_units() -> None:
    text = (
        "\n________________________________________________________\n"
        "Executed in   {}    fish           external\n"
        "   usr time    1.00 millis    1.00 millis    0.00 micros\n"
        "   sys time    0.00 micros    0.00 micros    0.00 micros\n\n"
    )
    fish = hooks.SHELLS["fish"]

    assert fish.milliseconds("", text.format("52.50 millis")) == 52.5
    assert fish.milliseconds("", text.format("1.50 secs  ")) == 1500.0
    assert fish.milliseconds("", text.format("500.00 micros")) == 0.5
    with pytest.raises(ValueError, match="went wrong"):
        fish.milliseconds("", "ctx: something went wrong\n" + text.format("52.50 millis"))


@pytest.mark.parametrize("name", hooks.NAMES)
def test_every_shell_alternates_between_two_profiles_and_loses_no_placeholder(name: str) -> None:
    shell = hooks.SHELLS[name]
    for work in shell.works():
        before, timed = (words.split() for words in work.names())
        text = shell.script("/hook", work)

        assert work.warm_up == len(before)
        assert work.timed == len(timed)
        assert all(a != b for a, b in zip([*before, *timed], [*before, *timed][1:], strict=False))
        assert "$hook" not in text
        assert "$$" not in text


def test_the_profiles_are_twelve_and_the_measured_one_is_as_large_as_the_peers() -> None:
    text = profiles_text()

    assert text.count("\n[profiles.") - text.count(".env]\n") - text.count(".path]\n") == 12
    assert text.count("APP_SETTING_11") == 2
    assert COUNT == 11


def test_an_unknown_row_is_refused() -> None:
    with pytest.raises(SystemExit):
        run.arguments(["--only", "emacs"])


def test_it_runs_without_peers(tmp_path: object) -> None:
    result = os.path.join(str(tmp_path), "result.json")
    script = os.path.join(ROOT, "benchmarks", "run.py")
    nowhere = os.path.join(str(tmp_path), "peers")
    done = subprocess.run(
        [sys.executable, script, "--rounds", "1", "--only", "ctx", "--peers", nowhere, "--json", result],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert BARE in done.stdout
    assert "ctx use, plain profile, unchanged" in done.stdout
    assert not os.path.exists(nowhere)
    with open(result, encoding="utf-8") as file:
        data = json.load(file)
    assert data["left_out"] == {}
    assert all(len(row["samples"]) == 1 for row in data["cases"])
    assert {"python", "ctx"} == {row["group"] for row in data["cases"]}
