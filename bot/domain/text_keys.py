"""Texts that the code says: a pack without one of them does not start."""

from __future__ import annotations

REQUIRED_TEXTS = frozenset("""
    answer.clarify answer.unknown answer.unknown_near
    button.afresh button.appeal button.assistant button.back button.cancel button.drop button.edit
    button.exit button.helped button.menu button.more button.my_data button.my_requests button.no_score
    button.no_words button.not_helped button.not_needed button.other button.person button.resume
    button.score1 button.score2 button.score3 button.score4 button.score5 button.send button.skip
    button.summary button.to_person button.where
    channel.page channel.telegram channel.vk
    data.what_is_kept
    error.flood error.ours
    form.back_to_it form.bad_email form.bad_name form.bad_phone form.bad_score form.choose
    form.confirm_drop form.draft_found form.dropped form.empty form.hint form.notes form.now form.paused
    form.pick form.question_words form.sent_already form.step form.step_optional form.step_over
    form.summary form.summary_line form.too_long form.too_short form.why
    handoff.already handoff.assistant_again handoff.called handoff.closed_already handoff.closed_now
    handoff.failed_twice handoff.open_now handoff.rule handoff.still_here handoff.withdrawn
    language.en language.ru
    media.contact media.file media.location media.sticker media.voice
    menu.again menu.stale menu.welcome
    person.joins person.leaves person.says
    score.ask_case score.declined score.glad score.glad_ask score.gone score.low score.low_person
    score.missing_noted score.no_words score.noted_before score.passed_on score.thanks score.what_missing
    settings.language_set settings.what
    smalltalk.greeting smalltalk.insult smalltalk.silence smalltalk.thanks
    staff.answer_first staff.assistant_again staff.button.done staff.button.take staff.case.asked
    staff.case.broken staff.case.low_score staff.case.request staff.case.rule staff.case.unknown
    staff.case_closed staff.case_how staff.client_blocked staff.client_said staff.client_sent
    staff.closed staff.not_registered staff.supervisor staff.taken staff.taken_by_other staff.term_near
    staff.term_passed staff.text_only staff.topic staff.undelivered staff.withdrawn staff.yours_already
    status.body status.button status.done status.done_bare status.finished status.head status.line
    status.line_bare status.list status.moved status.next status.next_bare status.no_service status.none
    status.not_found status.nothing_from_you status.now status.now_bare status.you_act
    time.by_date time.by_day_and_hour time.by_today time.by_tomorrow
    page.assistant page.connecting page.copied page.copy page.delivered page.edit page.error_bad
    page.error_cookies page.error_down page.error_flood page.error_long page.error_session page.failed
    page.hint page.input page.lang page.log page.new_messages page.no_script page.offline page.opens
    page.options page.other_language page.other_language_code page.placeholder page.reconnecting
    page.restored page.send page.sending page.skip page.tagline page.typing page.waiting page.you
""".split())
