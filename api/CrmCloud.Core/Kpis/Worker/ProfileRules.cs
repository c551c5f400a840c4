using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// What a stored profile says beyond the engine's: sort values, scores, stage, and when it changes by itself.
/// </summary>
internal static class ProfileRules
{
    /// <summary>
    /// The profile under a context. Depends on the profile's own value and marks, and on the context only.
    /// </summary>
    public static StoredProfile Derive(StoredProfile profile, FigureContext context)
    {
        var value = profile.Value;
        var score = context.Cuts?.Score(value, Fact.IdOf(profile.CustomerId));
        var derived = profile with
        {
            LastOrderAt = value.LastOrderAt ?? 0,
            Frequency = value.Orders,
            MonetaryMinor = value.Gross,
            NetMinor = value.Net,
            Lifecycle = value.Lifecycle,
            Rfm = score is null ? null : new RfmMark(score.Recency, score.Frequency, score.Monetary, score.CutVersion),
            RfmGroup = value.Orders == 0 ? RfmGroup.Prospect : score?.Group ?? RfmGroup.Other,
        };
        return derived with { IdicStage = StageOf(derived, context) };
    }

    /// <summary>The first instant after now at which time alone changes stage or consent; null for never.</summary>
    public static long? NextChange(StoredProfile profile, FigureContext context)
    {
        var next = long.MaxValue;
        foreach (var touch in profile.IsKnown && profile.Value.Orders > 0 ? profile.Value.Touches : [])
        {
            next = IsInbound(touch) ? next : Earlier(next, touch.LastAt + ChurnMs(context), context.Now);
        }

        foreach (var consent in profile.Consents)
        {
            next = consent is { Granted: true, ExpiresAt: { } expiry } ? Earlier(next, expiry, context.Now) : next;
        }

        return next == long.MaxValue ? null : next;
    }

    private static IdicStage StageOf(StoredProfile profile, FigureContext context)
    {
        if (!profile.IsKnown)
        {
            return IdicStage.Anonymous;
        }

        if (profile.Value.Orders == 0)
        {
            return IdicStage.Identified;
        }

        return profile.Value.Touches.Any(touch => Interacts(touch, context))
            ? IdicStage.Interacting
            : IdicStage.Differentiated;
    }

    private static bool Interacts(ChannelTouch touch, FigureContext context) =>
        IsInbound(touch) || context.Now - touch.LastAt < ChurnMs(context);

    private static bool IsInbound(ChannelTouch touch) => TouchCode.DirectionOf(touch.Channel) == FlowDirection.Inbound;

    private static long ChurnMs(FigureContext context) => (long)context.Definitions.ChurnWindow.TotalMilliseconds;

    private static long Earlier(long best, long candidate, long now) =>
        candidate > now && candidate < best ? candidate : best;
}
