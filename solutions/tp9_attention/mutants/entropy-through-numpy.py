# %% tags=["mutant"]
# mistake = "the entropy is computed with Python numbers: no gradient comes through"
# loses = ["q2-entropy"]
# breaks = ["gradient"]
# hint = "item"
# public = true

# %% grade_id="q2-entropy"
from math import log


def attention_entropy(weights, mask):
    result = []
    for row, m in zip(weights, mask):
        h = 0.0
        for p, keep in zip(row.tolist(), m.tolist()):
            if keep and p > 0:
                h -= p * log(p)
        result.append(h)
    return torch.tensor(result)
