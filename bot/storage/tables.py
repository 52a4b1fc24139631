"""All tables. Instants are UTC; leases alone use the database's clock."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.columns import at as _at
from bot.storage.columns import lease as _lease
from bot.storage.columns import metadata
from bot.storage.columns import number as _id
from bot.storage.columns import of as _of
from bot.storage.columns import said_number as _said_id
from bot.storage.messenger_tables import group_trouble as group_trouble
from bot.storage.messenger_tables import moved_chat as moved_chat
from bot.storage.messenger_tables import reaction as reaction
from bot.storage.moderation_tables import draft as draft
from bot.storage.moderation_tables import draft_step as draft_step
from bot.storage.moderation_tables import pilot as pilot
from bot.storage.moderation_tables import review_mark as review_mark
from bot.storage.profile_table import profile as profile
from bot.storage.question_tables import question as question
from bot.storage.question_tables import question_link as question_link
from bot.storage.question_tables import question_salt as question_salt
from bot.storage.register_tables import touchpoint as touchpoint
from bot.storage.replay_tables import replay as replay
from bot.storage.replay_tables import replay_change as replay_change
from bot.storage.shadow_table import comparison as comparison
from bot.storage.wait_tables import body_wait as body_wait
from bot.storage.wishes import erasure as erasure
from bot.storage.wishes import watch as watch

# Kept by hand, a table as a table.
# fmt: off

client = Table("client", metadata, _id(), _at("created_at"))

address = Table(
    "address", metadata, _id(), _of("client_id", "client.id"),
    Column("channel", Text, nullable=False), Column("external_id", Text, nullable=False),
    Column("reachable", Boolean, nullable=False, server_default=text("true")), _at("created_at"),
    UniqueConstraint("channel", "external_id"), Index(None, "client_id"),
)

dialog = Table(
    "dialog", metadata,
    Column("address_id", BigInteger, ForeignKey("address.id"), primary_key=True),
    Column("state", Text, nullable=False), _at("updated_at"),
)

inbox = Table(
    "inbox", metadata, _id(), Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False), Column("conversation", Text, nullable=False),
    Column("payload", Text, nullable=True), _at("received_at"), *_lease(),
    Column("state", Text, nullable=False, server_default="new"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("alone", Integer, nullable=False, server_default="0"), Column("outcome", Text, nullable=True),
    _at("handled_at", null=True), UniqueConstraint("channel", "external_id"),
    Index("ix_inbox_waiting", "conversation", "id", postgresql_where=text("state = 'new'")),
    Index("ix_inbox_oldest", "id", postgresql_where=text("state = 'new'")),
    Index("ix_inbox_aside", "id", postgresql_where=text("state = 'aside'")),
)
"""``payload``: the raw update as ASCII JSON, blanked after 14 days. ``state``: new, done, aside."""

message = Table(
    "message", metadata, _said_id(), _of("address_id", "address.id"),
    Column("direction", Text, nullable=False), _at("at"), _of("inbox_id", "inbox.id", null=True),
    Column("text", Text, nullable=True), Column("outcome", Text, nullable=True), Column("slug", Text, nullable=True),
    Column("release", Integer, nullable=False), Column("engine", Text, nullable=True),
    Column("candidates", Text, nullable=True), _of("staff_id", "staff.id", null=True),
    Index(None, "address_id", "id"), UniqueConstraint("inbox_id"),
    Index("ix_message_more", "slug", postgresql_where=text("outcome = 'more' AND direction = 'out'")),
    Index("ix_message_at", "at", postgresql_using="brin"),
)
"""Append-only; ``text`` is plain and erasable, absent where it held a personal value. ``direction``: in, out, or
note (for colleagues, never sent). ``staff_id``: whose words; absent: the client's or the assistant's."""

outbox = Table(
    "outbox", metadata, _said_id(), _of("address_id", "address.id", null=True),
    Column("conversation", Text, nullable=False), Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False), Column("target", Text, nullable=False),
    _of("thread_of", "address.id", null=True), Column("lane", SmallInteger, nullable=False, server_default="0"),
    Column("body", Text, nullable=True), Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=text("'-infinity'")),
    Column("first_tried_at", DateTime(timezone=True), nullable=True), *_lease(),
    Column("cause", Text, nullable=True), Column("result", Text, nullable=True), _at("created_at"),
    Column("settled_at", DateTime(timezone=True), nullable=True), Column("message_id", BigInteger, nullable=True),
    Column("episode_id", BigInteger, nullable=True),
    Index("ix_outbox_message", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    Index("ix_outbox_waiting", "conversation", "id", postgresql_where=text("state = 'pending'")),
    Index("ix_outbox_next", "channel", "lane", "id", postgresql_where=text("state = 'pending'")),
    Index("ix_outbox_groups", "lane", "id", postgresql_where=text("state = 'pending' AND target LIKE '-%'")),
    Index("ix_outbox_troubled", "state", postgresql_where=text("state IN ('failed', 'unknown', 'held')")),
    Index("ix_outbox_repeated", "id", postgresql_where=text("state = 'sent' AND cause IS NOT NULL")),
    Index("ix_outbox_page", "address_id", "id", postgresql_where=text("channel = 'page'")),
    Index("ix_outbox_scored", "address_id", postgresql_where=text("episode_id IS NOT NULL AND state = 'sent'")),
)
"""One physical call a row. ``state``: pending, sent, failed, unknown, held, dropped. ``body`` is blanked after 14
days. ``message_id``: the message it carries, saved by the same statement. ``episode_id``: what it asks a score for."""

episode = Table(
    "episode", metadata, _id(), _of("address_id", "address.id"), Column("kind", Text, nullable=False),
    Column("slug", Text, nullable=False), _of("case_id", "case.id", null=True), _at("opened_at"),
    Column("helped", Boolean, nullable=True), Column("comment", Text, nullable=True),
    Column("about", Text, nullable=True), Column("release", Integer, nullable=True), Index(None, "address_id"),
    Index("ix_episode_slug", "slug", "opened_at"), Index("ix_episode_opened_at", "opened_at", postgresql_using="brin"),
)
"""What a score is keyed by."""

score = Table(
    "score", metadata, _id(), _of("episode_id", "episode.id"), Column("value", SmallInteger, nullable=False),
    _at("at"), UniqueConstraint("episode_id"),
)

request = Table(
    "request", metadata, _id(), Column("number", Text, nullable=True), _of("address_id", "address.id"),
    Column("token", Text, nullable=False), Column("service", Text, nullable=False),
    Column("release", Integer, nullable=False), Column("stage", Text, nullable=False), _at("created_at"),
    _at("due_at", null=True), Column("values", Text, nullable=False), _at("stage_due_at", null=True),
    Column("stage_told", Text, nullable=True),
    UniqueConstraint("number"), UniqueConstraint("address_id", "token"),
)
"""``stage_told``: what staff were told of this stage's end: near or late."""

request_stage = Table(
    "request_stage", metadata, _id(), _of("request_id", "request.id"), Column("stage", Text, nullable=False),
    _at("at"), Column("reason", Text, nullable=True), Column("advice", Text, nullable=True),
    _of("staff_id", "staff.id", null=True), Index(None, "request_id"),
)
"""``reason`` and ``advice``: of a refusal."""

counter = Table(
    "counter", metadata, Column("series", Text, primary_key=True), Column("year", Integer, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

case = Table(
    "case", metadata, _id(), _of("address_id", "address.id"), _of("request_id", "request.id", null=True),
    Column("reason", Text, nullable=False), Column("team", Text, nullable=False), _at("opened_at"),
    _of("taken_by", "staff.id", null=True), _at("taken_at", null=True), _at("closed_at", null=True),
    _of("closed_by", "staff.id", null=True), Index(None, "address_id"),
    Index("ix_case_open", "id", postgresql_where=text("closed_at IS NULL")),
)

term = Table(
    "term", metadata, _id(), _of("case_id", "case.id"), Column("policy", Text, nullable=False), _at("started_at"),
    _at("due_at"), _at("stopped_at", null=True), Column("reached", Text, nullable=True), Index(None, "case_id"),
)
"""``reached``: the last mark told (warn, alarm, supervisor)."""

term_pause = Table(
    "term_pause", metadata, _id(), _of("term_id", "term.id"), _at("started_at"), _at("ended_at", null=True),
    Column("owed_by", Text, nullable=False, server_default="client"), Index(None, "term_id"),
)
"""The client, or another body, owed an answer: this time does not count. ``owed_by``: client or body."""

timer = Table(
    "timer", metadata, _id(), _of("term_id", "term.id"), Column("kind", Text, nullable=False), _at("fire_at"),
    Column("state", Text, nullable=False, server_default="set"), _at("settled_at", null=True), Index(None, "term_id"),
    Index("ix_timer_next", "fire_at", postgresql_where=text("state = 'set'")),
)
"""``state``: set, fired, dropped."""

staff = Table(
    "staff", metadata, _id(), Column("name", Text, nullable=False), Column("telegram_id", Text, nullable=True),
    Column("team", Text, nullable=False), Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")), _at("created_at"),
    Column("login", Text, nullable=True), UniqueConstraint("telegram_id"), UniqueConstraint("login"),
)

credential = Table(
    "credential", metadata, Column("staff_id", BigInteger, ForeignKey("staff.id"), primary_key=True),
    Column("password", Text, nullable=False), _at("changed_at"),
)
"""``password``: argon2id."""

session = Table(
    "session", metadata, _id(), Column("token", LargeBinary, nullable=False), _of("staff_id", "staff.id"),
    _at("began_at"), _at("seen_at"), _at("ended_at", null=True), UniqueConstraint("token"), Index(None, "staff_id"),
)
"""A browser signed in at the desk; ``token`` is a hash."""

sign_in_link = Table(
    "sign_in_link", metadata, Column("token", LargeBinary, primary_key=True), _of("staff_id", "staff.id"),
    _at("expires_at"), _at("used_at", null=True), Index(None, "staff_id"),
)
"""A one-time link that sets a password; ``token`` is a hash."""

sign_in_try = Table(
    "sign_in_try", metadata, Column("who", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False), _at("last_at"), _at("until"),
)
"""Failed sign-ins of a login or a network address; ``who`` is a keyed hash."""

staff_act = Table(
    "staff_act", metadata, _id(), _of("address_id", "address.id"), _of("case_id", "case.id", null=True),
    _of("staff_id", "staff.id"), Column("verb", Text, nullable=False), Column("detail", Text, nullable=False),
    _at("at"), Index(None, "address_id", "id"),
)
"""What staff did with a conversation, at either desk; the last id is the version that a form has shown."""

desk_form = Table(
    "desk_form", metadata, Column("action", Text, primary_key=True), _of("staff_id", "staff.id"),
    Column("outcome", Text, nullable=False), _at("at"),
)
"""Forms that were sent: one sent again returns the first result."""

staff_topic = Table(
    "staff_topic", metadata, Column("address_id", BigInteger, ForeignKey("address.id"), primary_key=True),
    Column("chat", Text, nullable=False), Column("topic", Text, nullable=True), UniqueConstraint("chat", "topic"),
)
"""One forum topic of the staff group a conversation; ``topic`` is absent until the messenger made it."""

personal = Table(
    "personal", metadata, Column("ref", Text, primary_key=True), _of("client_id", "client.id"),
    Column("kind", Text, nullable=False), Column("ciphertext", LargeBinary, nullable=False),
    Column("lookup", LargeBinary, nullable=False), Column("key_version", Integer, nullable=False), _at("created_at"),
    Index(None, "client_id"), Index(None, "kind", "lookup"),
)
"""Personal values, encrypted; ``lookup`` is a keyed hash for finding one by its value."""

release = Table(
    "release", metadata, Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False), Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False), _at("at"), Column("imported", Text, nullable=True),
)

item = Table(
    "item", metadata, _id(), Column("kind", Text, nullable=False), Column("slug", Text, nullable=False),
    Column("imported", Text, nullable=True), UniqueConstraint("kind", "slug"),
)
"""``imported``: its body in the folder imported last; of a release: the version of the folder that came with it."""

item_version = Table(
    "item_version", metadata, _id(), _of("item_id", "item.id"), Column("body", Text, nullable=False),
    Column("from_release", Integer, ForeignKey("release.number"), nullable=False),
    Column("to_release", Integer, ForeignKey("release.number"), nullable=True),
    Column("author", Text, nullable=False), _at("at"), Index(None, "item_id"),
)
"""One version of one item, live from one release to another."""

file = Table(
    "file", metadata, Column("sha256", Text, primary_key=True), Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False), Column("bytes", LargeBinary, nullable=True), _at("created_at"),
)
"""Every file by its content, whoever it came from; ``bytes`` are absent once erased."""

file_handle = Table(
    "file_handle", metadata,
    Column("sha256", Text, ForeignKey("file.sha256"), primary_key=True), Column("account", Text, primary_key=True),
    Column("handle", Text, nullable=False),
)
"""Under which name a messenger sends a file again without an upload, for each of our accounts."""

attachment = Table(
    "attachment", metadata, _id(), _of("address_id", "address.id"), Column("channel", Text, nullable=False),
    Column("team", Text, nullable=True), Column("kind", Text, nullable=False), Column("reference", Text, nullable=True),
    Column("name", Text, nullable=False), Column("token", Text, nullable=False),
    _of("request_id", "request.id", null=True), _of("case_id", "case.id", null=True),
    Column("sha256", Text, ForeignKey("file.sha256"), nullable=True),
    Column("state", Text, nullable=False, server_default="new"), Column("cause", Text, nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"), *_lease(), _at("created_at"),
    _at("settled_at", null=True),
    Index(None, "address_id", "token"), Index(None, "request_id"),
    Index("ix_attachment_waiting", "id", postgresql_where=text("state = 'new'")),
)
"""A file that somebody sent. ``team``: of the member of staff who did. ``state``: new, kept, refused."""

receiver = Table(
    "receiver", metadata, Column("channel", Text, primary_key=True), Column("position", Text, nullable=False),
)
"""Where an ingress goes on (VK's ``ts``), committed together with what was received."""

pace = Table("pace", metadata, Column("key", Text, primary_key=True), _at("tat"))
"""Token buckets shared by all workers: the theoretical arrival time of GCRA, by the database's clock."""

audit = Table(
    "audit", metadata, _id(), _at("at"), Column("actor", Text, nullable=False), Column("verb", Text, nullable=False),
    Column("object", Text, nullable=False),
)
"""Who did what to which row; ids only."""
