# %% tags=["mutant"]
# variant = "draws by torch.distributions"
# loses = []

# %% grade_id="q7-generate"
def generate(model, prompt, steps, temperature=0.0):
    mode = model.training
    model.eval()
    tokens = prompt.clone()
    for step in range(steps):
        with torch.no_grad():
            logits = model(tokens, tokens >= 0)[:, -1]
        if temperature == 0.0:
            new = torch.topk(logits, 1).indices
        else:
            new = torch.distributions.Categorical(logits=logits / temperature).sample()[:, None]
        tokens = torch.hstack([tokens, new])
    model.train(mode)
    return tokens
