# %% tags=["mutant"]
# variant = "a teacher of full width, filled in from left to right"
# loses = []

# %% grade_id="q8-translate"
@torch.inference_mode()
def translate(model, source, source_mask, max_length):
    was = model.training
    model.eval()
    teacher = torch.full((len(source), max_length + 1), PAD)
    teacher[:, 0] = START
    ended = torch.zeros(len(source), dtype=torch.bool)
    for t in range(max_length):
        chosen = model(source, source_mask, teacher[:, :max_length])[:, t].max(dim=-1).indices
        teacher[:, t + 1] = torch.where(ended, torch.full_like(chosen, PAD), chosen)
        ended |= chosen == END
        if bool(ended.all()):
            break
    model.train(was)
    return teacher[:, 1:].clone()
