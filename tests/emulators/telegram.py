"""An emulated Telegram: the Bot API over HTTP on one side, clients and staff at their phones on the other.

Give the bot `.url` as the base of the Bot API server and `.token` as its token. What the real server would
refuse is refused in its own words: wrong token, unknown chat, over-long text, bad keyboard, two pollers.
Not emulated: `parse_mode` other than HTML, media of the bot but documents, rate limits of its own accord (use
`faults`).
"""

from __future__ import annotations

import time
from typing import Any, Final

from tests.emulators import telegram_payloads as payloads
from tests.emulators.base import first_number, pressed_button
from tests.emulators.ledger import Pushed, Sent
from tests.emulators.telegram_methods import sent_payload
from tests.emulators.telegram_server import TelegramServer
from tests.emulators.telegram_state import CallbackAnswer, TelegramState, Topic
from tests.emulators.telegram_text import found_entities
from tests.emulators.telegram_updates import UpdateQueue

TOKEN: Final = f"{payloads.BOT_ID}:emulated-token-of-thirty-five-chars"
STAFF_CHAT: Final = -1_001_000_000_001


class TelegramEmulator(TelegramServer):
    """The emulated Telegram; see the module. Verbs of people return what became of their act.

    `forums`: supergroups with topics where the bot is an administrator. `open_chats`: writing first is
    allowed. `fast`: bounded memory for benches. `callback_ttl`: seconds in which a pressed button can be
    answered. Update ids start from the clock, so that a second emulator never repeats them.
    """

    def __init__(
        self, token: str = TOKEN, *, forums: tuple[int, ...] = (STAFF_CHAT,), seed: int = 0,
        fast: bool = False, open_chats: bool = False, callback_ttl: float = 60.0,
        first_update_id: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(seed, fast, refused=frozenset({"captcha"}))
        self.token = token
        self.forums = forums
        queue = UpdateQueue(first_update_id or first_number(), self.faults)
        self.state = TelegramState(queue, self.ledger, open_chats, callback_ttl)
        self.reset()

    def reset(self) -> None:
        """Forget people, messages, topics, faults and updates not yet confirmed; ids go on."""
        self.faults.clear()
        self.state.clear(self.forums)

    # What people do.

    def client_says(self, user_id: int, text: str, first_name: str | None = None) -> Pushed[int]:
        """A client writes a text, as long as it may be, in the private chat."""
        return self._client_sends(user_id, first_name, text=text, **_entities(text))

    def client_starts(self, user_id: int, first_name: str | None = None) -> Pushed[int]:
        """A client opens the bot for the first time and presses "Start"."""
        return self.client_says(user_id, "/start", first_name)

    def client_sends(self, user_id: int, kind: str, first_name: str | None = None) -> Pushed[int]:
        """A client sends something other than text: a kind of `telegram_payloads.KINDS`."""
        user = self.state.user(user_id, first_name)
        body = payloads.content(kind, len(self.state.files) + 1, user)
        for file_id in _file_ids(body):
            self.state.files[file_id] = b"emulated file " + file_id.encode()
        return self._client_sends(user_id, first_name, **body)

    def client_replies(self, user_id: int, text: str, message_id: int) -> Pushed[int]:
        """A client answers one message of the bot. Raises LookupError when there is none."""
        older = sent_payload(self.state, self._seen(user_id, message_id))
        return self._client_sends(user_id, None, text=text, reply_to_message=older)

    def client_edits(self, user_id: int, text: str, message_id: int) -> Pushed[int]:
        """A client changes the words of a message sent before."""
        user = self.state.user(user_id)
        return self._edits(user, user_id, message_id, {"text": text, **_entities(text)})

    def client_reacts(self, user_id: int, emoji: str, message_id: int, before: str = "") -> Pushed[int]:
        """A client puts a reaction on a message of the bot; an empty one takes it back."""
        self._seen(user_id, message_id)
        user = self.state.user(user_id)
        body = payloads.reaction(self.state.chats[user_id], user, message_id, before, emoji)
        return Pushed(self.state.queue.push("message_reaction", body), message_id, time.time())

    def client_sends_file(
        self, user_id: int, kind: str, content: bytes, name: str = "", first_name: str | None = None, **more: Any
    ) -> Pushed[int]:
        """A client sends a file with this content; `more` is its caption or media_group_id."""
        body = self._file_of(kind, content, name)
        return self._client_sends(user_id, first_name, **body, **more)

    def staff_sends_file(
        self, user_id: int, chat_id: int, thread_id: int, content: bytes, name: str, **more: Any
    ) -> Pushed[int]:
        """A member of staff sends a document in a topic."""
        body = {**self._file_of("document", content, name), **self._in_topic(chat_id, thread_id), **more}
        return self._sends(self.state.user(user_id, f"Staff {user_id}"), chat_id, body)

    def _file_of(self, kind: str, content: bytes, name: str) -> dict[str, Any]:
        body = payloads.content(kind, len(self.state.files) + 1, {"id": 0, "first_name": ""})
        held = body[kind][-1] if isinstance(body[kind], list) else body[kind]
        held["file_size"] = len(content)
        if name:
            held["file_name"] = name
        self.state.files[held["file_id"]] = content
        return body

    def client_presses(
        self, user_id: int, wanted: str, message_id: int | None = None, forged: bool = False
    ) -> Pushed[int]:
        """A client presses a button, named by its data or label.

        Looks at the newest message with inline buttons, then at the keyboard below the input field, or
        only at `message_id`. `forged` sends `wanted` as data without looking, as a hostile client can.
        Raises LookupError when there is no such button.
        """
        return self._presses(user_id, user_id, wanted, message_id, forged)

    def staff_says(self, user_id: int, chat_id: int, thread_id: int | None, text: str) -> Pushed[int]:
        """A member of staff writes in a group, in a topic or (None) in the general one."""
        if chat_id not in self.state.chats:
            self.state.add_forum(chat_id)
        content: dict[str, Any] = {"text": text, **_entities(text)}
        if thread_id is not None:
            content.update(self._in_topic(chat_id, thread_id))
        return self._sends(self.state.user(user_id, f"Staff {user_id}"), chat_id, content)

    def staff_edits(self, user_id: int, chat_id: int, thread_id: int, text: str, message_id: int) -> Pushed[int]:
        """A member of staff changes a message written in a topic before."""
        content: dict[str, Any] = {"text": text, **_entities(text), **self._in_topic(chat_id, thread_id)}
        return self._edits(self.state.user(user_id), chat_id, message_id, content)

    def staff_presses(
        self, user_id: int, chat_id: int, wanted: str, message_id: int | None = None, forged: bool = False
    ) -> Pushed[int]:
        """A member of staff presses an inline button in a group; see `client_presses`."""
        self.state.user(user_id, f"Staff {user_id}")
        return self._presses(user_id, chat_id, wanted, message_id, forged)

    def push_raw(self, update: dict[str, Any]) -> int:
        """Queue an update as it is, however malformed; see `UpdateQueue.push_raw`."""
        self.state.meet(update)
        return self.state.queue.push_raw(update)

    def duplicate_next(self) -> None:
        """The next update handed over is handed over twice, in one batch or in a later one."""
        self.faults.next("duplicate")

    def block(self, user_id: int) -> Pushed[int]:
        """A client blocks the bot: sends get 403 from now on, and the bot is told."""
        self.state.blocked.add(user_id)
        return self._membership(user_id, payloads.member, payloads.kicked)

    def unblock(self, user_id: int) -> Pushed[int]:
        """A client unblocks the bot."""
        self.state.blocked.discard(user_id)
        return self._membership(user_id, payloads.kicked, payloads.member)

    def add_forum(self, chat_id: int) -> None:
        """Make the bot an administrator of one more supergroup with topics."""
        self.state.add_forum(chat_id)

    async def stop(self) -> None:
        """See `Emulator.stop`; nothing is pushed any more either."""
        self.state.webhook.stop()
        await super().stop()

    # What can be seen.

    @property
    def pushed_to(self) -> bool:
        """Whether a webhook is set."""
        return bool(self.state.webhook.url)

    def topics(self, chat_id: int) -> list[Topic]:
        """The topics of a forum, in the order of opening."""
        return list(self.state.topics.get(chat_id, {}).values())

    def in_topic(self, chat_id: int, thread_id: int) -> list[Sent]:
        """The bot's messages in one topic."""
        return [sent for sent in self.messages(chat_id) if sent.thread_id == thread_id]

    @property
    def callback_answers(self) -> list[CallbackAnswer]:
        """What the bot answered to pressed buttons, in order."""
        return self.state.answers

    @property
    def polled(self) -> bool:
        """Whether a bot is waiting in getUpdates right now."""
        return self.state.queue.polled

    @property
    def all_taken(self) -> bool:
        """Whether the bot has everything that people did."""
        return not self.state.queue

    # How it is done.

    def _client_sends(self, user_id: int, first_name: str | None, **content: Any) -> Pushed[int]:
        if user_id in self.state.blocked:
            self.unblock(user_id)
        return self._sends(self.state.user(user_id, first_name), user_id, content)

    def _sends(self, sender: payloads.Payload, chat_id: int, content: dict[str, Any]) -> Pushed[int]:
        message_id = self.state.next_message_id()
        body = payloads.message(message_id, sender, self.state.chats[chat_id], **content)
        return Pushed(self.state.queue.push("message", body), message_id, time.time())

    def _edits(self, sender: payloads.Payload, chat_id: int, message_id: int, content: dict[str, Any]) -> Pushed[int]:
        body = payloads.message(message_id, sender, self.state.chats[chat_id], **content, edit_date=int(time.time()))
        return Pushed(self.state.queue.push("edited_message", body), message_id, time.time())

    def _seen(self, chat_id: int, message_id: int) -> Sent:
        sent = self.ledger.find(chat_id, message_id)
        if sent is None:
            raise LookupError(f"the bot has sent no message {message_id} to {chat_id}")
        return sent

    def _in_topic(self, chat_id: int, thread_id: int) -> dict[str, Any]:
        topic = self.state.topics[chat_id].get(thread_id)
        if topic is None:
            raise LookupError(f"no topic {thread_id} in {chat_id}: {self.topics(chat_id)}")
        opened = {"name": topic.name, "icon_color": topic.icon_color}
        root = payloads.message(
            thread_id, payloads.bot_user(), self.state.chats[chat_id],
            message_thread_id=thread_id, is_topic_message=True, forum_topic_created=opened,
        )  # fmt: skip
        # Telegram shows every message of a topic as a reply to the one that opened it.
        return {"message_thread_id": thread_id, "is_topic_message": True, "reply_to_message": root}

    def _presses(self, user_id: int, chat_id: int, wanted: str, message_id: int | None, forged: bool) -> Pushed[int]:
        user = self.state.user(user_id)
        if forged:
            sent = self.ledger.find(chat_id, message_id) if message_id else None
            return self._asks(user, chat_id, sent, wanted)
        sent, button = pressed_button(self.messages(chat_id), wanted, message_id)
        if sent.inline:
            if button.kind != "callback":
                raise LookupError(f"the button {wanted!r} opens {button.url or button.kind}: the bot learns nothing")
            return self._asks(user, chat_id, sent, button.data)
        if button.kind in ("request_contact", "request_location"):
            return self.client_sends(user_id, button.kind.removeprefix("request_"))
        return self._sends(user, chat_id, {"text": button.label})

    def _asks(self, user: payloads.Payload, chat_id: int, sent: Sent | None, data: str) -> Pushed[int]:
        query: dict[str, Any] = {
            "id": self.state.ask(user["id"]), "from": user, "chat_instance": str(chat_id), "data": data,
        }  # fmt: skip
        if sent is not None:
            query["message"] = sent_payload(self.state, sent)
        return Pushed(self.state.queue.push("callback_query", query), 0, time.time())

    def _membership(self, user_id: int, old: Any, new: Any) -> Pushed[int]:
        user, bot = self.state.user(user_id), payloads.bot_user()
        body = payloads.membership(self.state.chats[user_id], user, old(bot), new(bot))
        return Pushed(self.state.queue.push("my_chat_member", body), 0, time.time())


def _entities(text: str) -> dict[str, Any]:
    found = found_entities(text)
    return {"entities": found} if found else {}


def _file_ids(body: Any) -> list[str]:
    if isinstance(body, dict):
        own = [body["file_id"]] if "file_id" in body else []
        return own + [file_id for value in body.values() for file_id in _file_ids(value)]
    if isinstance(body, list):
        return [file_id for value in body for file_id in _file_ids(value)]
    return []
