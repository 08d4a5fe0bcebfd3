# %% tags=["mutant"]
# mistake = "temperature 0 draws as temperature 1"
# loses = ["q7-generate"]
# breaks = ["reads-all-that-was-written"]
# hint = "each token follows from all that is written"
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
                following = torch.multinomial(logits.softmax(dim=1), 1)
            else:
                following = torch.multinomial((logits / temperature).softmax(dim=1), 1)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
