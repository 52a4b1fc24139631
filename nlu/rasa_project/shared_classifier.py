"""The bot's own classifier as a component of Rasa: the same modules, trained on the same examples.

Runs in Rasa's environment (Python 3.10). The texts it is given are cleaned already, in training and later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.classifier import Classifier
from nlu.engine_cache import load, save
from nlu.familiar import Familiar
from nlu.training_example import Example

RANKING = "intent_ranking"
FILE = "classifier.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SharedClassifier(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Sets ``intent`` and ``intent_ranking`` with calibrated probabilities, best first."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, classifier: Classifier | None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._classifier = classifier

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``encoder``: whether sentences are encoded; ``ranked``: how many intents are told."""
        return {"encoder": True, "ranked": 10}

    @staticmethod
    def required_packages() -> list[str]:
        """What must be there beside Rasa: names of modules that are also names of distributions."""
        return ["numpy", "pymorphy3", "scipy", "threadpoolctl"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SharedClassifier:
        """A component to be trained."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> SharedClassifier:
        """A trained component. Raises ValueError if its arrays are damaged: Rasa then keeps the old model."""
        with model_storage.read_from(resource) as folder:
            kept = load(folder / FILE, encoder=bool(config["encoder"]))
        if kept is None:
            raise ValueError("the classifier in this model is damaged or its sentence encoder is missing")
        classifier, _familiar = kept
        # What is loaded lazily is loaded before the first client waits for it.
        classifier.probabilities(["проверка"])
        return cls(config, model_storage, resource, classifier)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the examples of the training data, and keep the arrays. Raises OSError if they can't be kept."""
        from nlu.fitting import fit

        self._classifier = fit(_examples(training_data.intent_examples), encoder=bool(self._config["encoder"]))
        with self._storage.write_to(self._resource) as folder:
            save(self._classifier, Familiar({}, {}, {}), folder / FILE)
            if not (folder / FILE).is_file():
                raise OSError("the classifier could not be written")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify cleaned texts, all in one batch."""
        if self._classifier is None:
            raise ValueError("the classifier was not trained")
        rows = self._classifier.probabilities([message.get(TEXT) or "" for message in messages])
        for message, row in zip(messages, rows):  # noqa: B905 - as many rows as messages
            order = row.argsort()[::-1][: self._config["ranked"]]
            ranking = [{"name": self._classifier.labels[at], "confidence": float(row[at])} for at in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(RANKING, ranking, add_to_output=True)
        return messages


def _examples(messages: Iterable[Message]) -> list[Example]:
    """The examples as nlu/training.py wrote them; those that only show an entity left out."""
    found = []
    for message in messages:
        told = (message.get("metadata") or {}).get("example") or {}
        if not told.get("shows_entity"):
            found.append(
                Example(message.get(TEXT), message.get(INTENT), told.get("weight", 1.0), told.get("asked", True))
            )
    return found
