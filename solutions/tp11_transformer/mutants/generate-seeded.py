# %% tags=["mutant"]
# mistake = "a seed is set in each call, which draws the same again"
# loses = ["q7-generate"]
# breaks = ["temperature"]
# hint = "no seed is set"
# public = true

# %% grade_id="q7-generate"
def generate(model: nn.Module, prompt: Tensor, steps: int, temperature: float = 0.0) -> Tensor:
    learning = model.training
    model.eval()
    tokens = prompt
    torch.manual_seed(0)
    with torch.no_grad():
        for _ in range(steps):
            logits = model(tokens, torch.ones_like(tokens, dtype=torch.bool))[:, -1]
            if temperature == 0:
                following = logits.argmax(dim=1, keepdim=True)
            else:
                following = torch.multinomial((logits / temperature).softmax(dim=1), 1)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
