"""The Bot API's methods about chats, topics, files and the bot's own settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.emulators import telegram_payloads as payloads
from tests.emulators.bodies import Params
from tests.emulators.telegram_errors import BadRequest
from tests.emulators.telegram_params import decoded, number
from tests.emulators.telegram_state import TelegramState, Topic

Method = Callable[[TelegramState, Params], Any]

TOPIC_COLOR: Final = 0x6FB9F0
TITLE_LIMIT: Final = 128
DOWNLOAD_LIMIT: Final = 20 * 1024 * 1024


def create_topic(state: TelegramState, params: Params) -> Any:
    """createForumTopic; a name over 128 characters is cut, as the server does."""
    chat_id = _forum(state, params)
    name = str(params.get("name") or "").strip()[:TITLE_LIMIT]
    if not name:
        raise BadRequest("title must be non-empty")
    topic = Topic(state.next_message_id(), name, number(params, "icon_color", TOPIC_COLOR))
    state.topics[chat_id][topic.thread_id] = topic
    state.ledger.record("createForumTopic", chat_id, topic.thread_id, name)
    return {"message_thread_id": topic.thread_id, "name": name, "icon_color": topic.icon_color}


def edit_topic(state: TelegramState, params: Params) -> Any:
    """editForumTopic."""
    topic = _topic(state, params)
    name = str(params.get("name") or topic.name).strip()[:TITLE_LIMIT]
    if name == topic.name and "icon_custom_emoji_id" not in params:
        raise BadRequest("TOPIC_NOT_MODIFIED")
    topic.name = name
    return True


def close_topic(state: TelegramState, params: Params) -> Any:
    """closeForumTopic."""
    return _set_closed(_topic(state, params), True)


def reopen_topic(state: TelegramState, params: Params) -> Any:
    """reopenForumTopic."""
    return _set_closed(_topic(state, params), False)


def delete_topic(state: TelegramState, params: Params) -> Any:
    """deleteForumTopic."""
    topic = _topic(state, params)
    del state.topics[_forum(state, params)][topic.thread_id]
    return True


def leave_chat(state: TelegramState, params: Params) -> Any:
    """leaveChat."""
    chat = state.writable(params.get("chat_id"))
    state.groups.removed.add(chat["id"])
    state.ledger.record("leaveChat", chat["id"], 0, "")
    return True


def get_chat(state: TelegramState, params: Params) -> Any:
    """getChat."""
    chat = state.chat(params.get("chat_id"))
    return payloads.full_chat(state.groups.shown(chat))


def get_chat_member(state: TelegramState, params: Params) -> Any:
    """getChatMember: the bot is an administrator of groups, known people are members."""
    chat = state.chat(params.get("chat_id"))
    user_id = number(params, "user_id")
    if user_id == payloads.BOT_ID:
        return state.groups.own_place(chat["id"]) if chat["id"] < 0 else payloads.member(payloads.bot_user())
    if user_id not in state.users:
        raise BadRequest("member not found")
    return payloads.member(state.users[user_id])


def get_file(state: TelegramState, params: Params) -> Any:
    """getFile, for what clients have sent."""
    file_id = str(params.get("file_id") or "")
    if file_id not in state.files:
        raise BadRequest("invalid file_id")
    size = len(state.files[file_id])
    if size > DOWNLOAD_LIMIT:
        raise BadRequest("file is too big")
    return {
        "file_id": file_id, "file_unique_id": f"unique-{file_id}", "file_size": size,
        "file_path": f"documents/{file_id}",
    }  # fmt: skip


def _forum(state: TelegramState, params: Params) -> int:
    chat_id = int(state.writable(params.get("chat_id"))["id"])
    if chat_id not in state.topics:
        raise BadRequest("the chat is not a forum")
    state.groups.check_topics(chat_id)
    return chat_id


def _topic(state: TelegramState, params: Params) -> Topic:
    return state.topic(_forum(state, params), number(params, "message_thread_id"), "TOPIC_ID_INVALID")


def _set_closed(topic: Topic, closed: bool) -> bool:
    if topic.closed == closed:
        raise BadRequest("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    return True


def _setting(name: str, empty: Any) -> tuple[Method, Method]:
    """A setter and a getter of one setting, kept by scope and language."""

    def key(params: Params) -> str:
        return f"{name} {params.get('scope', '')} {params.get('language_code', '')}"

    def put(state: TelegramState, params: Params) -> Any:
        given = decoded(params, name) if isinstance(empty, list) else str(params.get(name) or "")
        state.settings[key(params)] = given or empty
        return True

    def get(state: TelegramState, params: Params) -> Any:
        kept = state.settings.get(key(params), empty)
        return kept if isinstance(empty, list) else {name: kept}

    return put, get


_SET_COMMANDS, _GET_COMMANDS = _setting("commands", [])
_SET_NAME, _GET_NAME = _setting("name", "")
_SET_DESCRIPTION, _GET_DESCRIPTION = _setting("description", "")
_SET_SHORT, _GET_SHORT = _setting("short_description", "")

CHAT_METHODS: Final[dict[str, Method]] = {
    "createForumTopic": create_topic, "editForumTopic": edit_topic, "closeForumTopic": close_topic,
    "reopenForumTopic": reopen_topic, "deleteForumTopic": delete_topic,
    "leaveChat": leave_chat,
    "getChat": get_chat, "getChatMember": get_chat_member, "getFile": get_file,
    "setWebhook": lambda state, params: state.webhook.set(params),
    "deleteWebhook": lambda state, params: state.webhook.delete(params),
    "getWebhookInfo": lambda state, params: state.webhook.info(),
    "setMyCommands": _SET_COMMANDS, "getMyCommands": _GET_COMMANDS,
    "deleteMyCommands": lambda state, params: _SET_COMMANDS(state, {**params, "commands": None}),
    "setMyName": _SET_NAME, "getMyName": _GET_NAME,
    "setMyDescription": _SET_DESCRIPTION, "getMyDescription": _GET_DESCRIPTION,
    "setMyShortDescription": _SET_SHORT, "getMyShortDescription": _GET_SHORT,
}  # fmt: skip
