# %% tags=["mutant"]
# mistake = "the model reads the last eight tokens alone"
# loses = ["q8-translate"]
# breaks = ["feeds-back-what-it-wrote"]
# hint = "all that is written"
# public = false

# %% grade_id="q8-translate"
def translate(model: nn.Module, source: Tensor, source_mask: Tensor, max_length: int) -> Tensor:
    learning = model.training
    model.eval()
    written = source.new_full((len(source), 1), START)
    ended = torch.zeros_like(source_mask[:, 0])
    with torch.no_grad():
        while written.shape[1] <= max_length and not ended.all():
            following = (
                model(source, source_mask, written[:, -8:])[:, -1].argmax(dim=1).masked_fill(ended, PAD)
            )
            written = torch.cat([written, following.unsqueeze(1)], dim=1)
            ended = ended | (following == END)
    model.train(learning)
    return F.pad(written[:, 1:], (0, max_length + 1 - written.shape[1]), value=PAD)
