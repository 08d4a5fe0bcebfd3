# %% tags=["mutant"]
# variant = "one text after the other"
# loses = []

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(
    model: nn.Module, x: Tensor, mask: Tensor, epsilon: float, xi: float = 0.1, iterations: int = 1
) -> Tensor:
    moves = torch.zeros_like(x).detach()
    for b in range(len(x)):
        text, seen = x[b : b + 1, mask[b]].detach(), mask[b : b + 1, mask[b]]
        p = model(text, seen).detach()
        d = F.normalize(torch.randn_like(text).flatten(), dim=0).view_as(text)
        for _ in range(iterations):
            r = (xi * d).requires_grad_()
            far = divergence(p, model(text + r, seen)).sum()
            d = F.normalize(torch.autograd.grad(far, r)[0].flatten(), dim=0).view_as(text)
        moves[b, mask[b]] = epsilon * d[0]
    return moves
