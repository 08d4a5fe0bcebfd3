"""How models read texts, text by text: for a notebook as HTML, for a terminal as text.

Colours follow the scale of :mod:`amal_attention.visualise.words` over the tokens that are shown; where a long text is
cut, a note says how many tokens are left out and what share of the attention lies on them. What stands around the words
is in the language that is spoken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from rich.text import Text

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.words import ATTENTION_RGB, attended_html, attended_text, printable

if TYPE_CHECKING:
    from amal_attention.record import Reading

__all__ = ["AttentionMap", "attention_map", "compare_readings"]


@dataclass(frozen=True, repr=False)
class AttentionMap:
    """Texts with their words coloured by attention: ``html`` for a page, ``text`` for a terminal.

    It shows by itself in a notebook and with ``rich.print``; ``str`` is the text without its colours.
    """

    html: str
    text: Text

    def _repr_html_(self) -> str:
        return self.html

    def __rich__(self) -> Text:
        return self.text

    def __repr__(self) -> str:
        return self.text.plain


def attention_map(readings: Sequence[Reading], *, longest: int = 250) -> AttentionMap:
    """Each text on a card: what the model says of it, whether that is right, and where the model looks.

    Args:
        readings: one a card, in their order; one without a label has no verdict.
        longest: most tokens of a text that are shown.

    Raises:
        ValueError: there is nothing to show, or a reading has not one weight for each of its tokens.
    """
    return _drawn([[_Read("", reading)] for reading in readings], longest)


def compare_readings(columns: Mapping[str, Sequence[Reading]], *, longest: int = 250) -> AttentionMap:
    """The same texts as several models read them: a card for each, on it the models one under the other.

    Args:
        columns: the readings of each model, by its name. Texts stand in the order in which they are first met, models
            in theirs; a model that did not read a text is missing on its card.
        longest: most tokens of a text that are shown.

    Raises:
        ValueError: there is nothing to show, or a reading has not one weight for each of its tokens.
    """
    cards: dict[int, list[_Read]] = {}
    for model, readings in columns.items():
        for reading in readings:
            cards.setdefault(reading.row, []).append(_Read(model, reading))
    return _drawn(list(cards.values()), longest)


@dataclass(frozen=True)
class _Read:
    """A text as the model of this name (or of none) reads it."""

    model: str
    reading: Reading

    def __post_init__(self) -> None:
        tokens, weights = len(self.reading.tokens), len(self.reading.weights)
        if tokens != weights:
            raise ValueError(
                explain(
                    expected=f"a weight for each of the {tokens} tokens of {self.reading.name}",
                    got=f"{weights} weights",
                    do="cut the padding off both before you show them",
                )
            )


@dataclass(frozen=True)
class _Row:
    """One reading, ready to be shown."""

    model: str
    right: bool
    verdict: str
    answer: str
    html: Markup
    text: Text
    left_out: str

    @classmethod
    def of(cls, read: _Read, longest: int) -> _Row:
        reading, say = read.reading, spoken().say
        tokens, weights = reading.tokens[:longest], reading.weights[:longest]
        left, share = len(reading.tokens) - len(tokens), _percent(sum(reading.weights[longest:]))
        return cls(
            model=printable(read.model),
            right=reading.right,
            verdict=_verdict(reading),
            answer=say(
                "{answer}, probability {share}",
                answer=printable(reading.prediction),
                share=_percent(reading.probability),
            ),
            html=Markup(attended_html(tokens, weights)),
            text=attended_text(tokens, weights),
            left_out=say("… {left} more, with {share} of the attention", left=left, share=share) if left else "",
        )

    def lines(self) -> Iterator[Text]:
        """The row in a terminal."""
        model = [f"{self.model}: "] if self.model else []
        verdict = [(f"{self.verdict} ", "bold")] if self.verdict else []
        yield Text.assemble(*model, *verdict, self.answer)
        yield self.text
        if self.left_out:
            yield Text(self.left_out, "italic")


@dataclass(frozen=True)
class _Card:
    """One text and all that read it, ready to be shown."""

    heading: str
    rows: list[_Row]

    @classmethod
    def of(cls, reads: Sequence[_Read], longest: int) -> _Card:
        first, said = reads[0].reading, spoken()
        name, label = said.retold(printable(first.name)), printable(first.label)
        known = said.say("{name} · label {label} · ", name=name, label=label) if first.label else ""
        size = said.say_count("{count} token", "{count} tokens", len(first.tokens))
        return cls(f"{known}{size}", [_Row.of(read, longest) for read in reads])

    def text(self) -> Text:
        """The card in a terminal."""
        return Text("\n").join([Text(self.heading), *(line for row in self.rows for line in row.lines())])


# Styles stand on the elements, so that they colour nothing else of a notebook, and text keeps the colour of the page.
_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    """\
<div style="max-width:60em;line-height:1.5;-webkit-print-color-adjust:exact;print-color-adjust:exact">
<div style="display:flex;flex-wrap:wrap;align-items:center;gap:.2em .6em;font-size:.9em">
<span>{{ least }}</span>
<span aria-hidden="true" style="width:7em;height:.9em;border:1px solid rgba(128,128,128,.6);
background:linear-gradient(to right,rgba({{ rgb }},0),rgba({{ rgb }},.85))"></span>
<span>{{ most }}</span>
</div>
{% for card in cards %}
<div role="group" aria-label="{{ card.heading }}" style="margin:.7em 0;padding:.5em .8em .7em;
border:1px solid rgba(128,128,128,.6);border-radius:.4em;break-inside:avoid">
<div style="font-size:.9em">{{ card.heading }}</div>
{% for row in card.rows %}
<div style="margin-top:.6em">
<div style="display:flex;flex-wrap:wrap;align-items:baseline;gap:.2em .6em">
{% if row.model %}
<strong>{{ row.model }}</strong>
{% endif %}
{% if row.verdict %}
<span style="padding:0 .5em;border-radius:.8em;font-weight:bold;color:#fff;
background:{{ '#00614a' if row.right else '#a33c00' }}">{{ row.verdict }}</span>
{% endif %}
<span>{{ row.answer }}</span>
</div>
<p style="margin:.3em 0 0;line-height:1.75;overflow-wrap:anywhere">{{ row.html }}</p>
{% if row.left_out %}
<p style="margin:.2em 0 0;font-style:italic">{{ row.left_out }}</p>
{% endif %}
</div>
{% endfor %}
</div>
{% endfor %}
</div>
"""
)


def _drawn(cards: Sequence[Sequence[_Read]], longest: int) -> AttentionMap:
    if not cards or longest < 1:
        raise ValueError(
            explain(
                expected="a text to show, and one token of it or more",
                got=f"{len(cards)} texts and longest={longest}",
                do="let a model read some texts first",
            )
        )
    shown = [_Card.of(card, longest) for card in cards]
    scale = {"least": spoken().say("little attention"), "most": spoken().say("much attention")}
    html = _PAGE.render(cards=shown, rgb=",".join(map(str, ATTENTION_RGB)), **scale)
    return AttentionMap(html, Text("\n\n").join(card.text() for card in shown))


def _verdict(reading: Reading) -> str:
    if not reading.label:
        return ""
    return spoken().say("✓ right") if reading.right else spoken().say("✗ wrong")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
