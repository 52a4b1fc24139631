"""Bad weather: the messengers fail at random, now before and now after a call took effect."""

from __future__ import annotations

from tests.emulators import TelegramEmulator, VkEmulator
from tests.emulators.base import Emulator

CALLS = 0.025
"""Chance of each fault of a call."""
UPDATES = 0.02


def storm(telegram: TelegramEmulator, vk: VkEmulator, seed: int, *, reorder: bool) -> None:
    """From now on every kind of fault strikes both messengers, calls and updates alike.

    ``reorder``: updates come in another order as well, which only whoever gets several at once can mend.
    """
    for number, (emulator, send, polls) in enumerate(
        (
            (telegram, "sendMessage", ("getUpdates", "deleteWebhook")),
            (vk, "messages.send", ("a_check", "groups.getLongPollServer")),
        )
    ):
        emulator.faults.random.seed(seed + number)
        for method in (send, *polls):
            _calls(emulator, method)
        emulator.faults.chance("hang", 0.005, method=send, seconds=2.0, after=True)
        for kind, probability in (("duplicate", UPDATES), ("malformed", UPDATES), ("reorder", 0.1 if reorder else 0.0)):
            emulator.faults.chance(kind, probability)


def _calls(emulator: Emulator, method: str) -> None:
    chance = emulator.faults.chance
    chance("too_many", CALLS, method=method, retry_after=1)
    chance("delay", CALLS * 2, method=method, seconds=0.2)
    for late in (False, True):
        chance("error_500", CALLS / 2, method=method, after=late)
        chance("error_502", CALLS / 2, method=method, after=late)
        chance("drop", CALLS, method=method, after=late)
    chance("garbage", CALLS / 2, method=method, after=True)
