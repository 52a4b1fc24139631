"""The texts that the page says by itself. The pack has them under the prefix ``page.``."""

from __future__ import annotations

from collections.abc import Mapping

PREFIX = "page."

KEYS = (
    "answers_title",
    "assistant",
    "attach",
    "connecting",
    "copied",
    "copy",
    "delivered",
    "download",
    "drop",
    "edit",
    "error_bad",
    "error_cookies",
    "error_down",
    "error_file",
    "error_file_big",
    "error_file_type",
    "error_flood",
    "error_long",
    "error_session",
    "failed",
    "hint",
    "input",
    "lang",
    "log",
    "new_messages",
    "no_script",
    "offline",
    "opens",
    "options",
    "other_language",
    "other_language_code",
    "placeholder",
    "private",
    "reconnecting",
    "restored",
    "send",
    "sending",
    "skip",
    "tagline",
    "typing",
    "uploaded",
    "uploading",
    "waiting",
    "you",
)
"""Without the prefix. ``other_language`` and ``other_language_code`` may be empty."""


def plain(texts: Mapping[str, str]) -> dict[str, str]:
    """Every word by its key without prefix; one that the pack lacks shows its key."""
    return {key: texts.get(PREFIX + key, key) for key in KEYS}
