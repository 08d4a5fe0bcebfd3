# %% tags=["mutant"]
# mistake = "only the two likeliest tokens are drawn"
# loses = ["q7-generate"]
# breaks = ["temperature"]
# hint = "draw by softmax"
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
                following = torch.multinomial(
                    (logits / temperature)
                    .masked_fill(logits < logits.topk(2).values[:, -1:], -math.inf)
                    .softmax(dim=1),
                    1,
                )
            tokens = torch.cat([tokens, following], dim=1)
    model.train(learning)
    return tokens
