"""The benchmark's own arithmetic, and that everything in it happens. Nothing here is timed."""

from __future__ import annotations

import json
import math
import os
import random
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import hooks, peers, plot, report, run, scaling, secret_stores, secret_tables, tables, tools
from benchmarks.directories import EVENTS, Cell
from benchmarks.programs import BARE
from benchmarks.secret_stores import Amount
from benchmarks.terminals import DRIVERS
from benchmarks.timing import EXEC, SWITCH, Case, LeftOutError, Process, checked, interleaved, measure, median, p10
from benchmarks.world import COUNT, ROOT, profiles_text, settings
from tests.support.shells import require_shell


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


def benchmark(folder: Path, *options: str) -> tuple[dict[str, Any], str]:
    """One round of these rows: what was recorded, and the picture. Peers are not installed."""
    result, picture = folder / "result.json", folder / "picture.svg"
    words = ["--rounds", "1", "--json", str(result), *options]
    if "directories" in options:
        words += ["--plot", str(picture)]
    done = subprocess.run(
        [sys.executable, os.path.join(ROOT, "benchmarks", "run.py"), *words],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(result.read_text()), picture.read_text() if picture.exists() else ""


def test_it_runs_without_peers(tmp_path: Path) -> None:
    nowhere = tmp_path / "peers"
    data, _ = benchmark(tmp_path, "--part", "programs", "--only", "ctx", "--peers", str(nowhere))

    assert not nowhere.exists()
    assert data["left_out"] == {}
    assert {BARE, "ctx use, plain profile, unchanged"} <= {row["label"] for row in data["cases"]}
    assert all(len(row["samples"]) == 1 for row in data["cases"])
    assert {"python", "ctx"} == {row["group"] for row in data["cases"]}
    assert data["directories"] == data["scaling"] == []


# --- Directories ------------------------------------------------------------------------------------------------------


def cell(shell: str, tool: str, event: str, *samples: float, size: str = "") -> Cell:
    return Cell(
        shell, f"{tool} in {shell}: {event}", lambda: 1.0, samples=list(samples), tool=tool, event=event, size=size
    )


CELLS = [
    cell("bash", "ctx", "idle", 0.1, 0.12, 5.0),
    cell("bash", "direnv", "idle", 4.0),
    cell("bash", "mise", "idle", 3.0),
    cell("bash", "none", "idle", 0.01),
    cell("bash", "ctx", "enter", 3.0),
    cell("bash", "mise", "enter", 6.0),
    cell("zsh", "mise", "enter", 12.5),
]


def test_a_shells_table_holds_each_event_against_the_best_peer() -> None:
    lines = tables.events_table(CELLS, "bash").splitlines()

    assert lines[:2] == [
        "bash                                 ctx  direnv  mise  no tool  ctx / best peer",
        "prompt, nothing changed            0.120    4.00  3.00    0.010           1/25.0",
    ]
    assert "cd in, unchanged                    3.00          6.00                     1/2.0" in lines
    assert tables.events_table(CELLS, "zsh").splitlines()[0].split() == ["zsh", "mise"]


def test_what_ctx_promises_is_held_against_the_figures() -> None:
    growth = [
        cell("bash", "ctx", "idle", 0.1, size="1 profile"),
        cell("bash", "ctx", "idle", 0.2, size="1,000 profiles"),
    ]
    changed = [cell("bash", tool, "enter-changed", time) for tool, time in (("ctx", 31.0), ("direnv", 30.0))]
    lines = tables.acceptance([*CELLS, *changed], growth)

    assert lines == [
        "pass  bash: prompt, nothing changed: 0.120 ms is 25.0 times cheaper than mise's 3.00 (at least 10)",
        "FAIL  bash: cd in, unchanged: 3.00 ms is 2.0 times cheaper than mise's 6.00 (at least 3)",
        "FAIL  bash: cd in, its file changed: 31.0 ms, direnv 30.0 (not slower than direnv)",
        "pass  bash: prompt, nothing changed: 0.110 ms more than the shell alone (at most 0.2)",
        "FAIL  bash: cd in, unchanged: 3.00 ms more than the shell alone (at most 2)",
        "FAIL  bash: prompt, nothing changed: 2.00 times as long with 1,000 profiles as with 1 profile (at most 1.5)",
    ]


def test_a_tool_that_can_do_nothing_in_a_shell_is_left_out_once() -> None:
    reasons = {f"direnv in pwsh: {event.label}": "no hook" for event in EVENTS} | {"direnv in bash: one": "no default"}

    assert tables.left_out(reasons) == {"direnv in pwsh": "no hook", "direnv in bash: one": "no default"}


def test_the_growth_of_the_cost_has_a_row_for_every_size_and_two_columns_for_every_shell() -> None:
    cells = [cell("bash", "ctx", event, 0.5, size=size) for size in scaling.sizes() for event in ("idle", "enter")]
    lines = tables.sizes_table(cells).splitlines()

    assert lines[0].split() == ["bash", "idle", "bash", "enter"]
    assert [line.split("  ")[0] for line in lines[1:]] == list(scaling.sizes())
    assert all(line.split()[-2:] == ["0.500", "0.500"] for line in lines[1:])


@pytest.mark.parametrize("count", [1, 100])
def test_every_profile_has_a_directory_of_its_own(count: int) -> None:
    data = tomllib.loads(scaling.profiles_text(count))

    assert len(data["profiles"]) == len(data["directories"]) == count
    assert {entry["profile"] for entry in data["directories"]} == set(data["profiles"])


def test_a_padded_file_has_exactly_its_length_and_says_the_same() -> None:
    text = tools.env_table(settings())
    long = scaling.padded(text, 60 * 1024)

    assert len(long) == 60 * 1024
    assert tomllib.loads(long) == tomllib.loads(text)


def test_the_picture_is_well_formed_and_holds_every_figure_of_the_table() -> None:
    figures = tables.medians(CELLS, "bash")
    picture = plot.svg("bash", figures, "a <machine> & more")
    root = ET.fromstring(picture)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    description = root.find("{http://www.w3.org/2000/svg}desc")

    assert picture == plot.svg("bash", dict(reversed(figures.items())), "a <machine> & more")
    assert description is not None
    assert "Prompt, nothing changed: ctx 0.120, direnv 4.00, mise 3.00." in str(description.text)
    for tool, value in (("ctx", "0.120"), ("direnv", "4.00"), ("mise", "3.00"), ("ctx", "3.00"), ("mise", "6.00")):
        assert value in texts
        assert tool in texts
    assert "0.010" not in texts
    assert {"prompt, nothing changed", "cd in, unchanged", "direnv has none", "a <machine> & more"} <= set(texts)


def test_bars_are_as_long_as_the_logarithm_says() -> None:
    root = ET.fromstring(plot.svg("bash", tables.medians(CELLS, "bash"), ""))
    bars = {
        title.text: float(rect.attrib["width"])
        for rect in root.iter("{http://www.w3.org/2000/svg}rect")
        if (title := rect.find("{http://www.w3.org/2000/svg}title")) is not None
    }
    lengths = [bars[f"prompt, nothing changed: {text} ms"] for text in ("ctx 0.120", "mise 3.00", "direnv 4.00")]

    assert lengths == sorted(lengths)
    assert (lengths[2] - lengths[1]) / (lengths[1] - lengths[0]) == pytest.approx(
        math.log(4 / 3) / math.log(3 / 0.12), abs=0.01
    )


def test_there_is_no_picture_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing was measured in fish"):
        plot.svg("fish", tables.medians(CELLS, "fish"), "")


@pytest.mark.parametrize("name", DRIVERS)
def test_no_placeholder_of_a_driver_is_left(name: str) -> None:
    text = DRIVERS[name].text("load it", "/requests", "/answers")

    assert not re.search(r"@(load|requests|answers|value)@", text)
    assert "load it" in text


@pytest.mark.parametrize("shell", DRIVERS)
def test_everything_happens_in_every_shell_with_every_tool_that_is_installed(shell: str, tmp_path: Path) -> None:
    require_shell(shell)
    peers_here = [name for name in peers.NAMES if peers.find(name, peers.default_folder())]
    only = [word for name in (shell, "ctx", *peers_here) for word in ("--only", name)]
    data, picture = benchmark(tmp_path, "--part", "directories", "--part", "scaling", "--plot-shell", shell, *only)

    reasons = {name: reason for name, reason in data["left_out"].items() if name.startswith(("ctx", "none"))}
    assert reasons == {}
    for tool, wanted in (("ctx", EVENTS), ("none", [e for e in EVENTS if not (e.process or e.default)])):
        events = [row["event"] for row in data["directories"] if row["tool"] == tool]
        assert sorted(events) == sorted(event.key for event in wanted)
    assert len(data["scaling"]) == 2 * len(scaling.sizes())
    assert all(len(row["samples"]) == 1 for row in [*data["directories"], *data["scaling"]])
    left_out = {name.partition(" in ")[0] for name in data["left_out"]}
    assert {row["tool"] for row in data["directories"]} | left_out >= {"ctx", "none", *peers_here}
    for row in data["directories"]:
        assert row["tool"] == "none" or f">{tables.figure(row['median'])}<" in picture


def test_a_picture_needs_the_part_that_it_shows() -> None:
    with pytest.raises(SystemExit):
        run.arguments(["--plot", "x.svg", "--part", "programs"])


# --- Secrets ----------------------------------------------------------------------------------------------------------


def amount(row: str, count: int, *samples: float) -> Amount:
    return Amount("", f"{row}: {count}", lambda: 1.0, samples=list(samples), row=row, count=count)


AMOUNTS = [
    amount(secret_stores.USE, 0, 15.0),
    amount(secret_stores.USE, 1, 20.0, 30.0, 90.0),
    amount(secret_stores.USE, 10, 40.0),
    amount(secret_stores.EXEC, 10, 71.0),
    amount(secret_stores.NAIVE, 1, 150.0),
    amount(secret_stores.NAIVE, 10, 190.0),
]


def test_the_table_of_secrets_has_all_rows_and_holds_each_figure_against_the_interpreter() -> None:
    heads, *lines = secret_tables.table(AMOUNTS, 10.0).splitlines()
    cells = {row: line[len(row) :].split() for row, line in zip(secret_stores.ROWS, lines, strict=True)}

    assert re.split(" {2,}", heads.strip()) == [
        "no secret",
        "/ python",
        "1 secret",
        "/ python",
        "10 secrets",
        "/ python",
    ]
    assert [line.startswith(row) for row, line in zip(secret_stores.ROWS, lines, strict=True)] == [True] * len(lines)
    assert cells[secret_stores.USE] == ["15.00", "1.5", "30.00", "3.0", "40.00", "4.0"]
    assert cells[secret_stores.NAIVE] == ["150.00", "15.0", "190.00", "19.0"]
    assert cells["secret-tool lookup"] == []


def test_what_ctx_promises_about_secrets_is_held_against_the_figures() -> None:
    assert secret_tables.acceptance(AMOUNTS, 10.0) == [
        "pass  ctx use, OS keyring, 1 secret: 30.0 ms is 3.0 times bare Python's 10.0 (at most 6)",
        "pass  ctx use, OS keyring, 1 secret: 30.0 ms is 5.0 times faster than keyring.get_password's 150.0 (at least 5)",
        "pass  ctx use, OS keyring, 10 secrets: 40.0 ms is 4.0 times bare Python's 10.0 (at most 7)",
        "FAIL  ctx use, OS keyring, 10 secrets: 40.0 ms is 4.8 times faster than keyring.get_password's 190.0 (at least 5)",
        "FAIL  ctx exec, OS keyring, 10 secrets: 71.0 ms is 7.1 times bare Python's 10.0 (at most 7)",
        "FAIL  ctx exec, OS keyring, 10 secrets: 71.0 ms is 2.7 times faster than keyring.get_password's 190.0 (at least 5)",
    ]


def test_a_row_that_lacks_a_secret_is_left_out_without_showing_it() -> None:
    for program in ("pass", "import sys; sys.exit('hidden text is wrong')"):
        process = Process((sys.executable, "-c", program), {}, ROOT)
        with pytest.raises(LeftOutError) as caught:
            secret_stores.Reading((process,), {"TOKEN": "hidden text"}).check()

        assert str(caught.value) in ("its output lacks TOKEN", "ended with 1: *** is wrong")


def test_secrets_are_read_from_everywhere_that_is_installed(tmp_path: Path) -> None:
    for name in ("dbus-run-session", "gnome-keyring-daemon", "secret-tool"):
        require_shell(name)
    groups = ["ctx", *secret_stores.GROUPS, *(["fnox"] if peers.find("fnox", peers.default_folder()) else [])]
    data, _ = benchmark(tmp_path, "--part", "secrets", *(word for group in groups for word in ("--only", group)))

    expected = [
        (row, count)
        for source in secret_stores.SOURCES
        if source.group in groups
        for row in source.rows
        for count in source.counts
    ]
    assert data["left_out"] == {}
    assert [(row["row"], row["secrets"]) for row in data["secrets"]] == expected
    assert all(len(row["samples"]) == 1 for row in data["secrets"])
    assert len(data["acceptance"]) == 8
    assert not re.search(r"[0-9a-f]{32}", (tmp_path / "result.json").read_text())
