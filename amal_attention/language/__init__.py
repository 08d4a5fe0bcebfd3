"""What people are told, in their language: English stands in the code, any other in one file here."""

from amal_attention.language.catalogue import ENGLISH, LANGUAGES, Language, message
from amal_attention.language.spoken import speak, spoken

__all__ = ["ENGLISH", "LANGUAGES", "Language", "message", "speak", "spoken"]
