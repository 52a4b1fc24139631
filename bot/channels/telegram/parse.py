"""One stored update through aiogram's types and routing: what the client or the staff did.

aiogram never sees a batch, so an update that doesn't fit its schema harms nobody but itself.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Final

from aiogram import Bot, Dispatcher, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.enums import ChatType, ContentType
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, MessageReactionUpdated, ReactionTypeEmoji, Update
from pydantic import ValidationError

from bot.channels.telegram import membership
from bot.channels.telegram.attachments import with_files
from bot.channels.telegram.reading import action, incoming, label, language, place, thread
from bot.domain.cleaning import clean
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import (
    Channel,
    GroupChanged,
    GroupMoved,
    Ignored,
    Incoming,
    Invited,
    Kind,
    Parsed,
    StaffIncoming,
)

# aiogram writes a line at INFO for every update, which says nothing that the inbox doesn't.
logging.getLogger("aiogram.event").setLevel(logging.WARNING)

GROUP_ANONYMOUS_BOT: Final = 1087968824
"""Who Telegram names as the sender when an administrator of a group writes anonymously."""

NOT_READ: Final = frozenset({
    ContentType.ANIMATION, ContentType.AUDIO, ContentType.CHECKLIST, ContentType.CONTACT, ContentType.DICE,
    ContentType.DOCUMENT, ContentType.GAME, ContentType.GIVEAWAY, ContentType.INVOICE,
    ContentType.LIVE_PHOTO, ContentType.LOCATION, ContentType.PAID_MEDIA, ContentType.PHOTO,
    ContentType.POLL, ContentType.RICH_MESSAGE, ContentType.STICKER, ContentType.STORY, ContentType.VENUE,
    ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.VOICE,
})  # fmt: skip
"""What a person may send besides text; whatever else a message holds is a notice of the chat itself."""

_KINDS: Final = frozenset(Update.model_fields) - {"update_id"}
_COMMAND: Final = Command(re.compile(r"\w{1,32}\Z"), ignore_mention=True)


async def parse(payload: Mapping[str, Any], *, token: str, staff_chat: int | None = None) -> Parsed:
    """What an update means.

    ``staff_chat`` is the id of the supergroup of the staff. Raises MalformedUpdate for an update that
    doesn't fit Telegram's own schema; its text names fields, never what they hold. In the staff chat, an
    empty ``text`` with an empty ``action`` and no ``callback`` stands for a file, a sticker and the like.
    """
    known = [kind for kind in payload if kind in _KINDS and payload[kind] is not None]
    if not known:
        return Ignored("unknown")
    try:
        result = await _dispatcher().feed_raw_update(_bot(token), dict(payload), staff_chat=staff_chat)
    except ValidationError as error:
        raise MalformedUpdate(_faults(error)) from None
    if result is UNHANDLED:
        return Ignored(known[0])
    assert isinstance(result, Incoming | StaffIncoming | GroupMoved | GroupChanged | Invited | Ignored)
    return with_files(result, payload)


def _faults(error: ValidationError) -> str:
    """The first faults, without the personal data that pydantic would print along."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = (f"{'.'.join(str(part) for part in fault['loc'])}: {fault['type']}" for fault in found[:3])
    return f"Telegram update: {'; '.join(places)}"[:300]


@lru_cache(maxsize=4)
def _bot(token: str) -> Bot:
    """Carries the bot's own id, the token's first half, through aiogram; it never opens a connection."""
    number = token.partition(":")[0]
    return Bot(f"{number if number.isdecimal() else 0}:parse")


@cache
def _dispatcher() -> Dispatcher:
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_routers(membership.router, _router)
    return dispatcher


_router: Final = Router(name="otklik")


# Filters are coroutines: aiogram runs plain functions, its own F among them, in a thread for each call.


async def _ours(event: Message | CallbackQuery, staff_chat: int | None) -> bool:
    """Whether it comes from the staff's own supergroup."""
    message = event.message if isinstance(event, CallbackQuery) else event
    return staff_chat is not None and message is not None and message.chat.id == staff_chat


async def _by_machine(message: Message, bot: Bot) -> dict[str, str] | bool:
    sender = message.from_user
    if sender is None:
        return {"why": "no sender"}
    if sender.id == bot.id:
        return {"why": "own"}
    if sender.is_bot and sender.id != GROUP_ANONYMOUS_BOT:
        return {"why": "bot"}
    return False


async def _private(event: Message | ChatMemberUpdated | MessageReactionUpdated) -> bool:
    return event.chat.type == ChatType.PRIVATE


async def _private_text(message: Message) -> bool:
    return bool(message.text) and message.chat.type == ChatType.PRIVATE


async def _own_button(query: CallbackQuery) -> bool:
    """Whether a client pressed it in the chat with the bot."""
    message = query.message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return False
    return message.chat.id == query.from_user.id


async def _is_notice(message: Message) -> bool:
    if message.text or message.content_type in NOT_READ:
        return False
    # Of a kind newer than aiogram: alone with the bot it is more likely sent than noticed.
    return not (message.content_type == ContentType.UNKNOWN and message.chat.type == ChatType.PRIVATE)


@_router.message(_by_machine)
async def _ignore_machine(message: Message, why: str) -> Parsed:
    return Ignored(why)


@_router.message(_private_text, _COMMAND)
async def _command(message: Message, command: CommandObject) -> Parsed:
    name, argument = clean(command.command).lower(), clean(command.args or "")
    if name == "start":
        return incoming(message, Kind.START, text=argument)
    return incoming(message, Kind.COMMAND, text=argument, name=name)


@_router.message(_private_text)
async def _text(message: Message) -> Parsed:
    return incoming(message, Kind.TEXT, text=clean(message.text or ""))


@_router.message(_is_notice)
async def _notice(message: Message) -> Parsed:
    return Ignored("service")


@_router.message(_private)
async def _not_read(message: Message) -> Parsed:
    if message.location is not None:
        return incoming(message, Kind.PLACE, text=place(message, message.location))
    if message.contact is not None:
        return incoming(message, Kind.CONTACT, text=clean(message.contact.phone_number))
    caption = clean(message.caption or "")
    return incoming(message, Kind.OTHER, text=caption, name=str(ContentType(message.content_type).value))


@_router.message(_ours)
async def _staff_message(message: Message) -> Parsed:
    assert message.from_user is not None  # _by_machine has taken the others
    return StaffIncoming(
        person=str(message.from_user.id),
        chat=str(message.chat.id),
        thread=thread(message),
        text=clean(message.text or ""),
        message=str(message.message_id),
    )


@_router.message()
async def _group_message(message: Message) -> Parsed:
    return Ignored("group")


@_router.edited_message(_by_machine)
async def _ignore_machines_edit(message: Message, why: str) -> Parsed:
    return Ignored(why)


@_router.edited_message(_private_text)
async def _edit(message: Message) -> Parsed:
    return incoming(message, Kind.EDIT, text=clean(message.text or ""))


@_router.edited_message(_ours)
async def _staff_edit(message: Message) -> Parsed:
    if not message.text:
        return Ignored("edit")
    written = await _staff_message(message)
    return replace(written, edited=True) if isinstance(written, StaffIncoming) else written


@_router.edited_message()
async def _wordless_edit(message: Message) -> Parsed:
    # A caption, a place that moves, a picture exchanged; or somebody else's group.
    return Ignored("edit")


@_router.message_reaction(_private)
async def _reaction(change: MessageReactionUpdated) -> Parsed:
    person = change.user
    if person is None or person.is_bot or person.id != change.chat.id:
        return Ignored("reaction")
    emoji = next((one.emoji for one in change.new_reaction if isinstance(one, ReactionTypeEmoji)), "")
    if change.new_reaction and not emoji:
        return Ignored("reaction")  # a picture of somebody's own making says nothing that can be read
    return Incoming(
        channel=Channel.TELEGRAM,
        external_id=str(change.chat.id),
        kind=Kind.REACTION,
        text=clean(emoji),
        language=language(person),
        message=str(change.message_id),
    )


@_router.message_reaction()
async def _groups_reaction(change: MessageReactionUpdated) -> Parsed:
    return Ignored("reaction")


@_router.channel_post()
@_router.edited_channel_post()
async def _channel_post(message: Message) -> Parsed:
    return Ignored("channel")


@_router.callback_query(_ours)
async def _staff_button(query: CallbackQuery) -> Parsed:
    message = query.message
    assert message is not None  # _ours has seen its chat
    return StaffIncoming(
        person=str(query.from_user.id),
        chat=str(message.chat.id),
        thread=thread(message) if isinstance(message, Message) else None,
        action=action(query),
        callback=query.id,
    )


@_router.callback_query(_own_button)
async def _button(query: CallbackQuery) -> Parsed:
    return Incoming(
        channel=Channel.TELEGRAM,
        external_id=str(query.from_user.id),
        kind=Kind.BUTTON,
        text=label(query),
        action=action(query),
        callback=query.id,
        language=language(query.from_user),
    )


@_router.callback_query()
async def _foreign_button(query: CallbackQuery) -> Parsed:
    return Ignored("foreign button")
