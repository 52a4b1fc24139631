"""The content is data: a moderator's edit is heard, a broken pack never starts and never replaces a good one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.domain.messages import Channel
from knowledge_base.load import PackError
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio
MINISTRY = Path(__file__).resolve().parents[3] / "knowledge_base" / "packs" / "ministry"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A moderator's copy of the demonstration pack."""
    return Path(shutil.copytree(MINISTRY, tmp_path / "pack"))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text, f"{old} is not in {file.name}"
    file.write_text(text.replace(old, new))


@pytest.mark.requirement("K11", "K10", "A2")
async def test_an_edited_text_is_what_clients_hear(database_url: str, var: Path, pack: Path, channel: Channel) -> None:
    """Any sentence can be changed in a readable file; the answer remembers its release."""
    async with a_world(database_url, var) as world:
        maria = world.client("Мария", channel)
        await maria.says("спасибо")
        await maria.hears("Пожалуйста")
    edit(pack / "texts" / "ru.yml", "thanks: Пожалуйста.", "thanks: На здоровье.")
    async with a_world(database_url, var, pack=pack) as world:
        maria = world.client("Мария", channel)
        await maria.says("спасибо")
        await maria.hears("На здоровье")
        releases = await world.value(
            "SELECT array_agg(DISTINCT release ORDER BY release) FROM message WHERE direction = 'out'"
        )
        assert releases == [1, 2]


@pytest.mark.requirement("K10")
async def test_a_broken_pack_never_replaces_a_good_one(database_url: str, var: Path, pack: Path) -> None:
    """Every fault is named with file, line and remedy; nothing is half-imported."""
    async with a_world(database_url, var):
        pass
    edit(pack / "templates" / "contacts.yml", "topic: agency", "topic: agensy")
    edit(pack / "menus.yml", "template: contacts", "template: kontacts")
    with pytest.raises(PackError) as refused:
        async with a_world(database_url, var, pack=pack):
            pass
    faults = [str(fault) for fault in refused.value.faults]
    assert any("contacts.yml:" in fault and "agensy" in fault for fault in faults), faults
    assert any("menus.yml:" in fault and "kontacts" in fault for fault in faults), faults
    async with a_world(database_url, var) as world:
        assert await world.value("SELECT count(*) FROM release") == 1


@pytest.mark.requirement("A5")
async def test_who_asked_is_told_when_a_need_can_be_met(
    database_url: str, var: Path, pack: Path, channel: Channel
) -> None:
    """Why not and who can; and once the ministry can help, whoever wished it is told, once."""
    async with a_world(database_url, var) as world:
        anna = world.client("Анна", channel)
        await anna.says("почистите дорогу от снега в деревне")
        await anna.hears("дорог")
        await anna.presses("Сообщить о переменах")
        await anna.hears("напишу сюда сам")
    edit(pack / "templates" / "road-repair.yml", "unmet: true", "unmet: false")
    async with a_world(database_url, var, pack=pack) as world:
        again = world.client("Анна", channel)
        await again.returns(anna)
        await again.hears("Теперь можем", patience=12)
        assert await world.value("SELECT count(*) FROM watch") == 0
