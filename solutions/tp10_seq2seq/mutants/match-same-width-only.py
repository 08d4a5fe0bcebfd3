# %% tags=["mutant"]
# mistake = "prediction and target must have as many columns"
# loses = ["q5-exact-match"]
# breaks = ["widths"]
# hint = "must match"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    return ((predicted == target) | ~mask).all(dim=1)
