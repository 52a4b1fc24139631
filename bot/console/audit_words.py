"""The verbs of the audit log in words."""

from __future__ import annotations

from bot.console.desk import Visit


def in_words(visit: Visit, verb: str) -> str:
    """What was done; empty for a verb without words, which then stands for itself."""
    says = visit.says
    names = {
        "audit.read": says("read this log"),
        "client.erase": says("erased a client"),
        "client.erase_later": says("is to erase a client once his cases are closed"),
        "client.export": says("exported a client's data"),
        "desk.conversation": says("opened a conversation"),
        "desk.file": says("opened a file"),
        "desk.personal": says("saw personal data"),
        "desk.request": says("opened a request"),
        "draft.approved": says("approved a draft"),
        "draft.deletion": says("proposed to take a template away"),
        "draft.dropped": says("dropped a draft"),
        "draft.returned": says("sent a draft back"),
        "draft.saved": says("saved a draft"),
        "draft.submitted": says("gave a draft to be read"),
        "gap.brought_back": says("brought a gap back"),
        "gap.dismissed": says("dismissed a gap"),
        "gap.drafted": says("made a draft out of a gap"),
        "gap.merged": says("merged two gaps"),
        "gap.moved": says("moved questions to another gap"),
        "link.made": says("made a one-time link"),
        "password.changed": says("changed the password"),
        "password.set": says("set a password by link"),
        "recall.dropped": says("dropped a correction"),
        "recall.sent": says("sent a correction to clients"),
        "recall.stopped": says("stopped a correction"),
        "recall.written": says("wrote a correction"),
        "release.imported": says("imported a folder as a release"),
        "release.made": says("released drafts to clients"),
        "pilot.begun": says("released drafts to some of the clients"),
        "pilot.all": says("brought a pilot to all clients"),
        "pilot.stopped": says("stopped a pilot"),
        "release.rolled_back": says("went back to an older release"),
        "replay.asked": says("replayed drafts against past questions"),
        "session.ended": says("signed out"),
        "session.opened": says("signed in"),
        "sign_in.failed": says("could not sign in"),
        "sign_in.locked": says("signing in was locked for a while"),
        "staff.activated": says("let a person in again"),
        "staff.add": says("registered a person"),
        "staff.answered": says("answered the client"),
        "staff.asked": says("asked the client, the term is paused"),
        "staff.body_answered": says("noted an answer of another body"),
        "staff.body_asked": says("noted a question to another body"),
        "staff.closed": says("closed the case"),
        "staff.deactivated": says("deactivated a person"),
        "staff.edited": says("corrected an answer"),
        "staff.handed_on": says("handed the case on"),
        "staff.moved": says("moved the request"),
        "staff.note": says("left a note"),
        "staff.reopened": says("opened the case again"),
        "staff.role": says("changed a person's role"),
        "staff.team": says("changed a person's team"),
        "staff.took": says("took the case"),
        "template.withdrawn": says("took an answer out of answering"),
        "touchpoint.accepted": says("accepted a change of the register of touchpoints"),
        "touchpoint.proposed": says("proposed a change of the register of touchpoints"),
        "touchpoint.returned": says("returned a change of the register of touchpoints"),
    }
    known = next((name for name in (verb, verb.rsplit(".", 1)[0]) if name in names), "")
    return names.get(known, "")
