# %% tags=["mutant"]
# mistake = "the answer is in double precision"
# loses = ["q1-attention"]
# breaks = ["calls"]
# hint = "no .double()"
# public = true

# %% grade_id="q1-attention"
def attention(query, key, value, mask=None):
    scores = query.double() @ key.mT.double() / math.sqrt(query.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1).masked_fill(~mask, 0.0)
    return weights @ value.double(), weights
