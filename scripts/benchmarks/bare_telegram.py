"""The least an aiogram bot can do: ``bare_telegram.py API TOKEN`` echoes texts, with aiogram's defaults."""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    """Answers a text with itself."""
    await message.answer(message.text or "?")


@dispatcher.startup()
async def ready() -> None:
    """Tells the bench that polling begins."""
    print("ready", flush=True)


async def main(api: str, token: str) -> None:
    """Polls until SIGTERM."""
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
