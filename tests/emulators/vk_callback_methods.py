"""VK's methods about callback servers: (state, params) -> response, or VkError is raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tests.emulators.bodies import Params
from tests.emulators.vk_errors import invalid
from tests.emulators.vk_params import number

if TYPE_CHECKING:
    from tests.emulators.vk_state import VkState

_OWN: Final = frozenset({"group_id", "server_id", "api_version", "access_token", "v", "lang"})


def confirmation_code(state: VkState, params: Params) -> Any:
    """groups.getCallbackConfirmationCode."""
    return {"code": state.callbacks.code}


def servers(state: VkState, params: Params) -> Any:
    """groups.getCallbackServers."""
    found = [server.shown() for server in state.callbacks.servers.values()]
    return {"count": len(found), "items": found}


def add(state: VkState, params: Params) -> Any:
    """groups.addCallbackServer."""
    return {"server_id": state.callbacks.add(*_described(params))}


def edit(state: VkState, params: Params) -> Any:
    """groups.editCallbackServer."""
    state.callbacks.edit(number(params, "server_id"), *_described(params))
    return 1


def delete(state: VkState, params: Params) -> Any:
    """groups.deleteCallbackServer."""
    state.callbacks.delete(number(params, "server_id"))
    return 1


def choose(state: VkState, params: Params) -> Any:
    """groups.setCallbackSettings: kinds of events given as 0 or 1, the others stay."""
    server = state.callbacks.found(number(params, "server_id"))
    server.settings.update({name: number(params, name) for name in params if name not in _OWN})
    return 1


def chosen(state: VkState, params: Params) -> Any:
    """groups.getCallbackSettings."""
    server = state.callbacks.found(number(params, "server_id"))
    return {"api_version": "5.199", "events": dict(server.settings)}


def _described(params: Params) -> tuple[str, str, str]:
    return str(params.get("url") or ""), str(params.get("title") or ""), str(params.get("secret_key") or "")


def _of_group(method: Callable[[VkState, Params], Any]) -> Callable[[VkState, Params], Any]:
    def checked(state: VkState, params: Params) -> Any:
        if number(params, "group_id") != state.group_id:
            raise invalid("group_id is undefined")
        return method(state, params)

    return checked


CALLBACK_METHODS: Final = {
    f"groups.{name}": _of_group(method)
    for name, method in {
        "getCallbackConfirmationCode": confirmation_code,
        "getCallbackServers": servers,
        "addCallbackServer": add,
        "editCallbackServer": edit,
        "deleteCallbackServer": delete,
        "setCallbackSettings": choose,
        "getCallbackSettings": chosen,
    }.items()
}
