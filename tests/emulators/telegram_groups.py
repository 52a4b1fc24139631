"""What people do to a group in which the bot works: topics deleted, rights taken, the bot removed, the group moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators import telegram_payloads as payloads
from tests.emulators.telegram_errors import BadRequest, Forbidden

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramEmulator


@dataclass(slots=True)
class Groups:
    """What is not as it should be, by chat."""

    moved: dict[int, int] = field(default_factory=dict)
    without_topics: set[int] = field(default_factory=set)
    without_right: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)
    demoted: set[int] = field(default_factory=set)

    def check_sending(self, chat_id: int) -> None:
        """Raises what the server answers to any call for this chat."""
        if chat_id in self.moved:
            raise BadRequest(
                "group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": self.moved[chat_id]}
            )
        if chat_id in self.removed:
            raise Forbidden("bot was kicked from the supergroup chat")

    def check_topics(self, chat_id: int) -> None:
        """Raises what the server answers to calls about topics."""
        if chat_id in self.without_topics:
            raise BadRequest("the chat is not a forum")
        if chat_id in self.without_right:
            raise BadRequest("not enough rights to create a topic")

    def shown(self, chat: payloads.Payload) -> payloads.Payload:
        """The chat as getChat tells of it. Raises what the server answers when the bot may not see it."""
        self.check_sending(chat["id"])
        return {**chat, "is_forum": False} if chat["id"] in self.without_topics else chat

    def own_place(self, chat_id: int) -> payloads.Payload:
        """The bot as getChatMember tells of it."""
        bot = payloads.bot_user()
        if chat_id in self.removed:
            return payloads.kicked(bot)
        if chat_id in self.demoted:
            return payloads.member(bot)
        return _administrator(chat_id not in self.without_right)


def delete_topic(telegram: TelegramEmulator, chat_id: int, thread_id: int) -> None:
    """A member of staff deletes a topic with all that was in it; the bot is not told."""
    del telegram.state.topics[chat_id][thread_id]


def switch_topics(telegram: TelegramEmulator, chat_id: int, *, on: bool) -> None:
    """An administrator switches topics off or on again; the bot is not told."""
    (telegram.state.groups.without_topics.discard if on else telegram.state.groups.without_topics.add)(chat_id)


def give_right(telegram: TelegramEmulator, chat_id: int, user_id: int, *, given: bool) -> None:
    """The right to manage topics is taken from the bot or given back."""
    groups = telegram.state.groups
    (groups.without_right.discard if given else groups.without_right.add)(chat_id)
    _told(telegram, chat_id, user_id, _administrator(not given), _administrator(given))


def remove_bot(telegram: TelegramEmulator, chat_id: int, user_id: int) -> None:
    """The bot is thrown out."""
    telegram.state.groups.removed.add(chat_id)
    _told(telegram, chat_id, user_id, _administrator(True), payloads.kicked(payloads.bot_user()))


def bring_back(telegram: TelegramEmulator, chat_id: int, user_id: int) -> None:
    """The bot is an administrator again."""
    telegram.state.groups.removed.discard(chat_id)
    _told(telegram, chat_id, user_id, payloads.kicked(payloads.bot_user()), _administrator(True))


def invite(telegram: TelegramEmulator, chat_id: int, user_id: int) -> None:
    """Somebody puts the bot into a group of his own."""
    telegram.state.chats[chat_id] = {"id": chat_id, "type": "group", "title": "Neighbours"}
    bot = payloads.bot_user()
    _told(telegram, chat_id, user_id, {"status": "left", "user": bot}, payloads.member(bot))


def move(telegram: TelegramEmulator, old: int, new: int, user_id: int, *, tell: bool = True) -> None:
    """A group becomes a supergroup under another id."""
    telegram.add_forum(new)
    telegram.state.groups.moved[old] = new
    if not tell:
        return
    user, chats = telegram.state.user(user_id), telegram.state.chats
    for chat_id, content in ((old, {"migrate_to_chat_id": new}), (new, {"migrate_from_chat_id": old})):
        number = telegram.state.next_message_id()
        telegram.state.queue.push("message", payloads.message(number, user, chats[chat_id], **content))


def _administrator(may_manage: bool) -> payloads.Payload:
    return {**payloads.administrator(payloads.bot_user()), "can_manage_topics": may_manage}


def _told(telegram: TelegramEmulator, chat_id: int, user_id: int, old: Any, new: Any) -> None:
    user = telegram.state.user(user_id)
    telegram.state.queue.push("my_chat_member", payloads.membership(telegram.state.chats[chat_id], user, old, new))
