"""Features of how much is posted."""

from datetime import timedelta

from models.views import NOTHING, Found, GroupView

WEEK = timedelta(days=7)
USUAL = 10  # ads a week that one diligent person posts
ABNORMAL = 30


def burst_posting(view: GroupView) -> Found:
    """{ads} ads within one week, where one person posts up to ten."""
    moments = sorted(moment for ad_id in view.ad_ids if (moment := view.moment(ad_id)) is not None)
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > WEEK:
            first += 1
        most = max(most, last - first + 1)
    if most <= USUAL:
        return NOTHING
    return Found(min(1.0, (most - USUAL) / (ABNORMAL - USUAL)), (), {"ads": most})
