"""What messengers tell beside messages: reactions, groups that move or break."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, UniqueConstraint

from bot.storage.columns import at as _at
from bot.storage.columns import metadata
from bot.storage.columns import number as _id
from bot.storage.columns import of as _of

# Kept by hand, a table as a table.
# fmt: off

reaction = Table(
    "reaction", metadata, _id(), _of("address_id", "address.id"), Column("message", Text, nullable=False),
    _of("episode_id", "episode.id", null=True), Column("emoji", Text, nullable=False), _at("at"),
    UniqueConstraint("address_id", "message"),
)
"""The client's reaction to one of our messages, ``message`` being the messenger's id of it."""

moved_chat = Table(
    "moved_chat", metadata, Column("old", Text, primary_key=True), Column("new", Text, nullable=False), _at("at"),
)
"""Groups that have another id now."""

group_trouble = Table(
    "group_trouble", metadata, Column("chat", Text, primary_key=True), Column("cause", Text, nullable=False),
    _at("since"),
)
"""Staff groups that take no calls as they are."""
