"""One language is spoken in a process: English, until a notebook chooses its own."""

from __future__ import annotations

import pytest

from amal_attention.checks.show import report_html, report_text, summary_text
from amal_attention.language import speak, spoken
from amal_attention.outcome import Outcome, Report, State

MISS = Outcome(
    "a text without words gives zeros",
    State.MISSED,
    "2 reviews of 3 and 0 words, padded to 3, in dimension 5; the second has no word, its mask is False everywhere",
    "RuntimeError: shapes (3, 4) and (2, 1) (in MeanPooling.forward, cell In[4], line 3: return x and mask)",
    "zeros for the text without words",
    "0 / 0 is nan: divide by at least 1, clamp(min=1)",
)
REPORT = Report("q1", [MISS, Outcome("large scores do no harm", State.MET)])

FRENCH = """\
✗ q1 : 1 sur 2 réussis
  ✗ un texte sans mot donne des zéros
      envoyé    2 critiques de 3 et 0 mots, complétées à 3, en dimension 5 ; la deuxième n'a aucun mot, son masque \
vaut False partout
      reçu      RuntimeError: shapes (3, 4) and (2, 1) (dans MeanPooling.forward, cellule In[4], ligne 3 : return x \
and mask)
      attendu   des zéros pour le texte sans mot
      probable  0 / 0 donne nan : divisez par au moins 1, clamp(min=1)"""


def test_english_is_spoken_until_another_language_is_chosen():
    assert spoken().code == "en"
    speak("fr")
    assert spoken().code == "fr"


def test_a_language_that_nothing_can_be_said_in_is_refused():
    with pytest.raises(ValueError, match="got 'xx'"):
        speak("xx")
    assert spoken().code == "en"


def test_a_report_is_told_in_the_language_that_is_spoken_and_code_and_errors_stay():
    speak("fr")
    assert report_text(REPORT) == FRENCH
    assert summary_text([REPORT]) == "✗ q1  1 sur 2 réussis"
    html = report_html(REPORT)
    assert "un texte sans mot donne des zéros" in html and "1 réussi" in html and "without" not in html
