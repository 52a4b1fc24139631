"""Files of a VK message: found in the raw event, fetched from VK's own servers and from nowhere else."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests

from bot.channels.vk.api import SECONDS, session
from bot.channels.vk.conversation import message_of
from bot.domain.cleaning import clean
from bot.domain.errors import FileTooBig, Refused, RetryLater
from bot.domain.messages import FileOffer, Incoming, Kind, Parsed

KINDS: Final = frozenset({"photo", "doc", "audio_message", "video", "audio", "graffiti"})
MAX_NAME: Final = 120
HOSTS: Final = (
    "vk.com", "vk.ru", "userapi.com", "vkuser.net", "vkuserphoto.ru", "vkuservideo.net", "vkuseraudio.net",
    "vkuseraudio.com", "vk-cdn.net", "mycdn.me", "okcdn.ru",
)  # fmt: skip
"""Where VK keeps what people send. An address elsewhere is not followed, whoever named it."""
REDIRECTS: Final = 4
_CHUNK: Final = 64 * 1024


def with_files(parsed: Parsed, payload: Mapping[str, Any]) -> Parsed:
    """The same, with the files of the event's message; a voice message that VK has put into writing is a text."""
    event = payload.get("object")
    if not isinstance(parsed, Incoming) or parsed.kind not in (Kind.TEXT, Kind.OTHER) or not isinstance(event, Mapping):
        return parsed
    if payload.get("type") != "message_new":
        return parsed
    listed = message_of(event).get("attachments")
    things = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    said = _transcript(things)
    if said and parsed.kind is Kind.OTHER:
        return replace(parsed, kind=Kind.TEXT, text=said, name="", voiced=True)
    files = tuple(file for thing in things if (file := _file(thing)) is not None)
    return replace(parsed, kind=Kind.FILES, name=files[0].kind, files=files) if files else parsed


def _transcript(things: list[Mapping[str, Any]]) -> str:
    match things:
        case [{"type": "audio_message", "audio_message": {"transcript": str(said), **more}}] if said.strip():
            return clean(said).strip() if more.get("transcript_state", "done") == "done" else ""
    return ""


def _file(thing: Mapping[str, Any]) -> FileOffer | None:
    kind = thing.get("type")
    body = thing.get(kind) if isinstance(kind, str) and kind in KINDS else None
    if not isinstance(kind, str) or not isinstance(body, Mapping):
        return None
    name, size = body.get("title"), body.get("size")
    address = body.get("link_mp3") if kind == "audio_message" else body.get("url")
    if kind == "photo":
        name, address = "", _largest(body.get("sizes"))
    return FileOffer(
        kind,
        clean(address, 2000) if isinstance(address, str) else "",
        clean(name, MAX_NAME) if isinstance(name, str) else "",
        size if type(size) is int else 0,
    )


def _largest(sizes: object) -> object:
    found = [one for one in sizes if isinstance(one, Mapping)] if isinstance(sizes, list) else []
    return max(found, key=lambda one: _number(one.get("width")) * _number(one.get("height")), default={}).get("url")


def _number(value: object) -> int:
    return value if type(value) is int else 0


def download(address: str, most: int, base: str | None) -> bytes:
    """Blocking. At most ``most`` bytes from VK, or from ``base`` where a test takes VK's place.

    Raises FileTooBig, Refused for an address that is not VK's, RetryLater.
    """
    http = session(base)
    try:
        for _ in range(REDIRECTS):
            if not _allowed(address, base):
                raise Refused("the address of the file is not one of VK's")
            with http.get(address, stream=True, allow_redirects=False, timeout=SECONDS) as answer:
                if answer.is_redirect:
                    address = urljoin(address, answer.headers["location"])
                    continue
                return _body(answer, most)
    except requests.RequestException as error:
        raise RetryLater(f"no answer from VK's file server ({type(error).__name__})") from None
    finally:
        http.close()
    raise Refused("VK's file server sends us round in circles")


def _allowed(address: str, base: str | None) -> bool:
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if base is not None and (parts.scheme, parts.netloc) == urlsplit(base)[:2]:
        return True
    if parts.scheme != "https" or port not in (None, 443) or parts.username is not None or _is_number(host):
        return False
    return any(host == known or host.endswith(f".{known}") for known in HOSTS)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _body(answer: requests.Response, most: int) -> bytes:
    if answer.status_code in (403, 404, 410):
        raise Refused(f"HTTP {answer.status_code} from VK's file server")
    if answer.status_code != 200:
        raise RetryLater(f"HTTP {answer.status_code} from VK's file server")
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > most:
            raise FileTooBig
    return bytes(body)
