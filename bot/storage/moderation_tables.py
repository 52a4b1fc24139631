"""Drafts of the content and what was done with them; seen through ``bot.storage.tables``."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from bot.storage.columns import at as _at
from bot.storage.columns import metadata
from bot.storage.columns import number as _id
from bot.storage.columns import of as _of

# fmt: off

draft = Table(
    "draft", metadata, _id(), Column("kind", Text, nullable=False), Column("slug", Text, nullable=False),
    Column("body", Text, nullable=False), _of("base", "item_version.id", null=True),
    Column("state", Text, nullable=False), Column("step", BigInteger, nullable=False), _at("changed_at"),
    Column("release", Integer, ForeignKey("release.number"), nullable=True),
    Index("uq_draft_open", "kind", "slug", unique=True,
          postgresql_where=text("state IN ('draft', 'review', 'approved')")),
)
"""``base``: the live version that whoever wrote it last saw; none for a new item. ``step``: the number of its last
step, which a form has shown. ``state``: draft, review, approved; released (with ``release``) or dropped."""

draft_step = Table(
    "draft_step", metadata, _id(), _of("draft_id", "draft.id"),
    Column("verb", Text, nullable=False), _of("staff_id", "staff.id"), _at("at"), Column("body", Text, nullable=True),
    Column("remark", Text, nullable=True), _of("replay_id", "replay.id", null=True),
    Column("seal", Text, nullable=True), Index(None, "draft_id"),
)
"""Append-only. ``verb``: saved (with its ``body``), submitted, approved, returned (with a ``remark``), released,
dropped. Whoever has saved may not approve. ``replay_id`` and ``seal``: the replay that whoever approved had seen."""

review_mark = Table(
    "review_mark", metadata, Column("kind", Text, primary_key=True), Column("slug", Text, primary_key=True),
    Column("review_by", Date, primary_key=True), Column("mark", Text, primary_key=True), _at("at"),
)
"""The owner of an answer was told that its date is near (``mark``: soon) or past (overdue)."""

recall = Table(
    "recall", metadata, _id(), Column("slug", Text, nullable=False),
    Column("versions", ARRAY(BigInteger), nullable=False), Column("titles", Text, nullable=False),
    Column("texts", Text, nullable=False), Column("state", Text, nullable=False),
    Column("step", Integer, nullable=False), Column("writers", ARRAY(BigInteger), nullable=False), _at("written_at"),
    _of("approved_by", "staff.id", null=True), _at("approved_at", null=True),
    _of("ended_by", "staff.id", null=True), _at("ended_at", null=True),
    Index("uq_recall_open", "slug", unique=True, postgresql_where=text("state IN ('written', 'sending')")),
)
"""``versions``: ids of item versions. ``titles``, ``texts``: JSON, by language. ``state``: written, sending, then
stopped or done; dropped. ``writers``: staff."""

recall_client = Table(
    "recall_client", metadata,
    Column("recall_id", BigInteger, ForeignKey("recall.id"), primary_key=True),
    Column("client_id", BigInteger, ForeignKey("client.id"), primary_key=True),
    _of("address_id", "address.id", null=True), Column("state", Text, nullable=False),
    Column("message_id", BigInteger, nullable=True), _at("at"),
    Index("ix_recall_client_waiting", "recall_id", "client_id", postgresql_where=text("state = 'waiting'")),
    Index("ix_recall_client_message", "message_id", postgresql_where=text("message_id IS NOT NULL")),
)
"""Each client once a correction, at the address where he got the wrong answer last. ``state``: waiting, said (with
the message); blocked, erased: left out; stopped. Numbers only: what they mean is erased with the client."""

gap = Table(
    "gap", metadata, _id(), Column("meaning", LargeBinary, nullable=False), Column("words", Text, nullable=False),
    Column("size", Integer, nullable=False), Column("encoder", Text, nullable=False), _at("opened_at"),
    _of("draft_id", "draft.id", null=True), _of("dismissed_by", "staff.id", null=True),
    _at("dismissed_at", null=True), Column("reason", Text, nullable=True),
)
"""Questions of one kind that had no good answer. ``meaning`` (float32), ``words`` (JSON, word to count), ``size`` and
``encoder``: what new questions are compared with. ``draft_id``: what is to answer them."""

gap_question = Table(
    "gap_question", metadata,
    Column("question_id", BigInteger, ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
    _of("gap_id", "gap.id"), Index(None, "gap_id"),
)
"""A question that is forgotten or erased goes, and its gap is compared without it from then on."""

source = Table(
    "source", metadata, Column("sha256", Text, primary_key=True), Column("bytes", LargeBinary, nullable=False),
)
"""A YAML file of a pack's folder by its content."""

release_source = Table(
    "release_source", metadata,
    Column("release", Integer, ForeignKey("release.number"), primary_key=True), Column("path", Text, primary_key=True),
    Column("sha256", Text, ForeignKey("source.sha256"), nullable=False),
)
"""The folder that came in with a release."""

pilot = Table(
    "pilot", metadata, Column("release", Integer, ForeignKey("release.number"), primary_key=True, autoincrement=False),
    Column("general", Integer, ForeignKey("release.number"), nullable=False),
    Column("segment", Text, nullable=False, server_default=""), Column("share", Integer, nullable=False),
    _at("started_at"), _at("ended_at", null=True), Column("ended", Text, nullable=True),
    Index("uq_pilot_running", text("(true)"), unique=True, postgresql_where=text("ended_at IS NULL")),
)
"""A release that some clients get while all others get ``general``. ``ended``: all (it went on to all) or stopped."""
