# %% tags=["mutant"]
# mistake = "below a temperature of a half the likeliest is taken"
# loses = ["q7-generate"]
# breaks = ["temperature"]
# hint = "each row draws a token of its own"
# public = true

# %% grade_id="q7-generate"
def generate(model: nn.Module, prompt: Tensor, steps: int, temperature: float = 0.0) -> Tensor:
    learning = model.training
    model.eval()
    tokens = prompt
    with torch.no_grad():
        for _ in range(steps):
            logits = model(tokens, torch.ones_like(tokens, dtype=torch.bool))[:, -1]
            if temperature < 0.5:
                following = logits.argmax(dim=1, keepdim=True)
            else:
                following = torch.multinomial((logits / temperature).softmax(dim=1), 1)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
