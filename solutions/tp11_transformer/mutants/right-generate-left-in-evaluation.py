# %% tags=["mutant"]
# variant = "the model stays in evaluation, tokens kept as a list of columns"
# loses = []

# %% grade_id="q7-generate"
@torch.no_grad()
def generate(model, prompt, steps, temperature=0.0):
    model.eval()
    columns = [prompt]
    for _ in range(steps):
        tokens = torch.cat(columns, dim=1)
        mask = torch.ones(tokens.shape, dtype=torch.bool)
        last = model(tokens, mask)[:, -1]
        if temperature > 0:
            chances = F.softmax(last / temperature, dim=-1)
            columns.append(torch.multinomial(chances, num_samples=1))
        else:
            columns.append(last.max(dim=-1, keepdim=True).indices)
    return torch.cat(columns, dim=1)
