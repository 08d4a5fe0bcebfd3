# %% tags=["mutant"]
# variant = "running words are written out, and torch takes their moments"
# loses = []

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    running = vectors.repeat_interleave(counts.long(), dim=0)
    return (vectors - running.mean(dim=0)) / running.std(dim=0, unbiased=False)
