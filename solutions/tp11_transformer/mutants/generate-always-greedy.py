# %% tags=["mutant"]
# mistake = "always the likeliest token"
# loses = ["q7-generate"]
# breaks = ["temperature"]
# hint = "draws a token of its own"
# public = true

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
                following = logits.argmax(dim=1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
