# %% tags=["mutant"]
# variant = "draws by the inverse of the distribution function"
# loses = []

# %% grade_id="q7-generate"
def generate(model: nn.Module, prompt: Tensor, steps: int, temperature: float = 0.0) -> Tensor:
    learning = model.training
    model.eval()
    tokens = prompt
    with torch.no_grad():
        for _ in range(steps):
            logits = model(tokens, torch.ones_like(tokens, dtype=torch.bool))[:, -1]
            if temperature == 0:
                following = logits.argmax(dim=1, keepdim=True)
            else:
                u = torch.rand(len(logits), 1, dtype=torch.float64)
                following = torch.searchsorted((logits / temperature).double().softmax(1).cumsum(1), u).clamp(max=logits.shape[1] - 1)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
