# %% tags=["mutant"]
# variant = "a loop over the texts"
# loses = []

# %% grade_id="q1-sensitivity"
def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    rows = []
    for number in range(len(x)):
        words = x[number : number + 1].detach().requires_grad_()
        loss = F.cross_entropy(model(words, mask[number : number + 1]), labels[number : number + 1])
        (slopes,) = torch.autograd.grad(loss, words)
        rows.append(slopes.abs().sum(-1) * mask[number])
    return torch.cat(rows)
