"""What Moodle calls things, in the languages that we read: the columns of its tables, and who is anonymous."""

from __future__ import annotations

from collections.abc import Iterable

from amal_attention.course.people.name_words import words_of

__all__ = ["columns_of", "language_of_times"]

# By what a column holds, then by language.
_COLUMNS = {
    "identifier": {"en": "Identifier", "fr": "Identifiant", "de": "ID", "es": "Identificador"},
    "name": {"en": "Full name", "fr": "Nom complet", "de": "Vollständiger Name", "es": "Nombre completo"},
    "first_name": {"en": "First name", "fr": "Prénom", "de": "Vorname", "es": "Nombre"},
    "last_name": {
        "en": "Last name|Surname",
        "fr": "Nom de famille|Nom",
        "de": "Nachname",
        "es": "Apellido(s)|Apellidos",
    },
    "email": {
        "en": "Email address|Email",
        "fr": "Adresse de courriel|Adresse e-mail|Courriel",
        "de": "E-Mail-Adresse|E-Mail",
        "es": "Dirección de correo|Dirección de correo electrónico|Correo electrónico|Dirección Email",
    },
    "username": {"en": "Username", "fr": "Nom d'utilisateur", "de": "Anmeldename", "es": "Nombre de usuario"},
    "idnumber": {"en": "ID number", "fr": "Numéro d'identification", "de": "ID-Nummer", "es": "Número de ID"},
    "groups": {"en": "Groups|Group", "fr": "Groupes|Groupe", "de": "Gruppen|Gruppe", "es": "Grupos|Grupo"},
    "grade": {"en": "Grade", "fr": "Note", "de": "Bewertung", "es": "Calificación"},
    "most": {
        "en": "Maximum grade",
        "fr": "Note maximale",
        "de": "Bestwertung|Bestbewertung",
        "es": "Calificación máxima",
    },
    "submitted": {
        "en": "Last modified (submission)",
        "fr": "Dernière modification (travail remis)",
        "de": "Zuletzt geändert (Abgabe)",
        "es": "Última modificación (entrega)|Fecha de entrega",
    },
    "comment": {
        "en": "Feedback comments",
        "fr": "Feedback par commentaires|Commentaires de feedback",
        "de": "Feedback als Kommentar",
        "es": "Comentarios de retroalimentación|Comentarios de la retroalimentación",
    },
}
_MEANT = {
    words_of(name): (key, language)
    for key, languages in _COLUMNS.items()
    for language, names in languages.items()
    for name in names.split("|")
}


def columns_of(header: Iterable[str]) -> dict[str, int]:
    """Where the columns that matter are, by what they hold; of two with one name, the first.

    >>> columns_of(["Identifiant", "Nom complet", "Statut", "Note"])
    {'identifier': 0, 'name': 1, 'grade': 3}
    """
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        if meant := _MEANT.get(words_of(name)):
            found.setdefault(meant[0], position)
    return found


def language_of_times(header: Iterable[str]) -> str:
    """The language in which a table tells times: that of its column of times; empty where there is none."""
    return next((meant[1] for name in header if (meant := _MEANT.get(words_of(name))) and meant[0] == "submitted"), "")
