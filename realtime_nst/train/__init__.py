"""Training of feed-forward style transfer networks: Johnson et al. 2016, section 4.1.

The ``train`` extra is needed: ``pip install "realtime-nst[train]"``.

A recipe has the styles, the network and the schedule; a trainer yields its progress after each
step::

    from pathlib import Path
    from realtime_nst.train.dataset import open_photos, read_paintings
    from realtime_nst.train.default_recipe import recipe_for
    from realtime_nst.train.trainer import Options, Trainer

    recipe, _ = recipe_for([Path("style.jpg")], tier="fast")
    photos = open_photos(Path("photos"), recipe.schedule)
    trainer = Trainer(recipe, read_paintings(recipe, []), photos, Options(out=Path("runs/mine")))
    for progress in trainer.run():
        print(progress.step, progress.losses)

The checkpoint in ``out`` is resumed by ``Trainer.restore`` and exported by ``realtime_nst.export``.
"""
