# %% tags=["mutant"]
# variant = "both are padded to one width, and compared whole, with PAD under the mask"
# loses = []

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    width = max(predicted.size(1), target.size(1))
    first = F.pad(predicted, (0, width - predicted.size(1)), value=PAD)
    second = F.pad(target.masked_fill(~mask, PAD), (0, width - target.size(1)), value=PAD)
    return first.eq(second).all(-1)
