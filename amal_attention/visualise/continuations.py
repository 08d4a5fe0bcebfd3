"""What a model writes, as a table: a row for each temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined
from rich.table import Table
from rich.text import Text

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.words import joined

__all__ = ["Continuations", "continuations"]


@dataclass(frozen=True, repr=False)
class Continuations:
    """Texts by temperature: ``html`` for a page, ``table`` for a terminal.

    It shows by itself in a notebook and with ``rich.print``; ``str`` is a line for each text.
    """

    html: str
    table: Table
    lines: tuple[str, ...]

    def _repr_html_(self) -> str:
        return self.html

    def __rich__(self) -> Table:
        return self.table

    def __repr__(self) -> str:
        return "\n".join(self.lines)


# Styles stand on the elements, so that they colour nothing else of a notebook, and text keeps the colour of the page.
_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    """\
<table style="max-width:60em;border-collapse:collapse;line-height:1.5;text-align:left">
<tr>
<th scope="col" style="text-align:left;padding:.3em .8em;white-space:nowrap">{{ varied }}</th>
<th scope="col" style="text-align:left;padding:.3em .8em">{{ title }}</th>
</tr>
{% for name, begin, rest in rows %}
<tr style="border-top:1px solid rgba(128,128,128,.6)">
<th scope="row" style="text-align:left;vertical-align:top;padding:.3em .8em;font-weight:normal">{{ name }}</th>
<td style="text-align:left;white-space:normal;padding:.3em .8em"><strong>{{ begin }}</strong>{{ rest }}</td>
</tr>
{% endfor %}
</table>
"""
)


def continuations(prompt: Sequence[str], written: Mapping[float, Sequence[str]]) -> Continuations:
    """A table of texts that go on from one prompt, which is printed in bold.

    Args:
        prompt: the words that all begin with.
        written: the words that follow, by the temperature at which they were drawn.

    Raises:
        ValueError: there is no text.
    """
    if not written:
        raise ValueError(explain(expected="a text to show", got="none", do="let a model write one"))
    begin = joined(prompt)
    rows = [(f"{heat:g}", begin, joined([*prompt, *words])[len(begin) :]) for heat, words in written.items()]
    varied, title = spoken().say("temperature"), spoken().say("what is written")
    table = Table(varied, title, show_lines=True)
    for name, bold, rest in rows:
        table.add_row(name, Text.assemble((bold, "bold"), rest))
    html = _PAGE.render(varied=varied, title=title, rows=rows)
    return Continuations(html, table, tuple(f"{name}: {bold}{rest}" for name, bold, rest in rows))
