"""A pack that is written to a folder and read again is the same pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.load import content_of, load_pack
from knowledge_base.schema import StoredFile
from knowledge_base.write import write_pack
from tests.domain.talk import ROOT

MINISTRY = Path(ROOT) / "knowledge_base" / "packs" / "ministry"


def given(file: StoredFile) -> bytes:
    return content_of(MINISTRY, file)


def test_a_folder_written_and_read_is_the_same_content(tmp_path: Path) -> None:
    pack = load_pack(MINISTRY)
    write_pack(pack, tmp_path / "first", given)
    again = load_pack(tmp_path / "first")
    assert again.model_copy(update={"version": pack.version}) == pack
    write_pack(again, tmp_path / "second", given)
    assert load_pack(tmp_path / "second").version == again.version  # the same bytes


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        write_pack(load_pack(MINISTRY), tmp_path, given)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
