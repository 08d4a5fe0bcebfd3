"""How verdicts are shown in a terminal: a line each, and on demand what every lost point was lost for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from amal_attention.course.lab_words import LabWords
from amal_attention.grading.verdict.telling import told
from amal_attention.grading.verdict.verdict import QuestionVerdict, Verdict
from amal_attention.outcome import State, together

__all__ = ["summary_text", "verdict_details", "verdict_line"]

_ENGLISH = LabWords()


def verdict_line(verdict: Verdict, width: int = 0) -> str:
    """Name, status, points, whether it ran outside of the sandbox, and the questions that lost some."""
    lost = ", ".join(_lost(each) for each in verdict.questions if each.earned < each.points)
    if verdict.questions and all(each.state is State.TO_DO for each in verdict.questions):
        lost = "nothing attempted"
    if verdict.exposed:
        lost = "; ".join(filter(None, ["no sandbox", lost]))
    earned = f"{verdict.earned:g}/{verdict.points:g}"
    return f"{verdict.submission:<{width}}  {verdict.status:<13}  {earned:>9}  {lost}".rstrip()


def verdict_details(verdict: Verdict, words: LabWords = _ENGLISH) -> str:
    """What became of the submission, and of each test that gave no points; indented, to stand below its line.

    Args:
        verdict: the verdict on the submission.
        words: the words in which it is told; English and the ids of questions if not given.
    """
    say = words.language.say
    lines = [say("why: {why}", why=words.text(verdict.why))] if verdict.why else []
    lines += [say("repaired: {repair}", repair=words.text(each)) for each in verdict.repairs]
    lines += [say("raised: {raised}", raised=words.text(each)) for each in verdict.errors]
    lines += [line for question in verdict.questions for line in _details(question, words)]
    return "\n".join(f"    {line}" for line in "\n".join(lines).split("\n")) if lines else ""


def summary_text(verdicts: Sequence[Verdict]) -> str:
    """How many there are of each status, and what they earned on the whole."""
    if not verdicts:
        return "no submission"
    statuses = Counter(str(verdict.status) for verdict in verdicts)
    told = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
    middle = median(verdict.earned for verdict in verdicts)
    things = "submission" if len(verdicts) == 1 else "submissions"
    return f"{len(verdicts)} {things}: {told}; median {middle:g} of {verdicts[0].points:g} points"


def _lost(question: QuestionVerdict) -> str:
    if question.state is State.TO_DO:
        return f"{question.question} not attempted"
    return f"{question.question} -{question.points - question.earned:g}"


def _details(question: QuestionVerdict, words: LabWords) -> Iterator[str]:
    language, name = words.language, words.name(question.question)
    if question.state is State.TO_DO:
        yield told(name, question.tests[0].outcome, language)
        return
    lost = [test for test in question.tests if test.outcome.state is not State.MET]
    for first, *others in together(lost, lambda test: test.outcome):  # one mistake, many tests
        more = f" {language.say('and {count} more', count=len(others))}" if others else ""
        cost = language.number(sum(test.points for test in [first, *others]))
        yield f"{language.say('{name}:', name=f'{name}, {words.test(first.name)}{more}')} -{cost}"
        yield f"  {told(name, first.outcome, language)}".replace("\n", "\n  ")
        if first.hint and not others and first.hint != first.outcome.hint:
            yield "    " + language.say("see: {hint}", hint=language.retold(first.hint))
