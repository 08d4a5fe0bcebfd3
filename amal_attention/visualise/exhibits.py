"""What a model makes of one text, drawn without knowing its task: words coloured, a matrix, texts by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from rich.table import Table
from rich.text import Text

from amal_attention.record import Exhibit, Grid, Reading, Texts
from amal_attention.visualise.figures import attention_matrix
from amal_attention.visualise.style import figure_svg
from amal_attention.visualise.words import attended_html, attended_text, most_attended, printable, terminal_style

__all__ = ["exhibit_html", "exhibit_lines", "lines_against", "said"]

_WIDEST = 3  # characters of a column of a grid in the terminal
_WRITTEN_COLUMNS = 20  # up to so many a grid is told in percent, beyond in tenths, one character each
_BLOCK = 70  # columns of a grid in tenths that stand side by side

_TEXTS = Environment(autoescape=True, undefined=StrictUndefined).from_string(
    '<dl class="texts">{% for name, text in texts %}<dt>{{ name }}</dt><dd>{{ text }}</dd>{% endfor %}</dl>'
)


def said(exhibit: Exhibit) -> str:
    """What the model says of the text, and with which probability; "" where it does not name one thing."""
    if isinstance(exhibit, Grid) or not exhibit.prediction:
        return ""
    return f"{printable(exhibit.prediction)} with probability {exhibit.probability:.3f}"


def exhibit_html(exhibit: Exhibit) -> str:
    """The exhibit as HTML that needs nothing beside itself; all its text is escaped."""
    match exhibit:
        case Reading():
            return f'<p class="words" tabindex="0">{attended_html(exhibit.tokens, exhibit.weights)}</p>'
        case Grid():
            figure = attention_matrix(exhibit.weights, exhibit.rows, exhibit.columns)
            return f'<div class="picture" role="img" aria-label="attention" tabindex="0">{figure_svg(figure)}</div>'
        case Texts():
            texts = exhibit.texts | ({"written": exhibit.prediction} if exhibit.prediction else {})
            shown = [(printable(name), printable(text)) for name, text in texts.items()]
            grid = Markup(exhibit_html(exhibit.grid)) if exhibit.grid is not None else Markup()
            return str(Markup(_TEXTS.render(texts=shown)) + grid)


def exhibit_lines(exhibit: Exhibit) -> Iterator[Text | Table]:
    """The exhibit for a terminal, piece by piece."""
    match exhibit:
        case Reading():
            yield Text(said(exhibit))
            yield attended_text(exhibit.tokens, exhibit.weights)
            yield Text(f"most attended: {most_attended(exhibit.tokens, exhibit.weights)}")
            if exhibit.unknown:
                yield Text(f"not in the vocabulary: {printable(', '.join(exhibit.unknown))}")
        case Grid():
            yield from _grid_lines(exhibit)
        case Texts():
            texts = list(exhibit.texts.items())
            if exhibit.prediction:
                _, read = texts.pop(0)
                yield Text(f"{printable(read)} -> {said(exhibit)}")
            for name, text in texts:
                yield Text(f"{printable(name)}: {printable(text)}")
            if exhibit.grid is not None:
                yield from _grid_lines(exhibit.grid)


def lines_against(readings: Mapping[str, Reading]) -> Iterator[Text]:
    """Readings of one text whose words are coloured by other numbers, by the name of these, for a terminal."""
    for reading in list(readings.values())[:1]:
        yield Text(said(reading))
        if reading.unknown:
            yield Text(f"not in the vocabulary: {printable(', '.join(reading.unknown))}")
    for name, reading in readings.items():
        yield Text(f"\n{printable(name)}", "bold")
        yield attended_text(reading.tokens, reading.weights)
        yield Text(f"most: {most_attended(reading.tokens, reading.weights)}")


def _grid_lines(grid: Grid) -> Iterator[Text | Table]:
    """A matrix of few columns in percent, one of many in tenths, in blocks that fit into 80 columns."""
    if len(grid.columns) <= _WRITTEN_COLUMNS:
        yield Text("attention in %, of each row to the columns")
        yield _matrix(grid)
        return
    yield Text("attention in tenths, of each row to the columns")
    for start in range(0, len(grid.columns), _BLOCK):
        yield from _tenths(grid, slice(start, start + _BLOCK))


def _matrix(grid: Grid) -> Table:
    """A matrix in percent, a dot where there is less than half of one."""
    table = Table(box=None, padding=(0, 0, 0, 1), header_style="")
    table.add_column("", no_wrap=True)
    for name in grid.columns:
        table.add_column(Text(printable(name)[:_WIDEST]), justify="right", no_wrap=True, min_width=2)
    for name, weights in zip(grid.rows, grid.weights, strict=True):
        cells = [Text(f"{100 * weight:.0f}" if weight >= 0.005 else "·", terminal_style(weight)) for weight in weights]
        table.add_row(Text(printable(name)), *cells)
    return table


def _tenths(grid: Grid, columns: slice) -> Iterator[Text]:
    """Some columns of a matrix, a character each: full tenths from 1 to 9, and a dot where there is less than one."""
    margin = max(len(printable(name)) for name in grid.rows) + 1
    yield Text(" " * margin + "".join(printable(name)[:1] or " " for name in grid.columns[columns]))
    for name, weights in zip(grid.rows, grid.weights, strict=True):
        line = Text(printable(name).ljust(margin))
        for weight in weights[columns]:
            line.append(str(min(int(10 * weight), 9)) if weight >= 0.1 else "·", terminal_style(weight))
        yield line
