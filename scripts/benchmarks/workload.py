"""What the clients do: 70 % questions, 20 % buttons, 10 % steps of a form, and hardly a text twice.

A client either asks and presses or fills in forms, so that each one's conversation makes sense. His acts
follow from his number alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge_base.schema import FieldType, Pack, Service, ServiceField

FORM_SHARE, BUTTON_SHARE = 0.1, 0.2
SERVICE, SEND = "appeal", "button.send"


@dataclass(frozen=True, slots=True)
class Act:
    """``text`` typed, or the button ``action`` with the label ``text`` pressed."""

    text: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What clients can say and press, taken from the pack."""

    questions: tuple[str, ...]
    buttons: tuple[Act, ...]
    service: Service
    send: str
    """Label of the button that sends a form."""

    @classmethod
    def of(cls, pack: Pack) -> Content:
        """Test questions of every template; buttons of templates and menus."""
        language = pack.agency.default_language
        questions = [text for slug in pack.templates for text in pack.questions.get(slug, ())]
        buttons = [Act(template.title[language], f"t:{slug}") for slug, template in pack.templates.items()]
        buttons += [Act(menu.title[language], f"menu:{slug}") for slug, menu in pack.menus.items()]
        return cls(tuple(questions), tuple(buttons), pack.services[SERVICE], pack.texts[SEND][language])


def acts(content: Content, client: int) -> Iterator[Act]:
    """What one client does, for ever."""
    chance = random.Random(client)
    number = 0
    while client % round(1 / FORM_SHARE) == 0:
        number += 1
        yield from _form(content, chance, client, number)
    while True:
        number += 1
        if chance.random() < BUTTON_SHARE / (1 - FORM_SHARE):
            yield chance.choice(content.buttons)
        else:
            yield Act(f"{chance.choice(content.questions)} {client} {number}")


def _form(content: Content, chance: random.Random, client: int, number: int) -> Iterator[Act]:
    """One form from its first button to its number."""
    yield Act(SERVICE, f"s:{SERVICE}")
    for field in content.service.fields:
        if field.type is FieldType.FILE:  # no step: files are sent by the way
            continue
        yield Act(_value(content, field, chance, client, number))
    yield Act(content.send)


def _value(content: Content, field: ServiceField, chance: random.Random, client: int, number: int) -> str:
    match field.type:
        case FieldType.FILE:
            raise AssertionError("files are never typed")
        case FieldType.TEXT | FieldType.PLACE:
            return f"{client} {number}: {chance.choice(content.questions).rstrip('?')}, {chance.random()}"
        case FieldType.CHOICE:
            return str(chance.randint(1, len(field.choices)))
        case FieldType.PHONE:
            return f"+7 900 {client % 10**4:04d}{number % 10**3:03d}"
        case FieldType.EMAIL:
            return f"client{client}-{number}@example.invalid"
        case FieldType.NAME:
            return f"Проверкин {_letters(client)} {_letters(number)}"
        case FieldType.SCORE:
            return str(chance.randint(1, 5))


def _letters(number: int) -> str:
    return "".join("абвгдежзик"[int(digit)] for digit in f"{number:02d}").capitalize()


def on_telegram(client: int, act: Act, message: int) -> dict[str, Any]:
    """An act in the words of the emulator's control API; a button hangs on ``message``."""
    if not act.action:
        return {"do": "client_says", "user_id": client, "text": act.text}
    press = {"do": "client_presses", "user_id": client, "wanted": act.action}
    return {**press, "message_id": message, "forged": True}


def on_vk(client: int, act: Act, message: int) -> dict[str, Any]:
    """The same for VK, where a pressed button is a message with a payload."""
    button = {"payload": {"a": act.action}} if act.action else {}
    return {"do": "client_says", "user_id": client, "text": act.text, **button}


def plain(client: int, act: Act, message: int) -> dict[str, Any]:
    """The same for a bot that only echoes: a text whatever the act, never the same twice."""
    return {"do": "client_says", "user_id": client, "text": f"{act.text} {client} {message}"}


def first_contact(client: int) -> dict[str, Any]:
    """The client opens the chat."""
    return {"do": "client_starts", "user_id": client}
