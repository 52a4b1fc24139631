"""Folders and releases from the shell: in, out, compared, released, back."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.cli import main
from bot.domain.drafts import Verb
from bot.storage import drafts
from bot.storage.session import Database
from tests.domain.talk import WEDNESDAY
from tests.storage.conftest import cipher, db, pack, worker  # noqa: F401
from tests.storage.rows import ask

ROOT = Path(__file__).resolve().parents[2]
THANKS = "Пожалуйста. Если понадоблюсь — пишите, я здесь круглосуточно."
WARMER = THANKS.replace("Пожалуйста", "На здоровье")
MINISTRY = ROOT / "knowledge_base" / "packs" / "ministry"


Otklik = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def otklik(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Otklik:
    """The command, within this process: its exit code and everything printed."""
    monkeypatch.setenv("OTKLIK_DATABASE_URL", database_url)
    monkeypatch.setenv("OTKLIK_SECRET_KEY", "a-secret-of-the-stories")

    async def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(main, arguments)
        return code, "".join(capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINISTRY, tmp_path / "pack"))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


async def drafted(db: Database, slug: str, body: str, *, approved: bool) -> None:  # noqa: F811
    """A draft as Анна writes and Борис approves it."""
    await ask(
        db,
        """INSERT INTO staff (name, team, role, active, login, created_at)
           SELECT name, 'front-office', 'moderator', true, name, now() FROM unnest(ARRAY['anna', 'boris']) name
           WHERE NOT EXISTS (SELECT 1 FROM staff) RETURNING id""",
    )
    anna, boris = [row["id"] for row in await ask(db, "SELECT id FROM staff ORDER BY id")]
    async with db.begin() as tx:
        live = await drafts.live(tx, "templates", slug)
        assert live is not None
        number = await drafts.begin(tx, "templates", slug, body or live.body, live.id, anna, WEDNESDAY)
        if approved:
            await drafts.step(tx, number, Verb.SUBMITTED, anna, WEDNESDAY)
            await drafts.step(tx, number, Verb.APPROVED, boris, WEDNESDAY)


@pytest.mark.requirement("K10")
async def test_a_folder_goes_in_and_comes_out_byte_by_byte(otklik: Otklik, folder: Path, tmp_path: Path) -> None:
    """Release 1 is the folder; a second one too; going back to the first gives the first folder again."""
    first = files(folder)
    code, printed = await otklik("kb", "import", str(folder))
    assert (code, printed.split(";")[0]) == (0, "Release 1")
    edit(folder, "texts/ru.yml", "thanks: Пожалуйста.", "thanks: На здоровье.")
    assert "1 items differ" in (await otklik("kb", "diff", str(folder)))[1]
    await otklik("kb", "import", str(folder), "--reason", "теплее")
    for number, expected in (("1", first), ("2", files(folder))):
        out = tmp_path / f"out{number}"
        assert (await otklik("kb", "export", str(out), "--release", number))[0] == 0
        assert files(out) == expected
    code, printed = await otklik("kb", "rollback", "1", "--reason", "было лучше")
    assert (code, printed.split(";")[0]) == (0, "Release 3 has the content of release 1")
    code, printed = await otklik("kb", "rollback", "9", "--reason", "было лучше")
    assert (code, printed) == (1, "There is nothing under this number.\n")
    out = tmp_path / "out"
    assert await otklik("kb", "export", str(out)) == (0, f"Release 3 is in {out}.\n")
    assert files(out) == first
    assert (await otklik("kb", "export", str(out)))[0] == 2
    code, printed = await otklik("kb", "diff", "1", "2")
    assert code == 0
    assert printed.splitlines() == [
        "~ texts/smalltalk.thanks", "    ru", f"      - {THANKS}", f"      + {WARMER}", "1 items differ.",
    ]  # fmt: skip
    told = json.loads((await otklik("kb", "diff", "2", "--json"))[1])
    assert [(one["kind"], one["how"], one["lines"][0]["after"]) for one in told] == [("texts", "changed", THANKS)]


@pytest.mark.requirement("K10")
async def test_a_damaged_folder_changes_nothing_and_every_fault_is_told(
    otklik: Otklik, folder: Path, db: Database  # noqa: F811
) -> None:  # fmt: skip
    await otklik("kb", "import", str(folder))
    kept = await ask(db, "SELECT md5(string_agg(v::text, ',' ORDER BY v.id)) AS all FROM item_version v")
    edit(folder, "templates/contacts.yml", "topic: agency", "topic: agensy")
    edit(folder, "menus.yml", "template: contacts", "template: kontacts")
    edit(folder, "texts/en.yml", "thanks:", "thanks: [")
    (folder / "templates" / "leadership.yml").write_bytes(b"slug: \xff")
    code, printed = await otklik("kb", "import", str(folder), "--whole")
    assert code == 1
    for fault in (
        "templates/contacts.yml:6: 'agensy'",
        "menus.yml:102: 'kontacts'",
        "texts/en.yml:",
        "leadership.yml:1:",
    ):
        assert fault in printed
    assert "nothing has changed" in printed
    assert await ask(db, "SELECT md5(string_agg(v::text, ',' ORDER BY v.id)) AS all FROM item_version v") == kept
    assert len(await ask(db, "SELECT number FROM release")) == 1
    edit(folder, "texts/en.yml", "thanks: [", "thanks:")
    shutil.copy(MINISTRY / "templates" / "leadership.yml", folder / "templates")
    for name in ("menus.yml", "templates/contacts.yml"):
        shutil.copy(MINISTRY / name, folder / name)
    officialese = "Осуществляем приём граждан в целях консультирования. "
    edit(folder, "templates/contacts.yml", "Мы находимся в", f"{officialese}Мы находимся в")
    code, printed = await otklik("kb", "import", str(folder))
    assert (code, "templates/contacts.yml:11: officialese" in printed) == (1, True), printed


@pytest.mark.requirement("K2", "K10")
async def test_drafts_are_released_by_hand_and_not_written_over(
    otklik: Otklik, folder: Path, db: Database, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    """An import does not change an item under an open draft unless told; the export then has the desk's words."""
    await otklik("kb", "import", str(folder))
    first = files(folder)
    await drafted(db, "contacts", "", approved=False)
    edit(folder, "templates/contacts.yml", "Мы находимся в г.", "Мы в г.")
    code, printed = await otklik("kb", "import", str(folder))
    assert (code, "contacts" in printed, "--over-drafts" in printed) == (1, True, True)
    assert len(await ask(db, "SELECT number FROM release")) == 1
    code, printed = await otklik("kb", "release", "contacts", "--by", "boris", "--reason", "пора")
    assert (code, printed) == (1, "There is nothing here to be released.\n")
    hours = await ask(
        db, "SELECT body FROM item_version v JOIN item i ON i.id = v.item_id WHERE slug = 'working-hours'"
    )
    await drafted(db, "working-hours", hours[0]["body"].replace("Часы работы", "Когда работаем"), approved=True)
    assert (await otklik("kb", "release", "--by", "nobody", "--reason", "пора"))[0] == 1
    code, printed = await otklik("kb", "release", "--by", "boris", "--reason", "пора")
    assert (code, printed.split(";")[0]) == (0, "Release 2")
    out = tmp_path / "out"
    await otklik("kb", "export", str(out))
    changed = files(out)
    assert {name for name in first if changed.get(name) != first[name]} == {"templates/working-hours.yml"}
    expected = first["templates/working-hours.yml"].decode().replace("ru: Часы работы", "ru: Когда работаем", 1)
    assert changed["templates/working-hours.yml"].decode() == expected
    assert (await otklik("kb", "import", str(folder), "--over-drafts", "--by", "boris"))[0] == 0
    (boris,) = await ask(db, "SELECT id FROM staff WHERE login = 'boris'")
    (newest,) = await ask(db, "SELECT author, reason FROM release WHERE number = 3")
    assert dict(newest) == {"author": f"staff:{boris['id']}", "reason": "imported from files"}
