"""An emulated VK: API and Bots Long Poll over HTTP on one side, clients at their phones on the other.

Give the bot `.url` in place of VK's API host (calls go to `.url`/method/<name>), `.token` and `.group_id`.
Not emulated: user tokens, uploads but documents, conversations of several people, most of VKScript (see `vk_execute`),
rate limits of its own accord (use `faults`).
"""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

import orjson

from tests.emulators import vk_payloads as payloads
from tests.emulators.base import first_number, pressed_button
from tests.emulators.ledger import Button, Pushed, Sent
from tests.emulators.vk_longpoll import EventLog
from tests.emulators.vk_server import VkServer
from tests.emulators.vk_state import EventAnswer, VkState

TOKEN: Final = "vk1.a.emulated-community-token"
GROUP_ID: Final = 210_000_001


class VkEmulator(VkServer):
    """The emulated VK; see the module. Verbs of people return what became of their act.

    As on the real server, a poller with a fresh `ts` never sees what was said before it came: wait with
    `wait_polled` first. `open_chats`: writing to strangers is allowed. `fast`: bounded memory for benches.
    """

    def __init__(
        self, token: str = TOKEN, *, group_id: int = GROUP_ID, seed: int = 0, fast: bool = False,
        open_chats: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(seed, fast)
        self.token = token
        self.group_id = group_id
        log = EventLog(group_id, first_number(), self.faults, fast)
        self.state = VkState(group_id, log, self.ledger, open_chats)

    def reset(self) -> None:
        """Forget people, messages, faults and events; ids and `ts` go on."""
        self.faults.clear()
        self.state.clear()

    # What people do.

    def client_says(self, user_id: int, text: str, payload: Any = None, first_name: str | None = None) -> Pushed[str]:
        """A client writes a text; `payload` (an object, or JSON text as it is) is a pressed button's."""
        more = {} if payload is None else {"payload": _json_text(payload)}
        return self._sends(user_id, text, first_name, **more)

    def client_starts(self, user_id: int, first_name: str | None = None) -> Pushed[str]:
        """A client opens the conversation and presses "Start"."""
        return self.client_says(user_id, "Начать", {"command": "start"}, first_name)

    def client_sends(self, user_id: int, kind: str, first_name: str | None = None) -> Pushed[str]:
        """A client sends something other than text: a kind of `vk_payloads.KINDS`."""
        number = self.state.conversation(user_id).local_id + 1
        return self._sends(user_id, "", first_name, **payloads.content(kind, number, user_id))

    def client_replies(self, user_id: int, text: str, message_id: int) -> Pushed[str]:
        """A client answers one message of the community. Raises LookupError when there is none."""
        sent = self._seen(user_id, message_id)
        older = payloads.message(message_id, sent.local_id, user_id, -self.group_id, sent.text)
        return self._sends(user_id, text, reply_message=older)

    def client_edits(self, user_id: int, text: str, message_id: int) -> Pushed[str]:
        """A client changes the words of a message sent before, named by what `client_says` returned."""
        local_id = self.state.written[user_id, message_id]
        body = payloads.message(message_id, local_id, user_id, user_id, text, update_time=int(time.time()))
        return Pushed(self.state.tell("message_edit", body), message_id, time.time())

    def client_reacts(self, user_id: int, emoji: str, message_id: int) -> Pushed[str]:
        """A client puts a reaction on a message of the community; an empty one takes it back."""
        body = {"reacted_id": user_id, "peer_id": user_id, "cmid": self._seen(user_id, message_id).local_id}
        if emoji:
            body["reaction_id"] = payloads.REACTIONS[emoji]
        return Pushed(self.state.tell("message_reaction_event", body), message_id, time.time())

    def client_sends_file(
        self, user_id: int, kind: str, content: bytes, name: str = "", first_name: str | None = None, text: str = ""
    ) -> Pushed[str]:
        """A client sends a document or photo with this content, which the emulator serves."""
        number = self.state.conversation(user_id).local_id + 1
        held = payloads.content(kind, number, user_id)["attachments"][0]
        body, path = held[held["type"]], f"/served/{len(self.state.served)}"
        self.state.served[path] = content
        if "sizes" in body:
            body["sizes"][-1]["url"] = self.url + path
        else:
            body.update(url=self.url + path, size=len(content), title=name or "file")
        return self._sends(user_id, text, first_name, attachments=[held])

    def client_speaks(self, user_id: int, transcript: str, first_name: str | None = None) -> Pushed[str]:
        """A client sends a voice message that VK has put into writing."""
        number = self.state.conversation(user_id).local_id + 1
        body = payloads.content("audio_message", number, user_id)
        body["attachments"][0]["audio_message"].update(transcript=transcript, transcript_state="done")
        return self._sends(user_id, "", first_name, **body)

    def client_presses(
        self, user_id: int, wanted: Any, message_id: int | None = None, forged: bool = False
    ) -> Pushed[str]:
        """A client presses a button, named by its payload (an object or JSON text) or label.

        Looks at the newest message with inline buttons, then at the keyboard below the input field, or
        only at `message_id`. A callback button gives message_event, a text button message_new. `forged`
        sends `wanted` as a callback's payload without looking. Raises LookupError.
        """
        if forged:
            sent = self.ledger.find(user_id, message_id) if message_id else None
            return self._asks(user_id, sent, _json_text(wanted))
        messages = self.messages(user_id)
        sent, button = pressed_button(messages, _written(messages, wanted), message_id)
        return self._pressed(user_id, sent, button)

    def client_types(self, user_id: int) -> str:
        """A client is typing; the event_id, or "" while the community has such events off."""
        body = {"state": "typing", "from_id": user_id, "to_id": -self.group_id}
        return self.state.tell("message_typing_state", body)

    def comments(self, user_id: int, text: str, post_id: int = 1) -> Pushed[str]:
        """A person writes a comment under a post of the community."""
        self.state.meet(user_id)
        comment_id = self.state.next_message_id()
        body = payloads.wall_reply(comment_id, post_id, self.group_id, user_id, text)
        return Pushed(self.state.tell("wall_reply_new", body), comment_id, time.time())

    def allow(self, user_id: int, key: str = "") -> str:
        """A client allows messages from the community, without writing one."""
        self.state.meet(user_id)
        self.state.denied.discard(user_id)
        return self.state.tell("message_allow", {"user_id": user_id, "key": key})

    def deny(self, user_id: int) -> str:
        """A client forbids messages: sends get error 901 from now on, and the bot is told."""
        self.state.meet(user_id)
        self.state.denied.add(user_id)
        return self.state.tell("message_deny", {"user_id": user_id})

    def push_raw(self, event: dict[str, Any]) -> None:
        """Log an event as it is, however malformed, whatever the community has switched on."""
        self._meet_sender(event)
        if self.state.long_poll_on:
            self.state.log.push_raw(event)
        self.state.callbacks.push(event, to=self.state.callbacks.confirmed())

    def duplicate_next(self) -> None:
        """The next event handed over is handed over twice, with one event_id and a later `ts`."""
        self.faults.next("duplicate")

    def expire_key(self) -> None:
        """The long-poll key ends (`failed: 2`)."""
        self.state.log.expire_key()

    def lose_session(self) -> None:
        """The long-poll session is lost (`failed: 3`)."""
        self.state.log.lose()

    def forget_history(self) -> None:
        """Events not read yet are gone (`failed: 1`)."""
        self.state.log.forget_history()

    async def stop(self) -> None:
        """See `Emulator.stop`; nothing is pushed any more either."""
        self.state.callbacks.clear()
        await super().stop()

    # What can be seen.

    @property
    def pushed_to(self) -> bool:
        """Whether a callback server is confirmed."""
        return bool(self.state.callbacks.confirmed())

    @property
    def event_answers(self) -> list[EventAnswer]:
        """What the bot answered to callback buttons, in order."""
        return self.state.answers

    @property
    def repeats(self) -> int:
        """How many sends VK recognised by their random_id and did not send again."""
        return self.state.repeats

    @property
    def polled(self) -> bool:
        """Whether a bot is waiting in a_check right now."""
        return self.state.log.polled

    @property
    def all_taken(self) -> bool:
        """Whether the bot has everything that people did."""
        return self.state.callbacks.idle if self.pushed_to else self.state.log.read

    # How it is done.

    def _sends(self, user_id: int, text: str, first_name: str | None = None, **more: Any) -> Pushed[str]:
        self.state.meet(user_id, first_name)
        if user_id in self.state.denied:
            self.allow(user_id)
        message_id = self.state.next_message_id()
        local_id = self.state.conversation(user_id).next_local_id()
        self.state.written[user_id, message_id] = local_id
        message = payloads.message(message_id, local_id, user_id, user_id, text, **more)
        body = {"message": message, "client_info": payloads.CLIENT_INFO}
        return Pushed(self.state.tell("message_new", body), message_id, time.time())

    def _pressed(self, user_id: int, sent: Sent, button: Button) -> Pushed[str]:
        more = {"payload": button.data} if button.data else {}
        match button.kind:
            case "text":
                return self._sends(user_id, button.label, **more)
            case "callback":
                return self._asks(user_id, sent, button.data)
            case "location":
                return self._sends(user_id, "", **more, geo=payloads.PLACE)
        raise LookupError(f"the button {button.label!r} is a {button.kind}: the bot learns nothing")

    def _asks(self, user_id: int, sent: Sent | None, payload: str) -> Pushed[str]:
        # VK gives a pressed button its own id inside the object, beside the event's.
        pressed_id = secrets.token_hex(6)
        body: dict[str, Any] = {"user_id": user_id, "peer_id": user_id, "event_id": pressed_id}
        if payload:
            body["payload"] = orjson.loads(payload)
        if sent is not None and sent.inline:
            body["conversation_message_id"] = sent.local_id
        self.state.ask(pressed_id, user_id, user_id)
        return Pushed(self.state.tell("message_event", body), 0, time.time())

    def _seen(self, user_id: int, message_id: int) -> Sent:
        sent = self.ledger.find(user_id, message_id)
        if sent is None:
            raise LookupError(f"the community has sent no message {message_id} to {user_id}")
        return sent

    def _meet_sender(self, event: dict[str, Any]) -> None:
        body = event.get("object")
        message = body.get("message") if isinstance(body, dict) else None
        sender = message.get("from_id") if isinstance(message, dict) else None
        if isinstance(sender, int) and sender > 0:
            self.state.meet(sender)


def _json_text(payload: Any) -> str:
    return payload if isinstance(payload, str) else orjson.dumps(payload).decode()


def _written(messages: list[Sent], wanted: Any) -> str:
    """The payload as the bot wrote it, spaces and all, for a payload given as an object."""
    if isinstance(wanted, str):
        return wanted
    for sent in reversed(messages):
        for button in sent.buttons:
            if button.data and orjson.loads(button.data) == wanted:
                return button.data
    return _json_text(wanted)
