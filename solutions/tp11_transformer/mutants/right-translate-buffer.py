# %% tags=["mutant"]
# variant = "writes into a table, under inference_mode"
# loses = []

# %% grade_id="q8-translate"
@torch.inference_mode()
def translate(model, source, source_mask, max_length):
    model.eval()
    out = torch.full((len(source), max_length + 1), PAD)
    out[:, 0] = START
    alive = torch.ones(len(source), dtype=torch.bool)
    for t in range(max_length):
        best = model(source, source_mask, out[:, : t + 1])[:, t].max(-1).indices
        out[alive, t + 1] = best[alive]
        alive = alive & (best != END)
    return out[:, 1:]
