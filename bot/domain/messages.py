"""What comes in from a channel and what goes out to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias


class Channel(StrEnum):
    TELEGRAM = "telegram"
    VK = "vk"
    PAGE = "page"


# --- in ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """A raw update as an ingress stores it, before anything is understood.

    ``external_id`` is unique within the channel (Telegram ``update_id``, VK ``event_id``,
    the page's own message id), so a repeated delivery is stored once.
    ``conversation`` orders updates: those with the same key are handled one after another.
    """

    channel: Channel
    external_id: str
    conversation: str
    payload: Mapping[str, Any]


class Kind(StrEnum):
    """What kind of thing a client did."""

    TEXT = "text"
    BUTTON = "button"
    COMMAND = "command"
    START = "start"
    """Opened the chat: ``/start``, VK's start button, the page's first load."""
    OTHER = "other"
    """A sticker, a dice ...: answered politely, not read."""
    FILES = "files"
    """Photos, documents, recordings ...; ``text`` is the caption, ``name`` the kind of the first."""
    PLACE = "place"
    """A place on the map; ``text`` is what a person reads of it."""
    CONTACT = "contact"
    """Somebody's telephone number; ``text`` is the number."""
    EDIT = "edit"
    """An earlier message has new words."""
    REACTION = "reaction"
    """A reaction to one of our messages: ``text`` is its emoji, empty when it was taken back."""
    BLOCKED = "blocked"
    """Forbade messages."""
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class FileOffer:
    """A file that somebody sent, as his messenger tells of it; nothing of it is fetched yet."""

    kind: str
    reference: str
    """By which the channel fetches it; empty: the messenger does not hand it out."""
    name: str = ""
    size: int = 0
    """Bytes, as told; 0: not told."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update of a client, free of any SDK."""

    channel: Channel
    external_id: str
    """Address within the channel: chat id, peer id or visitor id."""
    kind: Kind
    text: str = ""
    """The text, the command's argument, the caption of a file or of a button. No NUL, no lone surrogates."""
    name: str = ""
    """COMMAND: its name without the slash; OTHER: the kind of thing (``voice``, ``sticker`` ...)."""
    action: str = ""
    """BUTTON: the action that the button carries."""
    callback: str = ""
    """What a transient callback answer needs; empty: none is due."""
    language: str | None = None
    """Two letters, where the channel tells it."""
    message: str = ""
    """The message's own id in the chat; EDIT, REACTION: that of the message concerned."""
    quoted: str = ""
    """Words of an older message to which this one replies."""
    files: tuple[FileOffer, ...] = ()
    album: str = ""
    """Files that were sent together come one by one: those of one album name it."""
    voiced: bool = False
    """The text was spoken, and put into writing by the messenger."""


@dataclass(frozen=True, slots=True)
class StaffIncoming:
    """One update from the staff group."""

    person: str
    """Telegram user id."""
    chat: str
    thread: str | None
    text: str = ""
    action: str = ""
    callback: str = ""
    files: tuple[FileOffer, ...] = ()
    message: str = ""
    """The message's own id in the group."""
    edited: bool = False
    """New words for an earlier message."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An update nobody waits for (our own echo, an edit, a join): counted by ``why``."""

    why: str


@dataclass(frozen=True, slots=True)
class GroupMoved:
    """The staff group has another id from now on."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """What the bot may do in the staff group has changed; ``trouble`` is empty when all is well."""

    chat: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody has put the bot into a group or channel that is none of ours."""

    chat: str
    may_speak: bool


GroupNews: TypeAlias = GroupMoved | GroupChanged | Invited
Parsed: TypeAlias = Incoming | StaffIncoming | GroupNews | Ignored


# --- out -----------------------------------------------------------------------


class Style(StrEnum):
    BOLD = "bold"
    CODE = "code"
    """Shown so that one press copies it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Formatting of ``text[start:start + length]``, in code points of the plain text."""

    start: int
    length: int
    style: Style


@dataclass(frozen=True, slots=True)
class RenderedButton:
    label: str
    action: str = ""
    link: str = ""
    """Exactly one of action and link is set."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored file: its content by hash, and what it is called."""

    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """One physical message, within its channel's limits. Made by ``domain.rendering`` alone.

    The text is plain: each channel escapes or annotates it in its own way, so nothing a client
    wrote can turn into markup.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    rows: tuple[tuple[RenderedButton, ...], ...] = ()
    file: FileRef | None = None
    """The text is its caption, and may be empty."""
    source: str = ""
    """The staff member's own message that it passes on."""
    replaces: int | None = None
    """The call whose message gets this wording instead."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Limits of a channel."""

    channel: Channel
    max_text: int
    max_caption: int
    """Of the text under a file."""
    utf16: bool
    """Lengths are counted in UTF-16 units instead of code points."""
    max_rows: int
    max_row: int
    max_buttons: int
    max_label: int
    max_action: int
    """Bytes of an action, in the channel's own envelope."""
    styles: frozenset[Style] = frozenset(Style)
    """What of the formatting it shows."""


class CallKind(StrEnum):
    MESSAGE = "message"
    CREATE_TOPIC = "create_topic"
    """Telegram staff group: open a forum topic; ``Rendered.text`` is its name."""
    RENAME_TOPIC = "rename_topic"
    """The same of one that is open."""
    FILE = "file"
    EDIT = "edit"
    """New words for a message that an earlier call has sent."""
    LEAVE = "leave"
    """Telegram: leave a group or channel."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way out: its bytes, or the name that the messenger gave it when it was sent before."""

    data: bytes = b""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the outbox: one physical call."""

    id: int
    """Also the source of VK's ``random_id``."""
    channel: Channel
    kind: CallKind
    target: str
    """Chat, peer or visitor id."""
    rendered: Rendered
    thread: str | None = None
    """Forum topic id in the staff group."""
    edits: str | None = None
    """EDIT: the messenger's id of the message."""
    attempt: int = 1
    upload: Upload | None = None
    """Of a FILE: filled in just before the call."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the messenger said of a call that took place."""

    message_id: str | None = None
    topic_id: str | None = None
    handle: str | None = None
    """Of a FILE: under this name the messenger sends it again without an upload."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A page visitor's view of one outgoing message."""

    id: int
    at: dt.datetime
    rendered: Rendered
    own: bool = field(default=False)
    """True: the visitor's own words, shown again after a reload."""
    key: str = field(default="")
    """Of the visitor's own words: the id the browser gave them."""
