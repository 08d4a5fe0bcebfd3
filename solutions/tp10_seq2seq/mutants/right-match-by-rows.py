# %% tags=["mutant"]
# variant = "lists of rows, each cut at its END"
# loses = []

# %% grade_id="q5-exact-match"
def exact_match(predicted, target, mask):
    def up_to_end(row):
        return row[: row.index(END) + 1] if END in row else row

    found = []
    for written, wanted, seen in zip(predicted.tolist(), target, mask):
        found.append(up_to_end(written) == wanted[seen].tolist())
    return torch.tensor(found)
