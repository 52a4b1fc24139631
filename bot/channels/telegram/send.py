"""Sending to Telegram, one call at a time; the rate, the order and the repeats are the deliverer's."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any, Final, assert_never

from aiogram import Bot, exceptions
from aiogram.methods import (
    AnswerCallbackQuery,
    CreateForumTopic,
    EditForumTopic,
    EditMessageText,
    GetFile,
    GetMe,
    LeaveChat,
    SendDocument,
    SendMessage,
    TelegramMethod,
)
from aiogram.types import BufferedInputFile, LinkPreviewOptions, MessageEntity
from aiogram.utils.token import TokenValidationError

from bot.channels.telegram.capabilities import CAPABILITIES, MAX_TOPIC_NAME
from bot.channels.telegram.keyboard import keyboard
from bot.channels.telegram.session import Session
from bot.domain.cleaning import whole
from bot.domain.errors import (
    ChatMoved,
    FileTooBig,
    GroupUnfit,
    HandleGone,
    OutcomeUnknown,
    Refused,
    RetryLater,
    SendFailed,
    TopicGone,
    Unreachable,
)
from bot.domain.messages import Call, CallKind, Mark, Sent, Style

log = logging.getLogger(__name__)

AFTER_FAULT_OF_OURS: Final = 60.0
UPLOAD_SECONDS: Final = 50
"""Within the lease of an outbox row, so that nobody else begins the same upload meanwhile."""
_MAX_NOTICE: Final = 200
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_GENERAL: Final = frozenset({"", "0", "1"})
"""The general topic has no id that a message could be sent to."""
_ENTITIES: Final = {Style.BOLD: "bold", Style.CODE: "code"}


class Misconfigured(RetryLater):
    """Only the operator can repair this; it is tried again until then."""


class TelegramSender:
    """Sends as one bot. ``api`` is the base address of the Bot API server."""

    def __init__(self, token: str, api: str) -> None:
        self._session = Session(api)
        self._bot: Bot | None = None
        with suppress(TokenValidationError):  # told by each call, like a token that Telegram refuses
            self._bot = Bot(token, session=self._session)

    async def send(self, call: Call) -> Sent:
        """Carry out one call of the outbox. Raises a SendFailed: which one says what to do next."""
        try:
            return await self._send(call)
        except (Refused, Unreachable) as error:
            if call.target.startswith("-") and _mendable(error):
                raise GroupUnfit(str(error), AFTER_FAULT_OF_OURS) from None
            raise

    async def _send(self, call: Call) -> Sent:
        match call.kind:
            case CallKind.MESSAGE:
                result = await self._ask(_message(call))
                return Sent(message_id=_field(result, "message_id"))
            case CallKind.EDIT:
                return await self._edit(call)
            case CallKind.LEAVE:
                await self._ask(LeaveChat(chat_id=_number(call.target)))
                return Sent()
            case CallKind.CREATE_TOPIC:
                result = await self._ask(_topic(call))
                return Sent(topic_id=_field(result, "message_thread_id"))
            case CallKind.RENAME_TOPIC:
                return await self._rename(call)
            case CallKind.FILE:
                result = await self._ask(_document(call), UPLOAD_SECONDS)
                document = result.get("document") if isinstance(result, dict) else None
                return Sent(message_id=_field(result, "message_id"), handle=_field(document, "file_id"))
        assert_never(call.kind)

    async def fetch(self, reference: str, most: int) -> bytes:
        """A file that somebody sent, of at most ``most`` bytes; the Bot API hands out none above 20 MB.

        Raises FileTooBig, Refused, RetryLater.
        """
        try:
            found = await self._ask(GetFile(file_id=reference))
        except Refused as error:
            raise (FileTooBig() if "too big" in str(error).lower() else error) from None
        except OutcomeUnknown as error:
            raise RetryLater(str(error)) from None
        path = _field(found, "file_path")
        if path is None or self._bot is None:
            raise RetryLater("Telegram names no place of the file")
        return await self._session.download(self._bot, path, most)

    async def _rename(self, call: Call) -> Sent:
        if not call.thread:
            raise RetryLater("the topic is not open yet")
        name, topic = _name(call), _number(call.thread)
        try:
            await self._ask(EditForumTopic(chat_id=_number(call.target), message_thread_id=topic, name=name))
        except Refused as error:
            if "not_modified" not in str(error).lower():
                raise
        return Sent()

    async def _edit(self, call: Call) -> Sent:
        if not call.edits:
            raise Refused("the message to be changed was never sent")
        message = _message(call)
        given = message.model_dump(exclude_unset=True, include={"chat_id", "text", "entities", "reply_markup"})
        try:
            await self._ask(EditMessageText(message_id=_number(call.edits), link_preview_options=_NO_PREVIEW, **given))
        except Refused as error:
            if "not modified" not in str(error).lower():
                raise
        return Sent(message_id=call.edits)

    async def answer_callback(self, callback: str, text: str | None = None) -> None:
        """Stop the button's spinner, perhaps with a short notice. Never fails: nothing hangs on it."""
        method = AnswerCallbackQuery(callback_query_id=callback, text=text[:_MAX_NOTICE] if text else None)
        try:
            await self._ask(method, seconds=10)
        except Exception as error:  # noqa: BLE001 - best effort: a query too old is the usual cause
            log.debug("callback not answered (%s)", type(error).__name__)

    async def check(self) -> str:
        """The bot's name, as ``@name``. Raises SendFailed with a reason for the operator."""
        result = await self._ask(GetMe())
        return f"@{_field(result, 'username') or '?'}"

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _ask(self, method: TelegramMethod[Any], seconds: int | None = None) -> Any:
        failure: SendFailed = Misconfigured(
            "OTKLIK_TELEGRAM_TOKEN does not look like 123456:ABC...", AFTER_FAULT_OF_OURS
        )
        try:
            if self._bot is not None:
                return await self._bot(method, request_timeout=seconds)
        except exceptions.TelegramAPIError as error:
            failure = _meaning(error)
        if isinstance(failure, Misconfigured):
            log.error("Telegram: %s", failure)
        raise failure


def _message(call: Call) -> SendMessage:
    rendered = call.rendered
    if not rendered.text.strip():
        raise Refused("Telegram takes no empty message")
    given = _common(call, CAPABILITIES.max_text)
    if rendered.marks:
        given["entities"] = [_entity(mark, rendered.text) for mark in rendered.marks]
    return SendMessage(text=rendered.text, link_preview_options=_NO_PREVIEW, **given)


def _document(call: Call) -> SendDocument:
    """A file with its caption; ``disable_content_type_detection`` keeps it a file, whatever it holds."""
    rendered, upload = call.rendered, call.upload
    if rendered.file is None or upload is None:
        raise Refused("a file to send is named, but not given")
    given = _common(call, CAPABILITIES.max_caption)
    if rendered.text:
        given["caption"] = rendered.text
    if rendered.marks:
        given["caption_entities"] = [_entity(mark, rendered.text) for mark in rendered.marks]
    document = upload.handle or BufferedInputFile(upload.data, filename=rendered.file.name)
    return SendDocument(document=document, disable_content_type_detection=True, **given)


def _common(call: Call, longest: int) -> dict[str, Any]:
    rendered = call.rendered
    if not whole(rendered.text):
        raise Refused("the text holds half a character")
    if _units(rendered.text) > longest:
        raise Refused("the text is too long for Telegram")
    given: dict[str, Any] = {"chat_id": _number(call.target)}
    if rendered.rows:
        given["reply_markup"] = keyboard(rendered.rows)
    if (call.thread or "") not in _GENERAL:
        given["message_thread_id"] = _number(call.thread or "")
    return given


def _topic(call: Call) -> CreateForumTopic:
    return CreateForumTopic(chat_id=_number(call.target), name=_name(call))


def _name(call: Call) -> str:
    name = " ".join(call.rendered.text.split())[:MAX_TOPIC_NAME]
    if not name or not whole(name):
        raise Refused("a topic needs a name of whole characters")
    return name


def _entity(mark: Mark, text: str) -> MessageEntity:
    marked = text[mark.start : mark.start + mark.length]
    return MessageEntity(type=_ENTITIES[mark.style], offset=_units(text[: mark.start]), length=_units(marked))


def _units(text: str) -> int:
    """Length in UTF-16 units, the way Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused("Telegram's chats and topics have numbers") from None


def _field(result: Any, name: str) -> str | None:
    value = result.get(name) if isinstance(result, dict) else None
    return None if value is None else str(value)


def _meaning(error: exceptions.TelegramAPIError) -> SendFailed:
    """Which of our errors a refusal of Telegram is."""
    text = " ".join((error.message or "").split())[:200]
    match error:
        case exceptions.TelegramRetryAfter():
            return RetryLater(f"Telegram asks to wait {error.retry_after} s", float(error.retry_after))
        case exceptions.TelegramMigrateToChat():
            return ChatMoved("the group has become a supergroup", str(error.migrate_to_chat_id))
        case exceptions.TelegramForbiddenError():
            return Unreachable(text)
        case exceptions.TelegramUnauthorizedError() | exceptions.TelegramNotFound():
            return Misconfigured(f"{text} (is OTKLIK_TELEGRAM_TOKEN right?)", AFTER_FAULT_OF_OURS)
        case exceptions.TelegramConflictError():
            return RetryLater(text)
        case exceptions.TelegramServerError():
            return OutcomeUnknown(text)
    return _bad_request(text)


_MENDABLE: Final = (
    "not enough rights", "chat is not a forum", "have no rights to send", "chat_write_forbidden", "chat_restricted",
    "need administrator rights", "chat_admin_required", "chat not found", "group chat was deactivated",
)  # fmt: skip


def _mendable(error: SendFailed) -> bool:
    """Whether the group itself is out of order, not this one call."""
    return isinstance(error, Unreachable) or any(sign in str(error).lower() for sign in _MENDABLE)


_NO_TOPIC: Final = ("message thread not found", "topic_deleted", "topic_id_invalid", "topic not found")
_NO_FILE: Final = ("wrong file identifier", "wrong remote file", "file reference", "invalid file_id")
_NO_CHAT: Final = ("chat not found", "user not found", "peer_id_invalid", "user_is_blocked")


def _bad_request(text: str) -> SendFailed:
    low = text.lower()
    if "too many requests" in low:
        return RetryLater(text)
    if any(sign in low for sign in _NO_TOPIC):
        return TopicGone(text)
    if any(sign in low for sign in _NO_FILE):
        return HandleGone(text)
    if any(sign in low for sign in _NO_CHAT):
        return Unreachable(text)
    return Refused(text)
