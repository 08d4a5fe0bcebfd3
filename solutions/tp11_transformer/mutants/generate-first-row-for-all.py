# %% tags=["mutant"]
# mistake = "all rows get the token of the first"
# loses = ["q7-generate"]
# breaks = ["reads-all-that-was-written"]
# hint = "each row goes on from its own prompt"
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
                following = torch.multinomial((logits / temperature).softmax(dim=1), 1)
            tokens = torch.cat([tokens, following[:1].expand(len(tokens), 1)], dim=1)
    model.train(learning)
    return tokens
