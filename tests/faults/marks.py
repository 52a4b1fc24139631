"""Marks of response terms, as the staff group sees them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.config import ROOT
from knowledge_base.load import load_pack
from tests.emulators.telegram import STAFF_CHAT
from tests.faults.deployment import Deployment

MARKS = {"warn": "staff.term_near", "alarm": "staff.term_passed", "supervisor": "staff.supervisor"}


def seen(deployment: Deployment) -> dict[str, int]:
    """How often each mark was posted in the staff group."""
    return _counted([sent.text for sent in deployment.telegram.messages(STAFF_CHAT)])


async def said(deployment: Deployment) -> dict[str, int]:
    """How often each mark was saved to be posted: the group takes a post in three seconds."""
    rows = await deployment.rows("SELECT body FROM outbox WHERE conversation LIKE 'staff:%' AND kind = 'message'")
    return _counted([json.loads(row["body"])["text"] for row in rows])


def _counted(posts: Sequence[str]) -> dict[str, int]:
    texts = load_pack(ROOT / "knowledge_base" / "packs" / "ministry").texts
    signs = {kind: _sign(texts[key]["ru"]) for kind, key in MARKS.items()}
    counts = {kind: sum(post.count(sign) for post in posts) for kind, sign in signs.items()}
    return {kind: count for kind, count in counts.items() if count}


def _sign(text: str) -> str:
    """The longest stretch of a text that holds no placeholder and no formatting."""
    plain = text.replace("**", "\n").replace("`", "\n").replace("{", "\n{").replace("}", "}\n")
    return max((part for part in plain.split("\n") if "{" not in part), key=len).strip()
