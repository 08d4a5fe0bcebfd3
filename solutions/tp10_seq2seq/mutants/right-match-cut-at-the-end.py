# %% tags=["mutant"]
# variant = "the prediction is cut where the target ends, and what is right is counted"
# loses = []

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    lengths = mask.sum(dim=1)
    right = torch.zeros(len(target), dtype=torch.long)
    for place in range(min(predicted.shape[1], target.shape[1])):
        right += (predicted[:, place] == target[:, place]) & (place < lengths)
    return right == lengths
