# %% tags=["mutant"]
# variant = "numpy arrays that become tensors"
# loses = []

# %% grade_id="q3-batch"
def make_batch(pairs):
    import numpy as np

    def fill(lines):
        out = np.zeros((len(lines), max(len(line) for line in lines)), dtype=np.int64)
        for row, line in zip(out, lines):
            row[: len(line)] = line
        return torch.from_numpy(out)

    xs, ys = zip(*pairs)
    x, y, t = fill(xs), fill([y + [END] for y in ys]), fill([[START] + y for y in ys])
    return PairBatch(x, x > PAD, t, y, y > PAD)
