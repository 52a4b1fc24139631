"""The measuring itself is measured: its load is what it says, and a short run gives every figure."""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
from collections import Counter
from pathlib import Path

import psutil
import pytest

from knowledge_base.load import load_pack
from knowledge_base.schema import FieldType
from scripts.benchmarks import report
from scripts.benchmarks.load import _waits
from scripts.benchmarks.messengers import Reply
from scripts.benchmarks.sampled import STEPS, WAYS
from scripts.benchmarks.workload import Content, acts, on_telegram, on_vk, plain

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENTS = range(1_000_000, 1_000_500)


@pytest.fixture(scope="module")
def content() -> Content:
    return Content.of(load_pack(ROOT / "knowledge_base" / "packs" / "ministry"))


def test_seventy_questions_twenty_buttons_ten_steps_of_a_form(content: Content) -> None:
    kinds: Counter[str] = Counter()
    for client in CLIENTS:
        for act in itertools.islice(acts(content, client), 20):
            form = client % 10 == 0
            kinds["form" if form else "button" if act.action else "question"] += 1
    total = kinds.total()
    assert kinds["form"] == total / 10
    assert kinds["button"] / total == pytest.approx(0.2, abs=0.02)


def test_no_question_comes_twice_and_every_run_says_the_same(content: Content) -> None:
    def said() -> list[str]:
        asking = (client for client in CLIENTS if client % 10)
        return [a.text for c in asking for a in itertools.islice(acts(content, c), 10) if not a.action]

    assert len(said()) == len(set(said())) > 3000
    assert said() == said()


def test_a_form_is_filled_in_to_its_end(content: Content) -> None:
    asked = [field for field in content.service.fields if field.type is not FieldType.FILE]
    steps = list(itertools.islice(acts(content, 1_000_000), len(asked) + 3))
    assert steps[0].action == f"s:{content.service.slug}"
    assert steps[-2].text == content.send
    assert steps[-1] == steps[0], "and begun anew"


def test_an_act_in_each_messenger_s_words(content: Content) -> None:
    button = content.buttons[0]
    pressed = on_telegram(7, button, 42)
    assert (pressed["do"], pressed["wanted"], pressed["message_id"]) == ("client_presses", button.action, 42)
    assert on_vk(7, button, 42)["payload"] == {"a": button.action}
    assert plain(7, button, 42)["text"] != plain(7, button, 43)["text"]


def test_a_wait_ends_with_the_first_reply_after_the_push() -> None:
    replies = [Reply(1, 10, "", 5.0), Reply(1, 11, "", 7.5), Reply(1, 12, "", 8.0), Reply(2, 13, "", 6.25)]
    assert _waits([(1, 7.0), (2, 6.0), (3, 1.0)], replies) == [0.5, 0.25]


def test_percentiles() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (report.percentile(values, 50), report.percentile(values, 99), report.percentile([3.0], 99)) == (
        50.0,
        99.0,
        3.0,
    )
    assert report.percentile([], 99) == math.inf


def test_every_step_is_known_by_code_that_exists() -> None:
    assert sorted(STEPS[:-1]) == sorted(step for step, _ in WAYS)
    for step, places in WAYS:
        for pattern, function in places:
            files = list(ROOT.glob(pattern))
            assert files, f"{step}: {pattern}"
            assert all(f"def {function}" in file.read_text() for file in files if function), f"{step}: {function}"


def test_wrong_usage_says_how() -> None:
    shown = subprocess.run([ROOT / "scripts" / "bench", "-h"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("Usage: scripts/bench main_job")
    wrong = subprocess.run([ROOT / "scripts" / "bench", "no_job"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "no_job" in wrong.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_cost_of_each_step_is_told(place: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "bench", "main_job", "--quick", "--steps", "--json"],
        capture_output=True, text=True, check=False, env=os.environ | {"TMPDIR": str(place)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for costs in json.loads(done.stdout)["steps_cpu_ms_per_message"].values():
        assert set(costs) == set(STEPS)
        assert all(costs[step] > 0 for step in ("receive", "understand", "save", "deliver"))
        assert costs["understand"] < sum(costs.values()) < 1000
    assert list(place.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_short_run_gives_every_figure_and_leaves_nothing(place: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "bench", "main_job", "--quick", "--json"],
        capture_output=True, text=True, check=False, env=os.environ | {"TMPDIR": str(place)},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    measured = json.loads(done.stdout)
    assert measured["ok"] is (done.returncode == 0)
    assert measured["messages"]["lacking"] == 0, "every message understood, committed and answered"
    speeds = {name: one["per_second"] for name, one in measured["throughput"].items()}
    assert set(speeds) == {
        "bare_telegram", "bare_vk", "bare_telegram_webhook", "otklik_telegram", "otklik_vk", "otklik_mixed",
        "otklik_mixed_two_workers", "otklik_telegram_webhook", "otklik_vk_webhook",
    }  # fmt: skip
    assert all(speed > 5 for speed in speeds.values())
    assert all(one["count"] > 0 for by_rate in measured["latency_ms"].values() for one in by_rate.values())
    assert measured["rss_mb"]["Otklik"] < 500
    assert list(place.iterdir()) == []
    left = [p for p in psutil.process_iter(["cmdline"]) if str(place) in " ".join(p.info["cmdline"] or ())]
    assert left == []
