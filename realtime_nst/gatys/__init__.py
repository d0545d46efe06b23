"""Style transfer by optimizing an image: Gatys et al. 2016, "Image Style Transfer Using CNNs".

It takes minutes per image, and any image can be the style. The ``train`` extra is needed:
``pip install "realtime-nst[train]"``.

``session`` works on files, as the command ``gatys`` does::

    from pathlib import Path
    from realtime_nst.gatys.session import GatysOptions, StyleFile, open_studio

    options = GatysOptions(styles=(StyleFile(Path("style.jpg")),), size=512)
    run = open_studio(options).prepare(Path("photo.jpg"))
    for iterate in run.run():
        print(iterate.iteration, iterate.total)
    run.save(iterate, Path("stylized.png"))

``optimize`` works on tensors, (1, 3, height, width) RGB in [0, 1]::

    from realtime_nst.gatys.backbone import open_backbone
    from realtime_nst.gatys.objective import Style
    from realtime_nst.gatys.optimize import OptimizeSettings, optimize

    backbone = open_backbone(OptimizeSettings(iterations=100))
    for iterate in optimize(backbone.vgg, content, [Style(style)], backbone.settings):
        stylized = iterate.image

``batch`` optimizes all photos of a folder, e.g. as training targets.
"""
