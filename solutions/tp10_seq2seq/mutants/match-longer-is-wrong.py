# %% tags=["mutant"]
# mistake = "a prediction of another width is wrong, padding or not"
# loses = ["q5-exact-match"]
# breaks = ["widths"]
# hint = "PAD stood there"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    if predicted.shape != target.shape:
        return torch.zeros(len(target), dtype=torch.bool)
    return ((predicted == target) | ~mask).all(dim=1)
