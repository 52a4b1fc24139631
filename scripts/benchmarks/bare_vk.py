"""The least a vk_api bot can do: ``bare_vk.py API TOKEN GROUP`` echoes texts.

vk_api's defaults but for two: calls go to API, and its brake of 3 calls a second is off, as it would be
all that is measured.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

import vk_api  # type: ignore[import-untyped]
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from vk_api.bot_longpoll import VkBotEventType, VkBotLongPoll  # type: ignore[import-untyped]


class Elsewhere(HTTPAdapter):
    """Sends what is meant for VK to ``api``."""

    def __init__(self, api: str) -> None:
        super().__init__()
        self._api = api

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send to the same path."""
        request.url = self._api + urlsplit(request.url or "").path
        return super().send(request, *args, **options)


def main(api: str, token: str, group: str) -> None:
    """Polls until SIGTERM."""
    vk = vk_api.VkApi(token=token, api_version="5.199")
    vk.RPS_DELAY = 0
    for host in ("https://api.vk.com/", "https://api.vk.ru/"):
        vk.http.mount(host, Elsewhere(api))
    events = VkBotLongPoll(vk, int(group))
    print("ready", flush=True)
    for event in events.listen():
        if event.type == VkBotEventType.MESSAGE_NEW:
            message = event.object.message
            values = {"peer_id": message["peer_id"], "random_id": message["id"]}
            vk.method("messages.send", {**values, "message": message["text"] or "?"})


if __name__ == "__main__":
    main(*sys.argv[1:])
