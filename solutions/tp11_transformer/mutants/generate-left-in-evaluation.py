# %% tags=["mutant"]
# mistake = "the model is left in evaluation"
# loses = ["q7-generate"]
# breaks = ["evaluation"]
# hint = "the mode in which it was"
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
            tokens = torch.cat([tokens, following], dim=1)
    return tokens
