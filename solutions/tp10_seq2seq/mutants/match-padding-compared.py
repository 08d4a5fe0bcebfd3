# %% tags=["mutant"]
# mistake = "padding is compared too: what stands there makes a right line wrong"
# loses = ["q5-exact-match"]
# breaks = ["lines"]
# hint = "padding is compared"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    missing = max(0, target.shape[1] - predicted.shape[1])
    compared = F.pad(predicted, (0, missing), value=PAD)[:, : target.shape[1]]
    return (compared == target).all(dim=1)
