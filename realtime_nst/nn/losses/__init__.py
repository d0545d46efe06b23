"""Losses for stylized images, used to train networks and by the Gatys optimizer.

Each loss compares the features of outputs with a target and returns one weighted value for each
image of the batch.
"""

from realtime_nst.nn.losses.contract import Loss, Target
from realtime_nst.nn.losses.johnson import ContentLoss, GramLoss, gram
from realtime_nst.nn.losses.pooled import MomentsLoss, SlicedWassersteinLoss, WassersteinLoss
from realtime_nst.nn.losses.similarity import (
    NearestNeighborsLoss,
    NormalizedContentLoss,
    SelfSimilarityLoss,
)
from realtime_nst.nn.losses.single_image import RangeLoss, TVLoss

__all__ = ["LOSSES", "ContentLoss", "GramLoss", "Loss", "TVLoss", "Target", "gram"]

Kind = (
    type[ContentLoss]
    | type[GramLoss]
    | type[TVLoss]
    | type[RangeLoss]
    | type[WassersteinLoss]
    | type[MomentsLoss]
    | type[SlicedWassersteinLoss]
    | type[NearestNeighborsLoss]
    | type[SelfSimilarityLoss]
    | type[NormalizedContentLoss]
)

LOSSES: dict[str, Kind] = {
    "content": ContentLoss,
    "gram": GramLoss,
    "tv": TVLoss,
    "range": RangeLoss,
    "wasserstein": WassersteinLoss,
    "moments": MomentsLoss,
    "sliced_wasserstein": SlicedWassersteinLoss,
    "nearest_neighbors": NearestNeighborsLoss,
    "self_similarity": SelfSimilarityLoss,
    "normalized_content": NormalizedContentLoss,
}
"""Loss classes by the ``kind`` of a recipe's loss term."""
