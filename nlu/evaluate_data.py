"""Questions to evaluate with: JSON Lines of ``{"text", "intent"}``, or those of a pack."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.schema import Intent, IntentKind, Localized, Pack, Template

OUT_OF_SCOPE = "out-of-scope"
_SHAPE = '{"text": "как подать жалобу", "intent": "how-to-appeal"}, intent null for what is out of scope'


class DataError(ValueError):
    """The message says which line of which file is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """A text and what it should be understood as."""

    text: str
    intent: str | None
    """None: out of scope."""
    style: str | None = None
    """How it is written («terse», «typo»), where the data tells."""


def read_questions(path: Path) -> list[Question]:
    """Questions of a file of JSON Lines, in order; empty lines are passed over. Raises DataError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: can't be read ({error.strerror}). Give a file of JSON Lines: {_SHAPE}.") from None
    found = [
        _question(path, at, line) for at, line in enumerate(raw.split(b"\n"), 1) if line.strip(b"\xef\xbb\xbf \r\t")
    ]
    if not found:
        raise DataError(f"{path}: holds no question. Write one JSON object a line: {_SHAPE}.")
    return found


def _question(path: Path, number: int, line: bytes) -> Question:
    def wrong(what: str, remedy: str) -> DataError:
        return DataError(f"{path}:{number}: {what}. {remedy}")

    try:
        told = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise wrong("not UTF-8", "Save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise wrong(
            f"not JSON ({error.msg}, column {error.colno})", f"Write one JSON object a line: {_SHAPE}"
        ) from None
    except RecursionError:
        raise wrong("nested too deep", f"Write one flat JSON object a line: {_SHAPE}") from None
    if not isinstance(told, dict):
        raise wrong("not a JSON object", f"Write {_SHAPE}")
    text, style = told.get("text"), told.get("style")
    if not isinstance(text, str) or not text.strip():
        raise wrong('"text" is missing, empty or no string', f"Write {_SHAPE}")
    if style is not None and not isinstance(style, str):
        raise wrong('"style" is no string', 'Leave it out, or write a word such as "typo"')
    return Question(text, _intent(told, wrong), style)


def _intent(told: dict[str, Any], wrong: Any) -> str | None:
    if "intent" not in told:
        raise wrong('"intent" is missing', f"Write {_SHAPE}")
    intent = told["intent"]
    if intent is None or intent == OUT_OF_SCOPE:
        return None
    if not isinstance(intent, str) or not intent.strip():
        raise wrong('"intent" is neither a name nor null', f"Write {_SHAPE}")
    return intent


def pack_questions(pack: Pack) -> list[Question]:
    """The pack's own test questions, which no engine is trained on."""
    outside = {slug for slug, intent in pack.intents.items() if intent.kind is IntentKind.OUT_OF_SCOPE}
    return [
        Question(text, None if slug in outside else slug) for slug, texts in pack.questions.items() for text in texts
    ]


def pack_of(lessons: Sequence[Question], pack: Pack) -> Pack:
    """A pack that knows these lessons and nothing else, for any engine to be trained on.

    Thresholds and languages are those of ``pack``, and so is the kind of an intent that it has
    (small talk, command); any other intent becomes a topic. Raises DataError for fewer than two intents.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    for one in lessons:
        texts[one.intent or OUT_OF_SCOPE].append(one.text)
    if len(texts) < 2:
        raise DataError("The training file knows a single intent. Give examples of two at least.")
    language = pack.agency.default_language
    digest = hashlib.sha256(repr(sorted(texts.items())).encode("utf-8", "replace")).hexdigest()[:16]
    intents = {
        slug: _sampled(pack.intents[slug], said, language) for slug, said in texts.items() if slug in pack.intents
    }
    if OUT_OF_SCOPE in texts and OUT_OF_SCOPE not in intents:
        outside = Intent(slug=OUT_OF_SCOPE, kind=IntentKind.OUT_OF_SCOPE, samples={})
        intents[OUT_OF_SCOPE] = _sampled(outside, texts[OUT_OF_SCOPE], language)
    topics = {slug: _topic(slug, said, language) for slug, said in texts.items() if slug not in intents}
    return pack.model_copy(
        update={
            "version": digest,
            "templates": topics,
            "intents": intents,
            "services": {},
            "rules": {},
            "questions": {},
        }
    )


def _sampled(intent: Intent, said: list[str], language: str) -> Intent:
    return intent.model_copy(update={"samples": {language: tuple(said)}})


def _topic(slug: str, said: list[str], language: str) -> Template:
    nothing: Localized = {}
    # Not validated: names of other people's data are not slugs, and there is no answer to check.
    fields: dict[str, Any] = {"title": nothing, "topic": slug, "short": nothing, "more": None, "buttons": ()}
    return Template.model_construct(slug=slug, samples={language: tuple(said)}, **fields)
