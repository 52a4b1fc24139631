"""Logs: one line a record, for people or as JSON, without tokens, telephone numbers and clients' words.

Whatever is logged passes here last, tracebacks of strange libraries included: an address of the Bot API holds
the token, an error may quote the text that caused it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Any, TextIO

from bot.telling import told

_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}
_SECRETS = (
    (re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}"), "<token>"),
    (re.compile(r"\bvk\d\.a\.[\w-]+"), "<token>"),
    (re.compile(r"(?i)\b(access_token|token|key|secret|password|authorization)([\"']?\s*[=:]\s*[\"']?)(bearer\s+)?[^\s&\"',;)]+"),
     r"\1\2<secret>"),
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), "://<login>@"),
    (re.compile(r"(?<![\d.:-])(?:\+7|8|7)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]?\d{2}[\s-]?\d{2}(?![\d:])"), "<telephone>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<mail>"),
    (re.compile(r"\bexception=(\w+)\(.*?\)(?=>|$)", re.DOTALL), r"exception=\1(…)"),
)  # fmt: skip


def configure(
    *, verbose: bool = False, form: str = "text", secrets: Collection[str] = (), stream: TextIO = sys.stderr
) -> None:
    """All records go to ``stream``: as text for people, or with ``form`` "json" as an object a line."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(form, secrets))
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is late is skipped: nothing to warn of


def formatter(form: str, secrets: Collection[str] = ()) -> logging.Formatter:
    """``secrets``: words to be kept out wherever they stand."""
    return _Json(secrets) if form == "json" else _Plain(secrets)


class _Plain(logging.Formatter):
    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__(_PLAIN)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return _clean(super().format(_safe(record)), self._secrets)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return "".join(_story(ei)).rstrip()


class _Json(_Plain):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        safe = _safe(record)
        line: dict[str, object] = {
            "time": f"{self.formatTime(safe, '%Y-%m-%dT%H:%M:%S')}.{safe.msecs:03.0f}Z",
            "level": safe.levelname.lower(),
            "logger": safe.name,
            "event": str(safe.msg),
            "message": safe.getMessage(),
        }
        line |= {key: value for key, value in safe.__dict__.items() if key not in _STANDARD}
        if safe.exc_info:
            line["error"] = self.formatException(safe.exc_info)
        return json.dumps({key: self._tidy(value) for key, value in line.items()}, ensure_ascii=False)

    def _tidy(self, value: object) -> object:
        return value if isinstance(value, bool | int | float | None) else _clean(str(value), self._secrets)


def _safe(record: logging.LogRecord) -> logging.LogRecord:
    """A copy in which errors tell no more than they may."""
    copy = logging.makeLogRecord(record.__dict__)
    copy.exc_text = None
    if isinstance(copy.msg, BaseException):
        copy.msg = told(copy.msg)
    match copy.args:
        case tuple():
            copy.args = tuple(told(one) if isinstance(one, BaseException) else one for one in copy.args)
        case dict():
            copy.args = {key: told(one) if isinstance(one, BaseException) else one for key, one in copy.args.items()}
    return copy


def _story(info: tuple[type[BaseException], BaseException, TracebackType | None]) -> Iterator[str]:
    """Where an error arose and what led to it, in our own lines of code; its words only if they are safe."""
    error: BaseException | None = info[1]
    for _ in range(8):
        if error is None:
            return
        yield from traceback.format_tb(error.__traceback__)
        yield f"{told(error)}\n"
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions[:8]:
                yield from _story((type(inner), inner, inner.__traceback__))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None:
            yield "which followed from:\n"


def _clean(text: str, secrets: Collection[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "<secret>")
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text
