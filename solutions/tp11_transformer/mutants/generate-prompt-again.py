# %% tags=["mutant"]
# mistake = "the prompt is read at each step, and nothing that was written"
# loses = ["q7-generate"]
# breaks = ["reads-all-that-was-written"]
# hint = "what was written is read at the next step"
# public = true

# %% grade_id="q7-generate"
def generate(model: nn.Module, prompt: Tensor, steps: int, temperature: float = 0.0) -> Tensor:
    learning = model.training
    model.eval()
    tokens = prompt
    with torch.no_grad():
        for _ in range(steps):
            logits = model(prompt, torch.ones_like(prompt, dtype=torch.bool))[:, -1]
            if temperature == 0:
                following = logits.argmax(dim=1, keepdim=True)
            else:
                following = torch.multinomial((logits / temperature).softmax(dim=1), 1)
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
