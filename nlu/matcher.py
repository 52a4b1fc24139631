"""The in-process engine: understands within the bot's own process, trained from the pack."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

from knowledge_base.schema import Pack
from nlu import engine_cache, lesson_book
from nlu.classifier import Classifier
from nlu.examples import Lessons, lessons, told_by
from nlu.familiar import Familiar, familiar_with
from nlu.reading import MAX_CANDIDATES, Ranking, Reader
from nlu.training_example import Example, merged
from nlu.understanding import Understanding


class Matcher:
    """Understands by a classifier fitted on the pack's samples. Safe to share between threads."""

    name = "matcher"

    def __init__(
        self,
        pack: Pack,
        classifier: Classifier,
        familiar: Familiar,
        taught: Pack | None = None,
        kept: Path | None = None,
    ) -> None:
        self.reader = Reader(pack, familiar)
        self.classifier = classifier
        self._taught = taught or pack
        """What the classifier was fitted on."""
        self._kept = kept
        """Folder of what the next fitting can use."""

    @cached_property
    def lessons(self) -> tuple[Example, ...]:
        """What the classifier learned from, in its own order; made when it is first asked for."""
        return merged(told_by(_taught(self._taught, self._kept)))

    @classmethod
    def fit(
        cls, pack: Pack, cache_dir: Path | None = None, *, encoder: bool = True, sentences: Path | None = None
    ) -> Matcher:
        """The engine of a pack: from ``cache_dir`` when it was fitted before, else fitted and kept there.

        ``encoder=False`` leaves the sentence encoder out even if one is installed. ``sentences``: where vectors of
        sentences are kept for the next fitting, by default in ``cache_dir``.
        """
        kept = sentences or (cache_dir / "sentences" if cache_dir else None)
        path = engine_cache.cache_file(cache_dir, pack.version, encoder=encoder) if cache_dir else None
        fitted = engine_cache.load(path, encoder=encoder) if path else None
        if fitted is None:
            # scipy is needed for fitting only: its import costs a start 0.4 s and 16 MB.
            from nlu.fitting import fit

            learned = told_by(_taught(pack, kept))
            fitted = fit(learned, encoder=encoder, sentences=kept), familiar_with(learned)
            if path:
                engine_cache.save(*fitted, path)
        matcher = cls(pack, *fitted, kept=kept)
        # What is loaded lazily is loaded before the first client waits for it.
        matcher.understand("проверка")
        matcher.rank(["проверка"])
        return matcher

    def lent_to(self, pack: Pack) -> Matcher:
        """What was learned from another content, for this one until its own is learned: its topics and samples count
        already, not yet what is alike to them. What sounds like a topic that is gone sounds like nothing.
        """
        familiar = familiar_with(told_by(_taught(pack, self._kept)))
        return Matcher(pack, self.classifier, familiar, self._taught, self._kept)

    def understand(self, text: str) -> Understanding:
        """Read one message of any length and content. Never raises."""
        return self.understand_all([text])[0]

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        """Read several messages in one batch: the sentence encoder reads four in the time of two."""
        begun = self.reader.begin(texts)
        return self.reader.finish(begun, self.rank(begun.unjudged), self.name)

    def rank(self, texts: Sequence[str]) -> list[Ranking]:
        """The likeliest intents of cleaned texts, of each by itself."""
        if not texts:
            return []
        labels = self.classifier.labels
        rows = self.classifier.probabilities(texts)
        orders = rows.argsort(axis=1)[:, ::-1]
        known = self.reader.slugs
        return [
            [(labels[n], float(row[n])) for n in islice((n for n in order if labels[n] in known), MAX_CANDIDATES + 1)]
            for row, order in zip(rows, orders, strict=True)
        ]


def _taught(pack: Pack, folder: Path | None) -> Lessons:
    """What a pack teaches; its texts are cleaned once, whoever needs them first."""
    known = lesson_book.read(folder) if folder else {}
    taught = lessons(pack, known)
    if folder and not taught.keys() <= known.keys():
        lesson_book.write(folder, taught)
    return taught
