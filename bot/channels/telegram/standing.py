"""What the bot may do in the staff group, asked of Telegram; for the doctor."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

from bot.channels.telegram.api import Fault, call


@dataclass(frozen=True, slots=True)
class Standing:
    """The group as Telegram shows it to the bot."""

    title: str
    forum: bool
    administrator: bool
    manages_topics: bool


async def standing(token: str, api: str, chat: str) -> Standing | str:
    """The bot's place in the group, or why Telegram does not tell of it."""
    base = f"{api.rstrip('/')}/bot{token}"
    who = {"chat_id": chat, "user_id": int(token.partition(":")[0])}
    async with aiohttp.ClientSession() as session:
        group = await call(session, base, "getChat", {"chat_id": chat}, 10)
        if isinstance(group, Fault):
            return group.reason
        member = await call(session, base, "getChatMember", who, 10)
    if isinstance(member, Fault):
        return member.reason
    if not isinstance(group, dict) or not isinstance(member, dict):
        return "an answer that can't be read"
    return Standing(
        title=str(group.get("title") or chat),
        forum=group.get("is_forum") is True,
        administrator=member.get("status") == "administrator",
        manages_topics=member.get("can_manage_topics") is True,
    )
