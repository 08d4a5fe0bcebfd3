# %% tags=["mutant"]
# mistake = "the move of the first call is kept for texts of the same size"
# loses = ["q1-fgsm"]
# breaks = ["leaves-alone"]
# hint = "nothing is kept from the one before"
# public = true
# check = "not of the class that the model predicts"

# %% grade_id="q1-fgsm"
_MOVES = {}


def fgsm(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    key = (id(model), x.shape, epsilon)
    if key not in _MOVES:
        _MOVES[key] = (model, epsilon * slopes.sign() * mask.unsqueeze(2))
    return x.detach() + _MOVES[key][1]
