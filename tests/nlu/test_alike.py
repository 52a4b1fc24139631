"""Questions that ask the same come together, whatever their order of words; the same ones make the same groups."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from nlu import alike
from nlu.alike import Ground, Group, Grouping
from tests.domain.talk import real_pack

HIVES = ("украли ульи с пасеки что делать", "украли ульи с пасеки", "с пасеки украли ульи, куда заявить")
DRONES = ("можно ли опрыскивать поле с дрона", "опрыскивание поля дроном разрешено?")


@pytest.fixture(scope="module")
def ground() -> Ground:
    pack = real_pack()
    samples = [text for slug in sorted(pack.templates)[::2] for text in pack.templates[slug].samples["ru"]]
    return alike.ground(samples[::3])


def test_what_asks_the_same_is_one_group(ground: Ground) -> None:
    grouping = Grouping(ground)
    places = [grouping.put(one) for one in alike.imprints((*HIVES, *DRONES, HIVES[0].upper()))]
    assert places == [0, 0, 0, 1, 1, 0]
    assert [group.size for group in grouping.groups] == [4, 2]
    assert alike.most_typical(HIVES) in HIVES


def test_groups_go_on_where_they_were_left(ground: Ground) -> None:
    first = Grouping(ground)
    asked = alike.imprints((*HIVES, *DRONES))
    places = [first.put(one) for one in asked[:3]]
    kept = [Group.read(one.written(), one.shown(), one.size, alike.encoder_name()) for one in first.groups]
    second = Grouping(ground, kept)
    places += [second.put(one) for one in asked[3:]]
    whole = Grouping(ground)
    assert places == [whole.put(one) for one in asked]
    assert second.touched == {1}


def test_without_an_encoder_words_alone_tell(ground: Ground) -> None:
    blind = Ground(np.empty(0, np.float32), ground.rarity, ground.rarest)
    grouping = Grouping(blind)
    asked = [alike.Imprint(np.empty(0, np.float32), one.words) for one in alike.imprints((*HIVES, *DRONES[:1]))]
    assert [grouping.put(one) for one in asked] == [0, 0, 0, 1]


def test_groups_are_of_a_kind(ground: Ground) -> None:
    """On topics that the ground does not know: how the limits were found, held from below."""
    pack = real_pack()
    asked = [(text, slug) for slug in sorted(pack.templates)[1::4] for text in pack.templates[slug].samples["ru"][:12]]
    grouping = Grouping(ground)
    places = [grouping.put(one) for one in alike.imprints([text for text, _ in asked])]
    together = Counter(zip(places, (slug for _, slug in asked), strict=True))
    of_a_kind = sum(max(n for (place, _), n in together.items() if place == number) for number in set(places))
    assert of_a_kind / len(asked) > 0.8
    assert len(grouping.groups) < 0.75 * len(asked)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Как узнать баллы по субсидии, если я в отпуске?", "uznat-bally-subsidii"),
        ("how to get a grant", "how-to-get"),
        ("…", ""),
        ("000", ""),
        ("щ" * 60, "sch"),
    ],
)
def test_a_code_is_spelt_in_latin_letters(question: str, code: str) -> None:
    assert alike.code_of(question) == code
