"""The bot's own place in chats: blocked by a client, put into a group, its rights, and groups that move."""

from __future__ import annotations

from typing import Final

from aiogram import Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberAdministrator, ChatMemberUpdated, Message

from bot.channels.telegram.reading import language
from bot.domain.messages import Channel, GroupChanged, GroupMoved, Ignored, Incoming, Invited, Kind, Parsed

router: Final = Router(name="membership")

_AWAY: Final = (ChatMemberStatus.LEFT, ChatMemberStatus.KICKED)
_KINDS: Final = {ChatMemberStatus.KICKED: Kind.BLOCKED, ChatMemberStatus.MEMBER: Kind.UNBLOCKED}


async def _moved_here(message: Message, staff_chat: int | None) -> bool:
    """Whether the staff group has become a supergroup: told in the old chat, and in the new one."""
    if staff_chat is None:
        return False
    if message.migrate_to_chat_id is not None:
        return message.chat.id == staff_chat
    return message.migrate_from_chat_id is not None and message.migrate_from_chat_id == staff_chat


@router.message(_moved_here)
async def _moved(message: Message) -> Parsed:
    if message.migrate_to_chat_id is not None:
        return GroupMoved(str(message.chat.id), str(message.migrate_to_chat_id))
    return GroupMoved(str(message.migrate_from_chat_id), str(message.chat.id))


@router.my_chat_member()
async def _changed(change: ChatMemberUpdated, staff_chat: int | None) -> Parsed:
    status = ChatMemberStatus(change.new_chat_member.status)
    if change.chat.type == ChatType.PRIVATE:
        return _by_client(change, status)
    if staff_chat is None:
        return Ignored("group")  # being set up: it may well become the staff group
    if change.chat.id == staff_chat:
        return GroupChanged(str(change.chat.id), _trouble(change, status))
    came = ChatMemberStatus(change.old_chat_member.status) in _AWAY and status not in _AWAY
    return Invited(str(change.chat.id), change.chat.type != ChatType.CHANNEL) if came else Ignored("group")


def _by_client(change: ChatMemberUpdated, status: ChatMemberStatus) -> Parsed:
    kind = _KINDS.get(status)
    if kind is None:
        return Ignored("membership")
    return Incoming(
        channel=Channel.TELEGRAM, external_id=str(change.chat.id), kind=kind, language=language(change.from_user)
    )


def _trouble(change: ChatMemberUpdated, status: ChatMemberStatus) -> str:
    """What keeps the bot from its work in the staff group."""
    if status in _AWAY:
        return "the bot was removed from the group"
    member = change.new_chat_member
    if not isinstance(member, ChatMemberAdministrator):
        return "the bot is no administrator of the group"
    return "" if member.can_manage_topics else "the bot may not manage topics"
