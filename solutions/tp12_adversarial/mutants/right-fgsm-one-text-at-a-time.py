# %% tags=["mutant"]
# variant = "a loop over the texts, each without its padding"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    moved = x.detach().clone()
    for number in range(len(x)):
        words = x[number, mask[number]].detach().unsqueeze(0).requires_grad_()
        whole = torch.ones(words.shape[:2], dtype=torch.bool)
        loss = F.cross_entropy(model(words, whole), labels[number : number + 1])
        moved[number, mask[number]] += epsilon * torch.autograd.grad(loss, words)[0][0].sign()
    return moved
