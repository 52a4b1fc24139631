"""Marks of response terms, as the staff group sees them."""

from __future__ import annotations

from bot.config import ROOT
from knowledge_base.load import load_pack
from tests.emulators.telegram import STAFF_CHAT
from tests.faults.deployment import Deployment

MARKS = {"warn": "staff.term_near", "alarm": "staff.term_passed", "supervisor": "staff.supervisor"}


def seen(deployment: Deployment) -> dict[str, int]:
    """How often each mark was posted in the staff group."""
    texts = load_pack(ROOT / "knowledge_base" / "packs" / "ministry").texts
    posts = [sent.text for sent in deployment.telegram.messages(STAFF_CHAT)]
    signs = {kind: _sign(texts[key]["ru"]) for kind, key in MARKS.items()}
    counts = {kind: sum(sign in post for post in posts) for kind, sign in signs.items()}
    return {kind: count for kind, count in counts.items() if count}


def _sign(text: str) -> str:
    """The longest stretch of a text that holds no placeholder and no formatting."""
    plain = text.replace("**", "\n").replace("`", "\n").replace("{", "\n{").replace("}", "}\n")
    return max((part for part in plain.split("\n") if "{" not in part), key=len).strip()
