# %% tags=["mutant"]
# variant = "a tensor of full width that is filled in, the rest hidden by the mask"
# loses = []

# %% grade_id="q7-generate"
@torch.no_grad()
def generate(model, prompt, steps, temperature=0.0):
    before = model.training
    model.eval()
    B, P = prompt.shape
    tokens = torch.zeros(B, P + steps, dtype=torch.long)
    tokens[:, :P] = prompt
    for place in range(P, P + steps):
        mask = (torch.arange(P + steps) < place).expand(B, -1)
        logits = model(tokens, mask)[:, place - 1]
        if temperature > 0:
            chances = F.softmax(logits / temperature, dim=-1)
            tokens[:, place] = torch.multinomial(chances, num_samples=1).squeeze(1)
        else:
            tokens[:, place] = logits.max(dim=-1).indices
    model.train(before)
    return tokens
