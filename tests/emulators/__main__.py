"""Both emulators in a process of their own: `python -m tests.emulators --telegram-port P --vk-port P ...`.

Prints one JSON line with addresses and tokens when ready, and runs until Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal

import uvloop

from tests.emulators.control import Control
from tests.emulators.telegram import STAFF_CHAT, TelegramEmulator
from tests.emulators.telegram import TOKEN as TELEGRAM_TOKEN
from tests.emulators.vk import GROUP_ID, VkEmulator
from tests.emulators.vk import TOKEN as VK_TOKEN


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.emulators", description=__doc__)
    for name in ("telegram", "vk", "control"):
        parser.add_argument(f"--{name}-port", type=int, default=0, help="0 (default): a free one")
    parser.add_argument("--telegram-token", default=TELEGRAM_TOKEN)
    parser.add_argument("--staff-chat", type=int, action="append", help="a supergroup with topics; repeatable")
    parser.add_argument("--vk-token", default=VK_TOKEN)
    parser.add_argument("--vk-group-id", type=int, default=GROUP_ID)
    parser.add_argument("--seed", type=int, default=0, help="of the faults drawn by lot")
    parser.add_argument("--fast", action="store_true", help="bounded memory: keep only the latest messages")
    parser.add_argument("--open-chats", action="store_true", help="the bot may write to strangers")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> None:
    shared = {"seed": options.seed, "fast": options.fast, "open_chats": options.open_chats}
    forums = tuple(options.staff_chat or (STAFF_CHAT,))
    telegram = TelegramEmulator(options.telegram_token, forums=forums, **shared)
    vk = VkEmulator(options.vk_token, group_id=options.vk_group_id, **shared)
    control = Control(telegram, vk)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await telegram.start(options.telegram_port)
    await vk.start(options.vk_port)
    port = await control.server.start(options.control_port)
    ready = {**control.addresses(), "control": f"http://127.0.0.1:{port}"}
    print(json.dumps(ready), flush=True)
    await stop.wait()
    for server in (control.server, telegram.server, vk.server):
        await server.close()


if __name__ == "__main__":
    uvloop.run(_run(_arguments()))
