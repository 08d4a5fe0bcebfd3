# %% tags=["mutant"]
# variant = "one text after the other, without its padding"
# loses = []

# %% grade_id="q3-steepest"
def steepest(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    moves = torch.zeros_like(x).detach()
    for row in range(len(x)):
        seen = mask[row]
        words = x[row, seen].detach().unsqueeze(0).requires_grad_()
        loss = F.cross_entropy(model(words, seen[seen].unsqueeze(0)), labels[row : row + 1])
        (slopes,) = torch.autograd.grad(loss, words)
        norm = torch.linalg.vector_norm(slopes)
        if norm > 0:
            moves[row, seen] = epsilon * slopes[0] / norm
    return moves
