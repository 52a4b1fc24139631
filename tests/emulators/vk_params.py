"""Reading single parameters of a VK call."""

from __future__ import annotations

from tests.emulators.bodies import Params
from tests.emulators.vk_errors import invalid


def number(params: Params, name: str, default: int | None = None) -> int:
    """An integer parameter. Raises VkError 100 when it is missing without a default, or no integer."""
    value = params.get(name)
    if value is None or value == "":
        if default is None:
            raise invalid(f"{name} is a required parameter")
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise invalid(f"{name} not integer") from None
