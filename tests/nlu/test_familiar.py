"""What the samples say by themselves."""

from __future__ import annotations

from nlu.familiar import Familiar, familiar_with
from nlu.training_example import Example


def _samples(**said: list[str]) -> Familiar:
    return familiar_with(Example(text, slug) for slug, texts in said.items() for text in texts)


FAMILIAR = _samples(
    milk=["субсидия на молоко", "молоко сколько платят", "сдаем молоко", "субсидия за литр"],
    seeds=["субсидия на семена", "семена элита", "субсидия за гектар", "вернуть деньги"],
    roads=["дорога в ямах", "почистить снег", "ремонт дорог", "нет дороги"],
    talk=["снег идет", "добрый", "привет", "ура"],
)


def test_a_sample_is_known_in_any_grammatical_form() -> None:
    assert FAMILIAR.slug_of("семена элиты") == "seeds"
    assert FAMILIAR.slug_of("почистите снег!") == "roads"
    assert FAMILIAR.slug_of("семена") is None
    assert FAMILIAR.slug_of("") is None


def test_a_sample_of_two_slugs_is_known_for_neither() -> None:
    assert _samples(one=["где бланк"], two=["где бланки", "бланк"]).slug_of("где бланк") is None


def test_a_paragraph_of_an_answer_is_no_sample() -> None:
    told = familiar_with([Example("субсидия", "milk", weight=0.4, asked=False), Example("молоко", "milk")])
    assert told.slug_of("субсидия") is None
    assert told.near("субсидия") == {}


def test_a_word_of_several_topics_stands_for_each() -> None:
    near = FAMILIAR.near("субсидии")
    assert set(near) == {"milk", "seeds"}
    assert sum(near.values()) <= 1.0
    assert near["milk"] == near["seeds"]


def test_a_word_of_one_topic_is_not_vague() -> None:
    assert FAMILIAR.near("молоко") == {}
    assert FAMILIAR.near("дороги") == {}


def test_one_sample_does_not_make_a_topic_speak_of_a_word() -> None:
    assert FAMILIAR.near("снег") == {}


def test_a_second_word_decides() -> None:
    assert FAMILIAR.near("субсидия семена") == {}
    assert FAMILIAR.near("субсидия зачем") != {}


def test_what_names_no_thing_or_is_long_or_strange_is_not_vague() -> None:
    several = _samples(one=["как подать", "как быть"], two=["как найти", "как жить"])
    assert several.near("как") == {}
    for text in ("", "абырвалг", "субсидия на молоко", "???"):
        assert FAMILIAR.near(text) == {}
