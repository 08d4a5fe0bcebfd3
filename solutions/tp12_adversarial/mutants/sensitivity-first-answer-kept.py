# %% tags=["mutant"]
# mistake = "the answer to the first call is kept for texts of the same size"
# loses = ["q1-sensitivity"]
# breaks = ["leaves-alone"]
# hint = "nothing is kept from the one before"
# public = false

# %% grade_id="q1-sensitivity"
_KNOWN = {}


def sensitivity(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    words = x.detach().requires_grad_()
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = torch.autograd.grad(loss, words)[0]
    key = (id(model), x.shape)
    if key not in _KNOWN:
        _KNOWN[key] = (model, slopes.abs().sum(dim=2) * mask)
    return _KNOWN[key][1]
