# %% tags=["mutant"]
# variant = "a loop over lines, each in its own length"
# loses = []

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    contexts, all_weights = [], []
    for row, value, seen in zip(scores, values, mask):
        n = int(seen.sum())
        w = torch.softmax(row[:, :n], dim=1)
        contexts.append(w @ value[:n])
        all_weights.append(F.pad(w, (0, len(seen) - n)))
    return torch.stack(contexts), torch.stack(all_weights)
