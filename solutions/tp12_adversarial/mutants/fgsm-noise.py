# %% tags=["mutant"]
# mistake = "noise of size ε in the place of the gradient"
# loses = ["q1-fgsm"]
# breaks = ["ascends-by-epsilon"]
# hint = "nothing is drawn at random"
# public = true
# check = "x + ε · sign"

# %% grade_id="q1-fgsm"
def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    return x.detach() + epsilon * (2 * torch.rand_like(x.detach()) - 1) * mask.unsqueeze(2)
