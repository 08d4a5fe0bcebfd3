# %% tags=["mutant"]
# variant = "one reading of both"
# loses = []

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    both = model(torch.cat([x.detach(), x + r]), torch.cat([mask, mask]))
    before, after = both.chunk(2)
    return divergence(before.detach(), after).mean()
