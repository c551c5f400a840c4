namespace CrmCloud.Core.Kpis;

/// <summary>What a recount computes. Everything by default; less is for measuring and for single questions.</summary>
public sealed record RecountScope
{
    public static RecountScope Everything { get; } = new();

    public FigureParts Parts { get; init; } = FigureParts.All;

    public IReadOnlyList<Grain> Grains { get; init; } = Kpis.Grains.All;

    /// <summary>Threads to use, 1 to 16. Default 2, so that a recount leaves room for requests.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>The version that new cuts get; ignored when <see cref="FrozenCuts"/> are given.</summary>
    public int CutVersion { get; init; } = 1;

    /// <summary>Scores by these cuts instead of new ones: figures are comparable at the same cut version.</summary>
    public RfmCuts? FrozenCuts { get; init; }
}
