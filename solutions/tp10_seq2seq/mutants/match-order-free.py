# %% tags=["mutant"]
# mistake = "the tokens of a line are counted, in any order"
# loses = ["q5-exact-match"]
# breaks = ["all-up-to-end"]
# hint = "each place where the mask is True"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    missing = max(0, target.shape[1] - predicted.shape[1])
    compared = F.pad(predicted, (0, missing), value=PAD)[:, : target.shape[1]]
    return (
        compared.masked_fill(~mask, PAD).sort(dim=1)[0]
        == target.masked_fill(~mask, PAD).sort(dim=1)[0]
    ).all(dim=1)
