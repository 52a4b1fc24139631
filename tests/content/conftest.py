"""A small pack without faults, to be broken one file at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.load import PackError, load_pack

FILES = {
    "pack.yml": """\
name: small
title: {ru: Малая служба, en: Small office}
languages: [ru, en]
default_language: ru
timezone: Europe/Moscow
office: office
default_team: desk
handoff_policy: usual
incident_team: desk
incident_policy: usual
thresholds:
  answer: 0.5
  clarify: 0.25
  margin: 0.15
""",
    "teams.yml": "- slug: desk\n  title: {ru: приёмная}\n  topics: [general]\n",
    "topics.yml": "- {key: general, title: {ru: Общее}}\n",
    "situations.yml": "- {slug: trouble, title: {ru: Беда}}\n",
    "policies.yml": """\
- slug: usual
  title: {ru: Обычный срок}
  calendar: office
  first_answer_minutes: 120
  next_answer_minutes: 120
""",
    "calendars.yml": """\
- slug: office
  timezone: Europe/Moscow
  week:
    mon: [{start: 09:00, end: "13:00"}, {start: 14:00, end: 18:00}]
  days:
    2026-12-31: []
""",
    "rules.yml": """\
- slug: broken
  title: {ru: Сломалось}
  phrases: [бот сломался]
  team: desk
  policy: usual
""",
    "menus.yml": """\
- slug: main
  title: {ru: Меню}
  items:
    - text: {ru: Часы}
      template: hours
    - text: {ru: Написать}
      service: appeal
    - text: {ru: Моё}
      command: my-status
""",
    "intents.yml": """\
- slug: my-status
  kind: command
  samples:
    ru: [где моя заявка, статус]
- slug: out-of-scope
  kind: out_of_scope
  samples:
    ru: [какая погода]
""",
    "templates/hours.yml": """\
slug: hours
title:
  ru: Часы работы
topic: general
situation: trouble
owner: desk
review_by: 2027-03-01
short:
  ru: >-
    Работаем с девяти
    до шести.
buttons:
  - text: {ru: Написать}
    service: appeal
samples:
  ru:
    - когда вы работаете
    - часы работы
  en:
    - opening hours
""",
    "services/appeal.yml": """\
slug: appeal
title: {ru: Обращение}
description: {ru: Вопрос или жалоба}
topic: general
owner: desk
review_by: 2027-03-01
team: desk
policy: usual
days: 30
fields:
  - name: text
    type: text
    ask: {ru: Что случилось?}
    label: {ru: Суть}
  - name: reply
    type: choice
    ask: {ru: Куда ответить?}
    label: {ru: Ответ}
    choices:
      - {value: chat, title: {ru: Сюда}}
      - {value: post, title: {ru: Почтой}}
stages:
  - {slug: accepted, title: {ru: Принято}}
  - {slug: answered, title: {ru: Ответ}, final: true}
receipt: {ru: "Приняли {number}, ответим до {due}"}
offline: {ru: Приходите к нам}
samples:
  ru: [хочу пожаловаться]
""",
    "texts/ru.yml": """\
welcome: Здравствуйте
error:
  broken: Сломалось, номер {number}
""",
    "texts/en.yml": """\
welcome: Hello
error.broken: Broken, number {number}
""",
    "questions/all.yml": "hours:\n  - во сколько открываетесь\n",
}

Write = Callable[[dict[str, str | bytes | None]], Path]


@pytest.fixture
def write_pack(tmp_path: Path) -> Write:
    """Writes the small pack with some files replaced; None leaves a file out."""

    def write(changed: dict[str, str | bytes | None]) -> Path:
        for name, content in {**FILES, **changed}.items():
            if content is None:
                continue
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


@pytest.fixture
def faults_of(write_pack: Write) -> Callable[..., list[str]]:
    """The faults of the small pack with files replaced, each as it is printed."""

    def faults(changed: dict[str, str | bytes | None], required: frozenset[str] = frozenset()) -> list[str]:
        try:
            load_pack(write_pack(changed), required)
        except PackError as error:
            return [str(fault) for fault in error.faults]
        return []

    return faults


@pytest.fixture
def edited() -> Callable[[str, str, str], dict[str, str]]:
    """One file of the small pack with one piece of its text replaced."""

    def edit(name: str, old: str, new: str) -> dict[str, str]:
        assert FILES[name].count(old) >= 1, f"{old!r} is not in {name}"
        return {name: FILES[name].replace(old, new, 1)}

    return edit
