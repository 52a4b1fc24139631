"""The methods of the VK API, one plain function each: (state, params) -> response, or VkError is raised."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import orjson

from tests.emulators import vk_payloads as payloads
from tests.emulators.bodies import Params, Upload
from tests.emulators.ledger import Sent, SentFile
from tests.emulators.vk_callback_methods import CALLBACK_METHODS
from tests.emulators.vk_errors import VkError, invalid
from tests.emulators.vk_keyboard import read_keyboard
from tests.emulators.vk_longpoll import EVENTS_VERSION
from tests.emulators.vk_params import number
from tests.emulators.vk_state import VkState

Method = Callable[[VkState, Params], Any]

TEXT_LIMIT: Final = 9000
SNACKBAR_LIMIT: Final = 90
REFUSED_ENDINGS: Final = frozenset({"exe", "bat", "cmd", "com", "msi", "apk", "jar", "mp3"})
INT32: Final = range(-(2**31), 2**31)
_READS_OBJECTS: Final = (5, 139)


def numbers(params: Params, name: str) -> list[int]:
    """A list of integers separated by commas. Raises VkError 100."""
    try:
        return [int(part) for part in str(params.get(name) or "").split(",") if part]
    except ValueError:
        raise invalid(f"{name} not integer") from None


def version(params: Params) -> tuple[int, ...]:
    """The API version of the call. Raises VkError 8 when missing or too old."""
    parts = str(params.get("v") or "").split(".")
    if not all(part.isdigit() for part in parts):
        raise VkError(8, "Invalid request: v (version) is required")
    found = tuple(int(part) for part in parts)
    if found < (5, 81):
        raise VkError(8, "Invalid request: versions below 5.81 are deprecated")
    return found


def send(state: VkState, params: Params) -> Any:
    """messages.send: the message id, or one result a peer when several are named."""
    text = str(params.get("message") or "")
    if len(text) > TEXT_LIMIT:
        raise VkError(914)
    if not text and not any(params.get(name) for name in ("attachment", "sticker_id", "forward", "lat")):
        raise invalid("message is empty or invalid")
    if number(params, "random_id") not in INT32:
        raise invalid("random_id should be an int32")
    several = numbers(params, "peer_ids") or numbers(params, "user_ids")
    if several:
        return [_sent_result(state, params, peer_id, text) for peer_id in several[:100]]
    peer_id = number(params, "peer_id", number(params, "user_id", 0))
    if not peer_id:
        raise invalid("you should specify peer_id, user_id, domain, chat_id or user_ids param")
    return _send_one(state, params, peer_id, text).message_id


def edit(state: VkState, params: Params) -> Any:
    """messages.edit by message_id, cmid or conversation_message_id."""
    text = str(params.get("message") or "")
    if len(text) > TEXT_LIMIT:
        raise VkError(914)
    keyboard = read_keyboard(params.get("keyboard"))
    peer_id = number(params, "peer_id")
    state.check_writable(peer_id)
    sent = _find(state, params, peer_id)
    sent.edits.append(sent.text)
    sent.text, sent.rows, sent.inline = text, keyboard.rows, keyboard.inline
    state.ledger.record("messages.edit", peer_id, sent.message_id, text)
    return 1


def answer_event(state: VkState, params: Params) -> Any:
    """messages.sendMessageEventAnswer."""
    raw = params.get("event_data")
    try:
        data = orjson.loads(raw) if isinstance(raw, str) and raw else raw
    except orjson.JSONDecodeError:
        raise invalid("event_data is not a valid JSON") from None
    if isinstance(data, dict) and len(str(data.get("text", ""))) > SNACKBAR_LIMIT:
        raise invalid("event_data text is too long")
    event_id = str(params.get("event_id") or "")
    state.answer(event_id, number(params, "user_id"), number(params, "peer_id"), data)
    return 1


def activity(state: VkState, params: Params) -> Any:
    """messages.setActivity and messages.markAsRead: nothing that could be seen here."""
    state.check_writable(number(params, "peer_id", number(params, "user_id", 0)))
    return 1


def allowed(state: VkState, params: Params) -> Any:
    """messages.isMessagesFromGroupAllowed."""
    try:
        state.check_writable(number(params, "user_id"))
    except VkError:
        return {"is_allowed": 0}
    return {"is_allowed": 1}


def long_poll_server(state: VkState, params: Params) -> Any:
    """groups.getLongPollServer; the caller adds the server's address."""
    _check_group(state, params)
    if not state.long_poll_on:
        raise invalid("longpoll for this group is not enabled")
    return {"key": state.log.key, "ts": str(state.log.ts)}


def long_poll_settings(state: VkState, params: Params) -> Any:
    """groups.getLongPollSettings."""
    _check_group(state, params)
    return {"is_enabled": state.long_poll_on, "api_version": EVENTS_VERSION, "events": dict(state.enabled)}


def set_long_poll_settings(state: VkState, params: Params) -> Any:
    """groups.setLongPollSettings: kinds of events given as 0 or 1, the others stay."""
    _check_group(state, params)
    own = {"group_id", "enabled", "api_version", "access_token", "v", "lang"}
    state.long_poll_on = bool(number(params, "enabled", int(state.long_poll_on)))
    state.enabled.update({name: number(params, name) for name in params if name not in own})
    return 1


def groups_by_id(state: VkState, params: Params) -> Any:
    """groups.getById, for the community of the token."""
    group = {
        "id": state.group_id, "name": "Emulated community", "screen_name": f"club{state.group_id}",
        "is_closed": 0, "type": "group",
    }  # fmt: skip
    return {"groups": [group], "profiles": []} if version(params) >= _READS_OBJECTS else [group]


def users(state: VkState, params: Params) -> Any:
    """users.get, for people who have been met."""
    return [
        {
            "id": user_id, "first_name": state.names[user_id][0], "last_name": state.names[user_id][1],
            "can_access_closed": True, "is_closed": False,
        }
        for user_id in numbers(params, "user_ids")
        if user_id in state.names
    ]  # fmt: skip


def _sent_result(state: VkState, params: Params, peer_id: int, text: str) -> dict[str, Any]:
    try:
        sent = _send_one(state, params, peer_id, text)
    except VkError as error:
        refusal = {"code": error.code, "description": str(error)}
        return {"peer_id": peer_id, "message_id": 0, "error": refusal}
    return {
        "peer_id": peer_id, "message_id": sent.message_id, "conversation_message_id": sent.local_id,
    }  # fmt: skip


def _send_one(state: VkState, params: Params, peer_id: int, text: str) -> Any:
    keyboard = read_keyboard(params.get("keyboard"))
    state.check_writable(peer_id)
    key = number(params, "random_id")
    before = state.sent_before(peer_id, key)
    if before is not None:
        return before
    sent = Sent(
        state.next_message_id(), peer_id, text, time.time(), keyboard.rows, keyboard.inline, keyboard.removes,
        local_id=state.conversation(peer_id).next_local_id(), key=key, file=_attached(state, params),
    )  # fmt: skip
    state.remember(peer_id, key, sent.message_id, sent.local_id)
    state.ledger.add("messages.send", sent)
    if state.enabled.get("message_reply"):
        own = payloads.message(sent.message_id, sent.local_id, peer_id, -state.group_id, text, random_id=key)
        state.tell("message_reply", own)
    return sent


def _attached(state: VkState, params: Params) -> SentFile | None:
    named = str(params.get("attachment") or "")
    if not named:
        return None
    if named not in state.docs:
        raise invalid("attachment is invalid")
    return state.docs[named]


def upload_server(state: VkState, params: Params) -> Any:
    """docs.getMessagesUploadServer; the caller adds the server's address."""
    state.check_writable(number(params, "peer_id"))
    return {"upload_url": f"/upload?peer={number(params, 'peer_id')}"}


def take_upload(state: VkState, params: Params) -> dict[str, Any]:
    """The upload server itself: a name for what was posted, or its own kind of refusal."""
    upload = next((value for value in params.values() if isinstance(value, Upload)), None)
    if upload is None or not upload.content:
        return {"error": "no_file"}
    if upload.filename.rpartition(".")[2].lower() in REFUSED_ENDINGS:
        return {"error": "bad_file_type", "error_descr": "Invalid file type"}
    name = f"upload|{len(state.uploads) + 1}"
    state.uploads[name] = SentFile(upload.filename, upload.content, name, "doc")
    return {"file": name}


def save_doc(state: VkState, params: Params) -> Any:
    """docs.save."""
    upload = state.uploads.get(str(params.get("file") or ""))
    if upload is None:
        raise invalid("file is undefined")
    number_ = 1000 + len(state.docs)
    title = str(params.get("title") or upload.name)
    named = f"doc-{state.group_id}_{number_}"
    state.docs[named] = SentFile(title, upload.content, named, "doc")
    doc = {
        "id": number_, "owner_id": -state.group_id, "title": title, "size": len(upload.content),
        "ext": upload.name.rpartition(".")[2], "date": int(time.time()), "type": 1, "url": "https://vk.invalid/doc",
    }  # fmt: skip
    return {"type": "doc", "doc": doc}


def by_number(state: VkState, params: Params) -> Any:
    """messages.getByConversationMessageId, for the community's own messages."""
    peer_id, wanted = number(params, "peer_id"), numbers(params, "conversation_message_ids")
    found = [sent for sent in state.ledger.messages(peer_id) if sent.local_id in wanted]
    items = [
        payloads.message(sent.message_id, sent.local_id, peer_id, -state.group_id, sent.text, random_id=sent.key)
        for sent in found
    ]
    return {"count": len(items), "items": items}


def _find(state: VkState, params: Params, peer_id: int) -> Sent:
    message_id = number(params, "message_id", 0)
    local_id = number(params, "cmid", number(params, "conversation_message_id", 0))
    for sent in reversed(state.ledger.messages(peer_id)):
        if message_id == sent.message_id or (not message_id and local_id == sent.local_id):
            return sent
    raise invalid("message_id is invalid")


def _check_group(state: VkState, params: Params) -> None:
    if number(params, "group_id") != state.group_id:
        raise invalid("group_id is undefined")


METHODS: Final[dict[str, Method]] = {
    "messages.send": send, "messages.edit": edit, "messages.sendMessageEventAnswer": answer_event,
    "messages.getByConversationMessageId": by_number,
    "messages.setActivity": activity, "messages.markAsRead": activity,
    "messages.isMessagesFromGroupAllowed": allowed,
    "docs.getMessagesUploadServer": upload_server, "docs.save": save_doc,
    "groups.getLongPollServer": long_poll_server, "groups.getLongPollSettings": long_poll_settings,
    "groups.setLongPollSettings": set_long_poll_settings, **CALLBACK_METHODS,
    "groups.getById": groups_by_id, "users.get": users,
}  # fmt: skip
