"""The doctor's look at how the messengers deliver, and at the staff group."""

from __future__ import annotations

import asyncio

from bot.checkups import Finding
from bot.config import Settings
from bot.domain.errors import SendFailed
from bot.storage import groups
from bot.storage.session import Database

_OUTSIDE = "Check that OTKLIK_PUBLIC_URL leads here from outside, /hooks/ included, with a valid certificate."


async def examine_telegram(settings: Settings, token: str) -> Finding:
    """How Telegram delivers, and what waits there."""
    from bot.channels.hooks import hook
    from bot.channels.telegram.keep import state

    what, found = "Telegram's updates", await state(token, settings.telegram_api)
    if "fault" in found:
        return Finding(what, False, f"not known: {found['fault']}", "Ask again in a minute.")
    waiting = f"{found.get('pending_update_count', 0)} wait at Telegram"
    if settings.webhook_site is None:
        set_by = " A webhook is set; a worker takes it down when it starts." if found.get("url") else ""
        return Finding(what, not set_by, f"by polling, {waiting}", set_by.strip())
    own = hook("telegram", token.partition(":")[0], settings.secret_key.get_secret_value())
    if found.get("url") != settings.webhook_site + own.path:
        return Finding(what, False, f"the webhook is not set, {waiting}", "Start a worker (otklik run): it sets it.")
    failed = str(found.get("last_error_message") or "")
    if failed and found.get("pending_update_count"):
        return Finding(what, False, f"by webhook, {waiting}, the last failure: {failed}", _OUTSIDE)
    past = f", the last failure, made up for: {failed}" if failed else ""
    return Finding(what, True, f"by webhook at {settings.webhook_site}, {waiting}{past}")


async def examine_group(settings: Settings, token: str, *, database: bool) -> Finding:
    """Whether the bot can do its work in the staff group. ``database``: it can be asked where the group is now."""
    from bot.channels.telegram.standing import standing

    what = "staff group"
    if settings.telegram_staff_chat is None:
        return Finding(what, True, "off (OTKLIK_TELEGRAM_STAFF_CHAT is not set), staff work at the desk alone")
    chat = str(settings.telegram_staff_chat)
    found = await standing(token, settings.telegram_api, await _place(settings, chat) if database else chat)
    if isinstance(found, str):
        remedy = "Check OTKLIK_TELEGRAM_STAFF_CHAT, and put the bot into that group as an administrator."
        return Finding(what, False, f"{chat} can't be seen: {found}", remedy)
    if not found.forum:
        return Finding(what, False, f"{found.title} has no topics", "Switch Topics on in the group's settings.")
    if not found.administrator:
        remedy = "Make the bot an administrator of the group, with the right to manage topics."
        return Finding(what, False, f"the bot is no administrator of {found.title}", remedy)
    if not found.manages_topics:
        remedy = "Give the bot the right to manage topics, among its rights as an administrator."
        return Finding(what, False, f"the bot may not manage topics in {found.title}", remedy)
    return Finding(what, True, f"{found.title}, with topics that the bot may manage")


async def _place(settings: Settings, chat: str) -> str:
    db = Database(settings.database_url, size=1)
    try:
        async with db.begin() as tx:
            return await groups.place(tx, chat)
    finally:
        await db.close()


async def examine_vk(settings: Settings, token: str, group_id: int) -> Finding:
    """How VK delivers."""
    from bot.channels.hooks import hook
    from bot.channels.vk.aside import aside
    from bot.channels.vk.keep import Community

    if settings.webhook_site is None:
        return Finding("VK's events", True, "by long poll")
    own = hook("vk", str(group_id), settings.secret_key.get_secret_value())
    community = Community(token, group_id, settings.vk_api, settings.webhook_site, own)
    try:
        status = await aside(asyncio.Event(), community.status)
    except SendFailed as error:
        return Finding("VK's events", False, str(error), "The token needs the right to manage the community.")
    if status == "absent":
        return Finding("VK's events", False, "no callback server is set up", "Start a worker (otklik run): it adds it.")
    return Finding(
        "VK's events",
        status == "ok",
        f"by callback at {settings.webhook_site}, VK says '{status}' of it",
        "" if status == "ok" else _OUTSIDE,
    )
