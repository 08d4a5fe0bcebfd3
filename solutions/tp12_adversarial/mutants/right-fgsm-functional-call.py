# %% tags=["mutant"]
# variant = "torch.func.grad of a functional call"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model, x, mask, labels, epsilon):
    cost = lambda s: F.cross_entropy(torch.func.functional_call(model, {n: p.detach() for n, p in model.named_parameters()}, (s, mask)), labels, reduction="sum")
    g = torch.func.grad(cost)(x.detach())
    return x.detach() + epsilon * g.sign().masked_fill(~mask[..., None], 0.0)
