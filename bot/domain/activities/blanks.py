"""Blank forms and samples: a file of the pack, sent into the conversation."""

from __future__ import annotations

from bot.domain.decision import Decision, Scene
from bot.domain.messages import FileRef
from bot.domain.speech import Offer, Ref, Say, offer, say
from bot.domain.wording import phrase
from knowledge_base.schema import Template

ACROSS = 2
"""Forms to choose from in one row."""


def offered(template: Template) -> tuple[Offer, ...]:
    """The button under an answer that has forms."""
    return (offer("button.blank", f"b:{template.slug}"),) if template.files else ()


def show(scene: Scene, slug: str) -> Decision | None:
    """The only form of an answer, or a choice; None when there is none any more."""
    template = scene.pack.templates.get(slug)
    files = [name for name in template.files if name in scene.pack.files] if template else []
    if not files:
        return None
    if len(files) == 1:
        return send(scene, files[0])
    offers = [Offer(Ref(f"file/{name}"), f"bf:{name}") for name in files]
    rows = tuple(tuple(offers[i : i + ACROSS]) for i in range(0, len(offers), ACROSS))
    return Decision(scene.dialog, says=(say("file.which", rows),), outcome="blank.which", slug=slug)


def send(scene: Scene, name: str) -> Decision | None:
    """The form itself, with a word on how to fill it in; None when the pack has it no more."""
    file = scene.pack.files.get(name)
    if file is None:
        return None
    title = phrase(scene.pack, f"file/{name}", scene.dialog.language)
    ending = file.path.rpartition(".")[2]
    ref = FileRef(file.sha256, f"{title}.{ending}", file.media_type, file.size)
    words = (Ref("file.blank", {"title": Ref(f"file/{name}")}),)
    return Decision(
        scene.dialog, says=(Say(words, ((offer("button.menu", "menu:main"),),), ref),), outcome="blank", slug=name
    )
