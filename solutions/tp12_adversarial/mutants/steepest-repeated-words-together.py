# %% tags=["mutant"]
# mistake = "words that are the same move together, as where a table of vectors is differentiated"
# loses = ["q3-steepest"]
# breaks = ["direction"]
# hint = "the gradient of the text's own loss"
# check = "not one for the whole"
# public = false

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    table, places = x.detach().flatten(0, 1).unique(dim=0, return_inverse=True)
    table.requires_grad_()
    words = table[places].view_as(x)
    loss = F.cross_entropy(model(words, mask), labels, reduction="sum")
    slopes = (torch.autograd.grad(loss, table)[0][places].view_as(x)) * mask.unsqueeze(2)
    return epsilon * F.normalize(slopes.flatten(1), dim=1).view_as(x)
