"""The demonstration pack itself."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path

import pytest

from knowledge_base.check import kb_check
from knowledge_base.folder import read_draft
from knowledge_base.load import load_pack
from knowledge_base.plainness import plainness
from knowledge_base.rules import localized
from knowledge_base.schema import Pack

ROOT = Path(__file__).parents[2] / "knowledge_base" / "packs" / "ministry"
TOPICS = [
    "contacts",
    "working-hours",
    "personal-reception",
    "leadership",
    "how-to-appeal",
    "appeal-terms",
    "appeal-not-considered",
    "appeal-decision",
    "corruption-hotline",
    "personal-data",
    "assistant-abilities",
    "gosuslugi-account",
    "document-forms",
    "vacancies",
    "open-data",
    "events",
    "training-courses",
    "support-list",
    "subsidy-eligibility",
    "subsidy-documents",
    "subsidy-deadlines",
    "subsidy-apply",
    "subsidy-refusal",
    "subsidy-payment",
    "subsidy-report",
    "subsidy-return",
    "agrostartup",
    "family-farm",
    "cooperative-grant",
    "household-support",
    "milk-subsidy",
    "livestock-subsidy",
    "reindeer-support",
    "elite-seeds",
    "greenhouse-support",
    "crop-insurance",
    "preferential-loan",
    "equipment-leasing",
    "fuel-compensation",
    "fertilizer-compensation",
    "natural-disaster",
    "rural-mortgage",
    "rural-housing-payment",
    "young-specialist",
    "target-education",
    "village-improvement",
    "internet-in-village",
    "land-lease",
    "free-hectare",
    "land-category",
    "farm-registration",
    "self-employed",
    "household-extract",
    "tractor-registration",
    "tractor-licence",
    "tractor-inspection",
    "state-duty",
    "animal-tagging",
    "animal-disease",
    "vet-documents",
    "animal-import",
    "bees-pesticides",
    "inspection-plan",
    "inspection-postpone",
    "farmers-market",
    "local-brand",
    "food-quality",
    "shop-prices",
    "stray-animals",
    "road-repair",
    "pensions-benefits",
    "utilities",
]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(ROOT)


def test_it_has_no_fault() -> None:
    faults = kb_check(ROOT, dt.date(2026, 11, 21)).faults
    assert [str(fault) for fault in faults] == []


def test_it_is_loaded_in_well_under_a_second() -> None:
    started = time.process_time()
    load_pack(ROOT)
    assert time.process_time() - started < 1.0


def test_every_topic_of_the_list_is_answered(pack: Pack) -> None:
    assert set(TOPICS) - set(pack.templates) == set()
    assert {"appeal", "feedback"} <= set(pack.services)
    assert {"my-status", "human", "settings", "my-data", "greeting", "thanks", "insult", "out-of-scope"} <= set(
        pack.intents
    )


def test_every_topic_has_samples_and_test_questions(pack: Pack) -> None:
    thin = [slug for slug, template in pack.templates.items() if len(template.samples["ru"]) < 10]
    untested = [slug for slug in pack.templates if len(pack.questions.get(slug, ())) < 5]
    assert (thin, untested) == ([], [])


def test_no_real_telephone_and_no_real_link(pack: Pack) -> None:
    for template in pack.templates.values():
        said = " ".join([*template.short.values(), *(template.more or {}).values()])
        links = [*re.findall(r"https?://[^\s)]+", said), *(button.link or "" for button in template.buttons)]
        assert all(link.startswith("https://example.invalid") for link in links if link), template.slug
        assert all(code == "000" for code in re.findall(r"\+7 \((\d+)\)", said)), template.slug


def test_all_but_the_longer_answers_are_in_both_languages(pack: Pack) -> None:
    """A longer answer that is not says so itself."""
    kinds = (
        pack.templates,
        pack.services,
        pack.menus,
        pack.teams,
        pack.policies,
        pack.topics,
        pack.situations,
        pack.municipalities,
    )
    said = {(slug, *place): texts for kind in kinds for slug, item in kind.items() for place, texts in localized(item)}
    said |= {(key,): texts for key, texts in pack.texts.items()}
    assert [where for where, texts in said.items() if set(texts) != {"ru", "en"} and where[-1] != "more"] == []


def test_its_texts_are_plain() -> None:
    started = time.process_time()
    plain = plainness(read_draft(ROOT))
    assert time.process_time() - started < 2.0
    assert [str(one) for one in (*plain.faults, *plain.warnings)] == []
    assert plain.ease["ru"] >= 55
    assert plain.ease["en"] >= 65
