# %% tags=["mutant"]
# mistake = "squeeze() also squeezes a batch of one"
# loses = ["q2-entropy"]
# breaks = ["value"]
# hint = "squeezed away"
# public = false

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return -(weights * weights.clamp(min=1e-12).log() * mask).sum(dim=1, keepdim=True).squeeze()
