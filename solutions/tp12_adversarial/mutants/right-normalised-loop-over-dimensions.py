# %% tags=["mutant"]
# variant = "one dimension after the other, with a helper"
# loses = []

# %% grade_id="q3-normalised"
def _column(values, frequencies):
    less = values - frequencies @ values
    return less * (frequencies @ less**2).rsqrt()


def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    columns = [_column(vectors[:, d], counts / counts.sum()) for d in range(vectors.shape[1])]
    return torch.stack(columns, dim=1)
