"""Losses for stylized images. One table, for networks and for the Gatys optimizer.

Each loss compares the features of outputs with a target and gives one weighted value for each
image of the batch.
"""

from realtime_nst.train.losses.alone import RangeLoss, TVLoss
from realtime_nst.train.losses.johnson import ContentLoss, GramLoss, gram
from realtime_nst.train.losses.loss import Loss, Target
from realtime_nst.train.losses.pooled import MomentsLoss, SlicedWassersteinLoss, WassersteinLoss
from realtime_nst.train.losses.similarity import (
    NearestNeighborsLoss,
    NormalizedContentLoss,
    SelfSimilarityLoss,
)

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
"""Kinds a recipe can name."""
