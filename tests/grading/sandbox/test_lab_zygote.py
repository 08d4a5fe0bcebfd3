from __future__ import annotations

from typing import Any

from amal_attention.grading.sandbox import lab_zygote
from amal_attention.grading.sandbox.sandbox import Isolation


def test_the_zygote_imports_what_the_notebooks_import_has_the_limits_of_the_lab_and_does_not_see_it(till, monkeypatch):
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(lab_zygote, "Zygote", lambda *given: made.append(given))
    script = till.folder / "till.py"
    text = script.read_text().replace("import math\n", "import math\nfrom os.path import join\nimport  json as j\n")
    script.write_text(text + "\n# %% [markdown]\n# import antigravity\n")
    lab_zygote.zygote_for(till, Isolation.PROCESS)
    ((isolation, limits, imports, secrets),) = made
    assert isolation is Isolation.PROCESS and secrets == [till.folder]
    assert limits == till.limits and limits.cell_seconds == 2
    assert imports == ["import math", "from os.path import join", "import  json as j", "import random"]
