"""Sending to VK, one call at a time; the rate, the order and the repeats are the deliverer's."""

from __future__ import annotations

import asyncio
import io
import logging
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any, Final, assert_never

import orjson
from vk_api.upload import VkUpload  # type: ignore[import-untyped]

from bot.channels.vk.api import Api, Failure, Misconfigured, meaning
from bot.channels.vk.attachments import download
from bot.channels.vk.capabilities import CAPABILITIES
from bot.channels.vk.keyboard import keyboard
from bot.domain.cleaning import whole
from bot.domain.errors import Refused, RetryLater, SendFailed
from bot.domain.messages import Call, CallKind, Sent

log = logging.getLogger(__name__)

THREADS: Final = 4
NAMED_SECONDS: Final = 3.0
"""For the name of a message; nothing but a thumb hangs on it."""
_MAX_NOTICE: Final = 90
_ONLY_NEW: Final = ("random_id", "disable_mentions")
"""What a message that is only changed does not take."""
_IDS: Final = 2**31 - 1


class VkSender:
    """Sends as one community. ``api`` replaces the address of VK's API.

    ``salt`` tells one database from another: two that count their calls from 1 must not use the same
    ``random_id`` towards the same person within an hour, or VK drops the later message.
    """

    def __init__(self, token: str, group_id: int, api: str | None, *, salt: str = "") -> None:
        self._token, self._group, self._base = token, group_id, api
        self._shift = zlib.crc32(salt.encode()) if salt else 0
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="vk-send")
        self._own = _Own()
        self._apis: list[Api] = []

    async def send(self, call: Call) -> Sent:
        """Carry out one call of the outbox. Raises a SendFailed: which one says what to do next.

        No outcome is unknown: a repeat carries the same ``random_id``, which VK remembers for an hour. A file
        is uploaded anew by a repeat, and the message that has it is not sent again.
        """
        match call.kind:
            case CallKind.MESSAGE:
                result = await self._ask("messages.send", self._message(call))
                return Sent(message_id=str(result) if isinstance(result, int) else None)
            case CallKind.FILE:
                attached = await self._aside(self._uploaded, call)
                result = await self._ask("messages.send", {**self._message(call), "attachment": attached})
                return Sent(message_id=str(result) if isinstance(result, int) else None)
            case CallKind.EDIT:
                if not call.edits:
                    raise Refused("the message to be changed was never sent")
                values = {**self._message(call), "message_id": int(call.edits), "keep_forward_messages": 1}
                await self._ask("messages.edit", {k: v for k, v in values.items() if k not in _ONLY_NEW})
                return Sent(message_id=call.edits)
            case CallKind.CREATE_TOPIC | CallKind.RENAME_TOPIC | CallKind.LEAVE:
                raise Refused("VK has no topics")
        assert_never(call.kind)

    async def fetch(self, reference: str, most: int) -> bytes:
        """A file that somebody sent, by its address. Raises FileTooBig, Refused, RetryLater."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, download, reference, most, self._base)

    async def answer_callback(self, callback: str, text: str | None = None) -> None:
        """Stop the button's spinner, perhaps with a short notice. Never fails: nothing hangs on it."""
        try:
            values = dict(orjson.loads(callback))
            if text:
                notice = {"type": "show_snackbar", "text": text[:_MAX_NOTICE]}
                values["event_data"] = orjson.dumps(notice).decode()
            await self._ask("messages.sendMessageEventAnswer", values)
        except Exception as error:  # noqa: BLE001 - best effort: an event too old is the usual cause
            log.debug("callback not answered (%s)", type(error).__name__)

    async def name_of(self, peer: int, number: int) -> str:
        """The id of a message of ours by its number in the conversation; empty where VK doesn't tell."""
        asked = {"peer_id": peer, "conversation_message_ids": number, "group_id": self._group}
        try:
            answer = await asyncio.wait_for(self._ask("messages.getByConversationMessageId", asked), NAMED_SECONDS)
        except (SendFailed, TimeoutError) as error:
            log.debug("a message is not named (%s)", type(error).__name__)
            return ""
        match answer:
            case {"items": [{"id": int(found)}, *_]}:
                return str(found)
        return ""

    async def check(self) -> str:
        """The community's name. Raises SendFailed with a reason for the operator."""
        about = await self._ask("groups.getById", {"group_id": self._group})
        settings = await self._ask("groups.getLongPollSettings", {"group_id": self._group})
        match settings:
            case {"is_enabled": False | 0}:
                raise Refused("Long Poll is switched off in the community's settings")
            case {"events": {"message_new": 0}}:
                raise Refused("the event 'new message' is switched off in the community's Long Poll settings")
        match about:
            case {"groups": [{"name": str(name)}, *_]} | [{"name": str(name)}, *_]:
                return name
        return f"community {self._group}"

    async def close(self) -> None:
        """Let the calls under way end and start no others."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for api in self._apis:
            api.http.close()

    def _message(self, call: Call) -> dict[str, Any]:
        rendered = call.rendered
        if not rendered.text.strip() and rendered.file is None:
            raise Refused("VK takes no empty message")
        if len(rendered.text) > CAPABILITIES.max_text:
            raise Refused("the text is too long for VK")
        if not whole(rendered.text):
            raise Refused("the text holds half a character")
        if not call.target.lstrip("-").isdecimal():
            raise Refused("VK's peers have numbers")
        values: dict[str, Any] = {
            "peer_id": int(call.target),
            "message": rendered.text,
            "random_id": (call.id + self._shift) % _IDS + 1,
            "dont_parse_links": 1,
            "disable_mentions": 1,
        }
        if rendered.rows:
            values["keyboard"] = keyboard(rendered.rows)
        return values

    async def _ask(self, method: str, values: Mapping[str, Any]) -> Any:
        return await self._aside(self._call, method, values)

    async def _aside(self, work: Callable[..., Any], *given: Any) -> Any:
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(self._threads, work, *given)
        if not isinstance(outcome, SendFailed):
            return outcome
        if isinstance(outcome, Misconfigured):
            log.error("%s", outcome)
        raise outcome

    def _call(self, method: str, values: Mapping[str, Any]) -> Any:
        """In one of the threads: the result, or the SendFailed that stands for what went wrong."""
        try:
            return self._api().method(method, dict(values))
        except Failure as error:
            return meaning(error)

    def _uploaded(self, call: Call) -> str | SendFailed:
        """In one of the threads: the file as an attachment of a message, or what went wrong."""
        file, upload = call.rendered.file, call.upload
        if file is None or upload is None:
            return Refused("a file to send is named, but not given")
        body = io.BytesIO(upload.data)
        body.name = file.name
        api = self._api()
        try:
            sending = VkUpload(api)
            sending.http = api.http  # the SDK's own session has no limits in time
            saved = sending.document_message(body, title=file.name, peer_id=int(call.target))
        except Failure as error:
            return meaning(error)
        match saved:
            case {"type": str(kind), "doc": {"id": int(number), "owner_id": int(owner), **more}}:
                key = more.get("access_key")
                return f"{kind}{owner}_{number}" + (f"_{key}" if isinstance(key, str) else "")
        return RetryLater("VK saved the file, but says nothing of it that can be read")

    def _api(self) -> Api:
        api = self._own.api
        if api is None:
            api = self._own.api = Api(self._token, self._base)
            self._apis.append(api)
        return api


class _Own(local):
    """What a thread has for itself: vk_api holds a lock over each call."""

    api: Api | None = None
