# %% tags=["mutant"]
# mistake = "the model reads the last sixteen tokens alone"
# loses = ["q7-generate"]
# breaks = ["reads-all-that-was-written"]
# hint = "or the last ones"
# public = true

# %% grade_id="q7-generate"
def generate(model: nn.Module, prompt: Tensor, steps: int, temperature: float = 0.0) -> Tensor:
    learning = model.training
    model.eval()
    tokens = prompt
    with torch.no_grad():
        for _ in range(steps):
            logits = model(tokens[:, -16:], torch.ones_like(tokens[:, -16:], dtype=torch.bool))[:, -1]
            if temperature == 0:
                following = logits.argmax(dim=1, keepdim=True)
            else:
                following = torch.multinomial((logits / temperature).softmax(dim=1), 1)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
