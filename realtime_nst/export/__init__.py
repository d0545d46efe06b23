"""Export of trained networks to ONNX models that this program, and others, can run.

The ``train`` extra is needed: ``pip install "realtime-nst[train]"``.

``onnx`` exports a checkpoint as float32 or float16, ``quantize`` as int8::

    from pathlib import Path
    from realtime_nst.export.onnx import export, write_recipe
    from realtime_nst.export.quantize import photos_for, quantize
    from realtime_nst.train.checkpoint import load_checkpoint

    checkpoint = load_checkpoint(Path("runs/mine"))
    card = export(checkpoint, Path("mine/model.onnx"))
    write_recipe(checkpoint.recipe, Path("mine/model.onnx"))
    photos = photos_for(Path("photos"), checkpoint.recipe.schedule)
    for card in quantize(checkpoint, Path("mine/int8"), photos):
        print(card.styles[0].name, card.numbers["int8_psnr"])
"""
