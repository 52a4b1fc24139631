"""The console's files: Bootstrap's style from its package, styles and a few scripts of ours."""

from __future__ import annotations

from pathlib import Path

from bootstrap_wrapper import get_bootstrap_css_dir

from bot import served
from bot.served import Served

HERE = Path(__file__).resolve().parent
BASE = "/desk"


def load() -> Served:
    style = (get_bootstrap_css_dir() / "bootstrap.min.css").read_bytes()
    bootstrap = {"bootstrap.min.css": style.partition(b"/*# sourceMappingURL")[0]}
    return served.load(f"{BASE}/static", HERE / "static", **bootstrap)
