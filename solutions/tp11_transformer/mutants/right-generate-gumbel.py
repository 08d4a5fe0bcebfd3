# %% tags=["mutant"]
# variant = "draws by Gumbel noise, inference mode"
# loses = []

# %% grade_id="q7-generate"
def generate(model, prompt, steps, temperature=0.0):
    mode = model.training
    model.eval()
    rows = list(prompt.unbind(dim=1))
    with torch.inference_mode():
        for _ in range(steps):
            so_far = torch.stack(rows, dim=1)
            logits = model(so_far, torch.full(so_far.shape, True))[:, -1, :]
            if temperature:
                noise = -torch.log(-torch.log(torch.rand_like(logits).clamp(1e-20, 1 - 1e-7)))
                logits = logits / temperature + noise
            rows.append(logits.argmax(-1))
    if mode:
        model.train()
    return torch.stack(rows, dim=1)
