"""The emulated VK's side of the wire: its API, its long poll, its uploads."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

import orjson

from tests.emulators.base import Emulator
from tests.emulators.bodies import BadBody, Params, read_params
from tests.emulators.faults import Fault
from tests.emulators.pushing import as_json
from tests.emulators.vk_errors import VkError, fault_reply, invalid
from tests.emulators.vk_execute import execute
from tests.emulators.vk_methods import METHODS, take_upload, version
from tests.emulators.vk_state import VkState
from tests.emulators.wire import Answer, Reply, Request


class VkServer(Emulator):
    """What the community's program talks to."""

    token: str
    group_id: int
    state: VkState

    def handle(self, request: Request) -> Answer | Awaitable[Answer]:
        """One request to /method/<name> or to the long-poll server."""
        if request.path == self._poll_path:
            return self.served("a_check", request, partial(self._check, request))
        if request.path in self.state.served:
            return Reply(self.state.served[request.path], content_type="application/octet-stream")
        if request.path == "/upload":
            return self.served("upload", request, partial(self._upload, request))
        if not request.path.startswith("/method/"):
            return Reply(b"not found", 404, "text/plain")
        method = request.path.removeprefix("/method/")
        return self.served(method, request, partial(self._call, method, request))

    def fault_reply(self, fault: Fault) -> Reply:
        """See `vk_errors.fault_reply`."""
        return fault_reply(fault, self.url)

    @property
    def _poll_path(self) -> str:
        return f"/wh{self.group_id}"

    async def _check(self, request: Request) -> Answer:
        try:
            params = read_params(request)
        except BadBody:
            return Reply(b"bad request", 400, "text/plain")
        if params.get("act") != "a_check":
            return Reply(b"unknown act", 400, "text/plain")
        return Reply(as_json(await self.state.log.check(params, request.gone)))

    def _upload(self, request: Request) -> Answer:
        try:
            return Reply(orjson.dumps(take_upload(self.state, read_params(request))))
        except BadBody:
            return Reply(b"bad request", 400, "text/plain")

    def _call(self, method: str, request: Request) -> Answer:
        params: Params = {}
        try:
            params = read_params(request)
            return Reply(orjson.dumps(self._response(method, params)))
        except VkError as error:
            return error.reply(method, params)
        except BadBody as error:
            return invalid(str(error)).reply(method, params)

    def _response(self, method: str, params: Params) -> dict[str, Any]:
        version(params)
        if "access_token" not in params:
            raise VkError(5, "User authorization failed: no access_token passed.")
        if params["access_token"] != self.token:
            raise VkError(5, "User authorization failed: invalid access_token (4).")
        if method == "execute":
            results, errors = execute(self.state, params)
            return {"response": results, "execute_errors": errors} if errors else {"response": results}
        if method not in METHODS:
            raise VkError(3)
        response = METHODS[method](self.state, params)
        if method == "groups.getLongPollServer":
            response["server"] = self.url + self._poll_path
        if "upload_url" in (response if isinstance(response, dict) else ()):
            response["upload_url"] = self.url + response["upload_url"]
        return {"response": response}
