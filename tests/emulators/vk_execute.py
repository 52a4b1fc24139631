"""VK's execute, as far as bots use it: up to 25 calls in one request.

Read are `return [API.section.method({...}), ...];` with JSON arguments, and the loop that vk_api's request
pool writes when all its calls are of one method. Any other VKScript gets error 12.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from tests.emulators.bodies import Params
from tests.emulators.vk_errors import VkError
from tests.emulators.vk_methods import METHODS
from tests.emulators.vk_state import VkState

MAX_CALLS: Final = 25
_CALL: Final = re.compile(r"API\.([A-Za-z]+\.[A-Za-z]+)\(")
_LIST: Final = re.compile(r"return\s*\[")
_LOOP: Final = re.compile(r"var values\s*=\s*(?=\[)")
_PUSHED: Final = re.compile(r"result\.push\(API\.([A-Za-z]+\.[A-Za-z]+)\(values\[i\]\)\)")

Calls = list[tuple[str, Params]]


def execute(state: VkState, params: Params) -> tuple[list[Any], list[dict[str, Any]]]:
    """The results, False where a call failed, and the execute_errors. Raises VkError 12 or 13."""
    results: list[Any] = []
    errors: list[dict[str, Any]] = []
    shared = {"v": params.get("v")}
    for name, given in _calls(str(params.get("code") or "").strip()):
        state.ledger.requests[f"execute:{name}"] += 1
        try:
            method = METHODS.get(name)
            if method is None:
                raise VkError(3)
            results.append(method(state, {**shared, **given}))
        except VkError as error:
            results.append(False)
            errors.append({"method": name, "error_code": error.code, "error_msg": str(error)})
    return results, errors


def _calls(code: str) -> Calls:
    if _LIST.match(code) and code.rstrip("; ").endswith("]"):
        calls = _listed(code)
    elif _LOOP.match(code):
        calls = _looped(code)
    else:
        raise VkError(12, "Unable to compile code: the emulator reads `return [API.a.b({...}), ...];`")
    if len(calls) > MAX_CALLS:
        raise VkError(13, "Runtime error occurred during code invocation: Too many API calls")
    return calls


def _listed(code: str) -> Calls:
    calls: Calls = []
    at = code.index("[")
    while match := _CALL.search(code, at):
        given, at = _json_at(code, match.end())
        calls.append((match[1], given))
    return calls


def _looped(code: str) -> Calls:
    start = _LOOP.match(code)
    values, at = _json_at(code, start.end() if start else 0)
    pushed = _PUSHED.search(code, at)
    if pushed is None:
        raise VkError(12, "Unable to compile code: no call in the loop")
    return [(pushed[1], given) for given in values]


def _json_at(code: str, at: int) -> tuple[Any, int]:
    try:
        return json.JSONDecoder().raw_decode(code, at)
    except ValueError:
        raise VkError(12, f"Unable to compile code: no JSON at {at}") from None
