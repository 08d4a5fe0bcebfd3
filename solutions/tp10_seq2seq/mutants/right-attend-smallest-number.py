# %% tags=["mutant"]
# variant = "a mask of finfo.min, einsum; weights set to 0 once more"
# loses = []

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    hidden = torch.where(mask[:, None], scores, torch.finfo(scores.dtype).min)
    weights = F.softmax(hidden, dim=-1) * mask[:, None]
    return torch.einsum("bts,bsh->bth", weights, values), weights
