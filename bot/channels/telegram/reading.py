"""What single fields of aiogram's types mean, for whichever kind of update they come in."""

from __future__ import annotations

from typing import Final

from aiogram.types import CallbackQuery, Location, Message, User

from bot.channels.telegram.capabilities import CAPABILITIES
from bot.domain.cleaning import clean
from bot.domain.messages import Channel, Incoming, Kind

MAX_QUOTED: Final = 1000
"""Characters of a quoted message that can matter for what a reply means."""


def incoming(message: Message, kind: Kind, text: str = "", name: str = "") -> Incoming:
    """A message of a client in the chat with the bot."""
    return Incoming(
        channel=Channel.TELEGRAM,
        external_id=str(message.chat.id),
        kind=kind,
        text=text,
        name=name,
        language=language(message.from_user),
        message=str(message.message_id),
        quoted=quoted(message),
    )


def quoted(message: Message) -> str:
    """The words to which a message replies: those marked, else the whole older message."""
    if message.quote is not None:
        return clean(message.quote.text, MAX_QUOTED)
    older = message.reply_to_message
    return "" if older is None else clean(older.text or older.caption or "", MAX_QUOTED)


def place(message: Message, point: Location) -> str:
    """A place as a person reads it; the numbers can be put into any map."""
    numbers = f"{point.latitude:.5f}, {point.longitude:.5f}"
    venue = message.venue
    if venue is None:
        return numbers
    named = ", ".join(part for part in (clean(venue.title, 150), clean(venue.address, 150)) if part)
    return f"{named} ({numbers})" if named else numbers


def action(query: CallbackQuery) -> str:
    """The button's data; empty, which no button of ours carries, for data that can't be ours."""
    data = clean(query.data or "")
    return data if len(data.encode()) <= CAPABILITIES.max_action else ""


def label(query: CallbackQuery) -> str:
    """What stands on the pressed button; empty where Telegram no longer shows the message that bears it."""
    message = query.message
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = markup.inline_keyboard if markup else []
    return next(
        (clean(one.text) for row in rows for one in row if one.callback_data and one.callback_data == query.data), ""
    )


def thread(message: Message) -> str | None:
    """The forum topic; replies elsewhere carry a thread id as well, which names no topic."""
    number = message.message_thread_id if message.is_topic_message else None
    return None if number is None else str(number)


def language(person: User | None) -> str | None:
    """Two letters of the person's own setting."""
    code = ((person.language_code if person else None) or "")[:2].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
