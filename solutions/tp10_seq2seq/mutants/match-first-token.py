# %% tags=["mutant"]
# mistake = "the first token alone is compared"
# loses = ["q5-exact-match"]
# breaks = ["all-up-to-end"]
# hint = "the first token is not the whole line"
# public = true

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    return predicted[:, 0] == target[:, 0]
