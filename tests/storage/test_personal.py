"""Personal values: encrypted, one client's only, and nowhere else."""

from __future__ import annotations

from bot.domain.decision import KeepPersonal
from bot.storage import personal
from bot.storage.personal import Cipher
from bot.storage.session import Database
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask
from tests.storage.worker import Worker

NAME, PHONE = "Незабудкина Клеопатра", "+79007776655"


async def test_nothing_but_the_personal_table_holds_what_was_typed_and_that_encrypted(worker: Worker) -> None:
    await worker.fills_in_an_appeal("1")
    db = worker.runtime.db
    tables = [
        row["name"]
        for row in await ask(
            db, "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
        )
    ]
    assert len(tables) > 15
    secrets = ("Незабудкина", "Клеопатра", PHONE, "777-66-55", "7776655")
    for table in tables:
        rows = await ask(db, f'SELECT t::text AS row FROM "{table}" AS t')
        if table in {"inbox", "outbox"}:
            continue  # raw updates and bodies are blanked after 14 days
        found = [secret for secret in secrets for row in rows if secret in row["row"]]
        assert not found, f"{table} holds {found}"
    assert len(await ask(db, "SELECT * FROM personal")) == 2


async def test_the_client_sees_them_in_the_summary_staff_in_the_request(worker: Worker) -> None:
    await worker.sends_an_appeal("1")
    heard = await worker.hears("1")
    assert any(NAME in text and PHONE in text for text in heard)
    posts = "\n".join(await worker.hears("-1001"))
    assert NAME in posts
    assert PHONE in posts
    kept = await ask(worker.runtime.db, "SELECT text FROM message WHERE direction = 'out'")
    assert not [row for row in kept if NAME in row["text"] or PHONE in row["text"]]


async def test_values_are_found_by_a_keyed_hash(worker: Worker, cipher: Cipher) -> None:
    await worker.fills_in_an_appeal("1")
    found = await ask(
        worker.runtime.db,
        "SELECT ref FROM personal WHERE kind = 'phone' AND lookup = :hash",
        hash=cipher.lookup("phone", PHONE),
    )
    assert [row["ref"].split(".")[-1] for row in found] == ["contact"]
    assert cipher.lookup("name", " незабудкина КЛЕОПАТРА ") == cipher.lookup("name", NAME)
    assert cipher.lookup("name", PHONE) != cipher.lookup("phone", PHONE)
    assert cipher.lookup("phone", PHONE) != Cipher("another secret of sixteen letters").lookup("phone", PHONE)


async def _clients(worker: Worker) -> tuple[int, int]:
    for who in ("1", "2"):
        await worker.says(who, "agrostartup")
    rows = await ask(worker.runtime.db, "SELECT client_id FROM address ORDER BY external_id")
    return rows[0]["client_id"], rows[1]["client_id"]


async def test_a_reference_opens_only_its_own_clients_value(worker: Worker, cipher: Cipher) -> None:
    owner, stranger = await _clients(worker)
    async with worker.runtime.db.begin() as tx:
        await personal.keep(tx, cipher, owner, KeepPersonal("1.1.name", "name", NAME), WEDNESDAY)
        assert await personal.reveal(tx, cipher, owner, ["1.1.name", "none"]) == {"1.1.name": NAME}
        assert await personal.reveal(tx, cipher, stranger, ["1.1.name"]) == {}
        await personal.forget(tx, stranger, ["1.1.name"])
        assert await personal.reveal(tx, cipher, owner, ["1.1.name"]) == {"1.1.name": NAME}
        await personal.forget(tx, owner, ["1.1.name"])
        assert await personal.reveal(tx, cipher, owner, ["1.1.name"]) == {}
        assert await personal.reveal(tx, cipher, owner, []) == {}


async def test_a_corrected_value_replaces_the_earlier_one(worker: Worker, cipher: Cipher) -> None:
    owner, _ = await _clients(worker)
    async with worker.runtime.db.begin() as tx:
        for value in (NAME, "Незабудкина Анна"):
            await personal.keep(tx, cipher, owner, KeepPersonal("1.1.name", "name", value), WEDNESDAY)
        assert await personal.reveal(tx, cipher, owner, ["1.1.name"]) == {"1.1.name": "Незабудкина Анна"}


async def test_a_value_of_a_lost_key_is_left_out(worker: Worker, cipher: Cipher) -> None:
    owner, _ = await _clients(worker)
    async with worker.runtime.db.begin() as tx:
        await personal.keep(tx, cipher, owner, KeepPersonal("1.1.name", "name", NAME), WEDNESDAY)
        other = Cipher("another secret of sixteen letters")
        assert await personal.reveal(tx, other, owner, ["1.1.name"]) == {}


async def test_a_dropped_draft_leaves_nothing(worker: Worker) -> None:
    await worker.fills_in_an_appeal("1")
    token = (await worker.form("1"))["token"]
    await worker.presses("1", f"f:{token}:-:cancel")
    await worker.presses("1", f"f:{token}:-:drop")
    assert await ask(worker.runtime.db, "SELECT * FROM personal") == []


def test_the_same_value_is_never_encrypted_alike(cipher: Cipher) -> None:
    assert cipher.encrypt(NAME) != cipher.encrypt(NAME)
    assert cipher.decrypt(cipher.encrypt(NAME)) == NAME
    assert cipher.decrypt(b"rubbish") is None


async def test_questions_for_moderators_hold_no_numbers_or_mail(worker: Worker, db: Database) -> None:
    await worker.says("1", "позвоните 8 900 777-66-55 или напишите anna@example.ru, паспорт 1234")
    kept = (await ask(db, "SELECT * FROM question"))[0]
    assert kept["text"] == "позвоните 0 000 000-00-00 или напишите @ паспорт 0000"
    assert not {"address_id", "client_id", "inbox_id"} & set(kept)
