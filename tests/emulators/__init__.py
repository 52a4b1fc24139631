"""Telegram and VK over real HTTP on this machine: for stories, fault tests, benches and people."""

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.vk import VkEmulator

__all__ = ["TelegramEmulator", "VkEmulator"]
