"""The Bot API's methods, one plain function each: (state, params) -> result, or Refused is raised."""

from __future__ import annotations

import time
from typing import Any, Final

from tests.emulators import telegram_payloads as payloads
from tests.emulators.bodies import Params, Upload
from tests.emulators.ledger import Sent, SentFile
from tests.emulators.telegram_chats import CHAT_METHODS, Method
from tests.emulators.telegram_errors import BadRequest, Refused
from tests.emulators.telegram_markup import Markup, read_markup
from tests.emulators.telegram_params import decoded, flag, number
from tests.emulators.telegram_state import TelegramState
from tests.emulators.telegram_text import Entity, checked_text, given_entities, parse_html

ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
CAPTION_LIMIT: Final = 1024
UPLOAD_LIMIT: Final = 50 * 1024 * 1024
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def read_text(params: Params) -> tuple[str, list[Entity]]:
    """Text and entities of a message. Raises BadRequest for bad markup, an empty or too long text."""
    text = params.get("text") or ""
    if not isinstance(text, str):
        raise BadRequest("text must be a String")
    mode = params.get("parse_mode")
    entities: list[Entity] = []
    if mode:
        if str(mode).lower() != "html":
            raise BadRequest("unsupported parse_mode (the emulator reads HTML only)")
        text, entities = parse_html(text)
    elif params.get("entities"):
        entities = given_entities(decoded(params, "entities"), text)
    return checked_text(text, entities)


def sent_document(state: TelegramState, params: Params) -> SentFile:
    """The document of a call: uploaded now, or known from before. Raises Refused."""
    given = params.get("document")
    if isinstance(given, str) and given.startswith("attach://"):
        given = params.get(given.removeprefix("attach://"))
    if isinstance(given, Upload):
        if not given.content:
            raise BadRequest("file must be non-empty")
        if len(given.content) > UPLOAD_LIMIT:
            raise Refused(413, "Request Entity Too Large")
        handle = f"document-{len(state.files) + 1}"
        state.files[handle] = given.content
        state.sent_files[handle] = SentFile(given.filename, given.content, handle)
    known = state.sent_files.get(str(given) if isinstance(given, str) else handle)
    if known is None:
        raise BadRequest("wrong file identifier/HTTP URL specified")
    return known


def send_document(state: TelegramState, params: Params) -> Any:
    """sendDocument; the caption may have up to 1,024 characters."""
    caption = params.get("caption") or ""
    if len(caption.encode("utf-16-le")) // 2 > CAPTION_LIMIT:
        raise BadRequest("message caption is too long")
    entities = given_entities(decoded(params, "caption_entities"), caption) if params.get("caption_entities") else []
    markup = read_markup(decoded(params, "reply_markup"))
    chat_id = int(state.writable(params.get("chat_id"))["id"])
    thread_id = number(params, "message_thread_id") or None
    if thread_id is not None:
        state.topic(chat_id, thread_id, "message thread not found")
    sent = Sent(
        state.next_message_id(), chat_id, caption, time.time(), markup.rows, markup.inline, markup.removes,
        thread_id, entities=entities, markup=markup.raw, file=sent_document(state, params),
    )  # fmt: skip
    state.ledger.add("sendDocument", sent)
    return sent_payload(state, sent)


def sent_payload(state: TelegramState, sent: Sent, edited: bool = False) -> dict[str, Any]:
    """A message of the bot as the server gives it back."""
    chat = state.chats[sent.chat_id]
    shown: dict[str, Any] = {
        "message_id": sent.message_id,
        "from": payloads.bot_user(),
        "chat": chat,
        "date": int(sent.at),
    }
    if sent.file is None:
        shown["text"] = sent.text
    else:
        shown["document"] = payloads.document(sent.file.handle, sent.file.name, len(sent.file.content))
        if sent.text:
            shown["caption"] = sent.text
    if sent.entities:
        shown["entities" if sent.file is None else "caption_entities"] = sent.entities
    if sent.markup:
        shown["reply_markup"] = sent.markup
    if sent.thread_id:
        shown.update(message_thread_id=sent.thread_id, is_topic_message=True)
    if edited:
        shown["edit_date"] = int(time.time())
    return shown


def send_message(state: TelegramState, params: Params) -> Any:
    """sendMessage."""
    text, entities = read_text(params)
    markup = read_markup(params.get("reply_markup"))
    chat_id = int(state.writable(params.get("chat_id"))["id"])
    thread_id = number(params, "message_thread_id") or None
    if thread_id is not None:
        state.topic(chat_id, thread_id, "message thread not found")
    sent = Sent(
        state.next_message_id(), chat_id, text, time.time(), markup.rows, markup.inline, markup.removes,
        thread_id, entities=entities, markup=markup.raw,
    )  # fmt: skip
    state.ledger.add("sendMessage", sent)
    return sent_payload(state, sent)


def edit_text(state: TelegramState, params: Params) -> Any:
    """editMessageText."""
    text, entities = read_text(params)
    markup = _inline_markup(params)
    sent = _own_message(state, params, "edit")
    if (sent.text, sent.entities, sent.markup) == (text, entities, markup.raw):
        raise BadRequest(NOT_MODIFIED)
    sent.edits.append(sent.text)
    sent.text, sent.entities = text, entities
    return _edited(state, sent, markup, "editMessageText")


def edit_markup(state: TelegramState, params: Params) -> Any:
    """editMessageReplyMarkup."""
    markup = _inline_markup(params)
    sent = _own_message(state, params, "edit")
    if sent.markup == markup.raw:
        raise BadRequest(NOT_MODIFIED)
    return _edited(state, sent, markup, "editMessageReplyMarkup")


def delete_message(state: TelegramState, params: Params) -> Any:
    """deleteMessage, for the bot's own messages."""
    state.ledger.remove("deleteMessage", _own_message(state, params, "delete"))
    return True


def answer_callback(state: TelegramState, params: Params) -> Any:
    """answerCallbackQuery; the text may have up to 200 characters."""
    text = str(params.get("text") or "")
    if len(text) > 200:
        raise BadRequest("MESSAGE_TOO_LONG")
    state.answer(str(params.get("callback_query_id", "")), text, flag(params, "show_alert"))
    return True


def chat_action(state: TelegramState, params: Params) -> Any:
    """sendChatAction."""
    state.writable(params.get("chat_id"))
    if params.get("action") not in ACTIONS:
        raise BadRequest("wrong parameter action in request")
    return True


def _inline_markup(params: Params) -> Markup:
    markup = read_markup(params.get("reply_markup"))
    if markup.rows and not markup.inline:
        raise BadRequest("inline keyboard expected")
    return markup


def _own_message(state: TelegramState, params: Params, doing: str) -> Sent:
    chat_id = int(state.writable(params.get("chat_id"))["id"])
    sent = state.ledger.find(chat_id, number(params, "message_id"))
    if sent is None:
        raise BadRequest(f"message to {doing} not found")
    return sent


def _edited(state: TelegramState, sent: Sent, markup: Markup, method: str) -> dict[str, Any]:
    sent.rows, sent.inline, sent.markup = markup.rows, markup.inline, markup.raw
    state.ledger.record(method, sent.chat_id, sent.message_id, sent.text)
    return sent_payload(state, sent, edited=True)


METHODS: Final[dict[str, Method]] = {
    "getMe": lambda state, params: payloads.get_me(),
    "sendMessage": send_message,
    "sendDocument": send_document,
    "editMessageText": edit_text,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback,
    "sendChatAction": chat_action,
    **CHAT_METHODS,
}

BY_LOWER: Final = {name.lower(): name for name in (*METHODS, "getUpdates")}
