# %% tags=["mutant"]
# variant = "draws by the largest of logits and Gumbel noise"
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
                noise = -torch.empty_like(logits).exponential_().log()
                following = (logits / temperature + noise).argmax(1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
