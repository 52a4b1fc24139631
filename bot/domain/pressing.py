"""What a button or a command does. Nothing that a button carries is trusted."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import actions
from bot.domain.activities import (
    answering,
    blanks,
    browsing,
    files,
    form,
    handoff,
    menu,
    my_data,
    settings,
    spoken,
    status,
    submit,
    survey,
)
from bot.domain.decision import Decision, Need, RequestView, Result, Scene
from bot.domain.dialog import Form
from bot.domain.events import ClientActed
from bot.domain.speech import Ref, Say, say


def button(scene: Scene, event: ClientActed, action: str) -> Result:
    """What a pressed button does; one that names nothing of this pack is over."""
    pack = scene.pack
    match actions.parse(action):
        case actions.ShowTemplate(slug) if slug in pack.templates:
            return beside_form(scene, answering.answer(scene, (slug,)))
        case actions.ShowMore() | actions.ShowBlanks() | actions.SendBlank() | actions.Watch() as wished:
            return _rest(scene, wished)
        case actions.StartService(slug, afresh) if slug in pack.services:
            return form.start(scene, slug, str(event.id), afresh=afresh)
        case actions.WithFiles(target):
            return files.with_files(scene, target, str(event.id))
        case actions.ShowMenu() | actions.BrowseTopics() | actions.BrowseQuestions() as wished:
            return _browsed(scene, wished)
        case actions.DoCommand(name):
            return command(scene, name, "")
        case actions.PressForm() as press:
            return _form_button(scene, press)
        case actions.SayHelped() | actions.GiveScore() | actions.SkipWords() | actions.AddWords() as given:
            return _score_button(scene, given)
        case actions.ShowRequest(request):
            return status.by_id(scene, request)
        case actions.WithdrawCase(case):
            return handoff.withdraw(scene, case)
        case actions.SetLanguage() | actions.AskAboutMe() | actions.TellAboutMe() as setting:
            return beside_form(scene, settings.pressed(scene, setting))
    return menu.stale(scene)


def _score_button(
    scene: Scene, given: actions.SayHelped | actions.GiveScore | actions.SkipWords | actions.AddWords
) -> Result:
    match given:
        case actions.SayHelped(episode, did):
            return survey.helped(scene, episode, did)
        case actions.GiveScore(episode, value):
            return survey.scored(scene, episode, value)
        case actions.AddWords(episode):
            return survey.add_words(scene, episode)
        case actions.SkipWords():
            return survey.no_words(scene)


def _form_button(scene: Scene, press: actions.PressForm) -> Result:
    current = next((a for a in scene.dialog.stack if isinstance(a, Form) and a.token == press.token), None)
    if current is not None and current.service in scene.pack.services:
        done = spoken.pressed(scene, current, press) or form.pressed(scene, current, press)
        if done is not None:
            return done
        shown = form.again(scene, current)
        return Decision(scene.dialog, says=(before("form.step_over", shown),), outcome="stale")
    match submit.pressed_again(scene, press.token):
        case RequestView() as request:
            shown_request = status.shown(scene, request)
            return replace(shown_request, says=(say("form.sent_already"), *shown_request.says), outcome="stale")
        case None:
            return menu.stale(scene)
        case query:
            return Need(query)


def command(scene: Scene, name: str, argument: str) -> Result:
    match name.lower():
        case "my-status" | "status" | "mystatus":
            return status.by_number(scene, argument) if argument else status.mine(scene)
        case "human" | "operator":
            return handoff.hand_over(scene, "asked", "handoff.called")
        case "assistant":
            return handoff.back_to_assistant(scene)
        case "answers" | "faq":
            return browsing.topics(scene)
        case "settings":
            return settings.settings(scene)
        case "my-data" | "mydata" | "privacy" | "my-copy" | "erase" | "erase-yes" as wish:
            return _about_data(scene, wish)
        case "other":
            return answering.other(scene)
        case "withdraw":
            return status.ask_to_withdraw(scene)
        case "cancel" | "stop":
            current = scene.dialog.form
            if current is not None and current.service in scene.pack.services:
                cancelled = form.pressed(scene, current, actions.PressForm(current.token, "-", "cancel"))
                return cancelled or menu.show(scene, menu.MAIN)
    return menu.show(scene, menu.MAIN)


def _browsed(scene: Scene, wished: actions.ShowMenu | actions.BrowseTopics | actions.BrowseQuestions) -> Decision:
    match wished:
        case actions.ShowMenu(slug):
            return menu.show(scene, slug)
        case actions.BrowseTopics(page):
            return browsing.topics(scene, page)
        case actions.BrowseQuestions(topic, page):
            return browsing.questions(scene, topic, page)


def _about_data(scene: Scene, wish: str) -> Result:
    match wish:
        case "my-copy":
            return my_data.my_copy(scene)
        case "erase":
            return my_data.ask_to_erase(scene)
        case "erase-yes":
            return my_data.erase(scene)
    return my_data.my_data(scene)


def _rest(scene: Scene, wished: actions.ShowMore | actions.ShowBlanks | actions.SendBlank | actions.Watch) -> Decision:
    """What belongs to an answer: its details, its forms, a promise."""
    match wished:
        case actions.Watch(slug):
            return answering.watch(scene, slug) or menu.stale(scene)
        case actions.ShowMore(slug):
            return answering.more(scene, slug) or menu.stale(scene)
        case actions.ShowBlanks(slug):
            found = blanks.show(scene, slug)
        case actions.SendBlank(slug):
            found = blanks.send(scene, slug)
    return beside_form(scene, found) if found is not None else menu.stale(scene)


def beside_form(scene: Scene, aside: Decision) -> Decision:
    """An answer in the middle of a form, then the form where it stood."""
    current = aside.dialog.form
    if scene.dialog.form is None or current is None or current.service not in scene.pack.services:
        return aside
    shown = form.again(replace(scene, dialog=aside.dialog), current)
    return replace(aside, says=(*aside.says, before("form.back_to_it", shown)))


def before(key: str, shown: Say) -> Say:
    """The same message with a sentence before it."""
    return replace(shown, parts=(Ref(key), *shown.parts))
