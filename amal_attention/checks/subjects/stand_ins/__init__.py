"""Stand-ins: modules and functions whose every reply is known, in the place of an answer that others are built on."""

from amal_attention.checks.subjects.stand_ins import as_they_are as as_they_are
from amal_attention.checks.subjects.stand_ins import attention as attention
from amal_attention.checks.subjects.stand_ins import distances as distances
from amal_attention.checks.subjects.stand_ins import known as known
from amal_attention.checks.subjects.stand_ins import leaky as leaky
from amal_attention.checks.subjects.stand_ins import moves as moves
from amal_attention.checks.subjects.stand_ins import sequences as sequences
from amal_attention.checks.subjects.stand_ins import slopes as slopes
from amal_attention.checks.subjects.stand_ins import speech as speech
from amal_attention.checks.subjects.stand_ins import squares as squares
from amal_attention.checks.subjects.stand_ins import texts as texts
from amal_attention.checks.subjects.stand_ins import torch_parts as torch_parts
from amal_attention.checks.subjects.stand_ins.registry import STAND_INS as STAND_INS
