using System.ComponentModel.DataAnnotations;

namespace CrmCloud.Core.Shared;

/// <summary>At most so many contacts in any span of this length.</summary>
public sealed record FrequencyCap(int Max, TimeSpan Per)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);
}

/// <summary>At most so many contacts in any span of this length.</summary>
public sealed record FrequencyCapInput
{
    [Range(1, 1_000)]
    public required int Max { get; init; }

    /// <summary>From PT1H to P366D.</summary>
    public required TimeSpan Per { get; init; }

    internal FrequencyCap Stored() => new(Max, Per);

    /// <param name="path">Of the cap in the input.</param>
    internal Problem? Check(string path) => Per < FrequencyCap.Shortest || Per > FrequencyCap.Longest
        ? Problems.OutOfRange($"{path}.per", "From PT1H to P366D.")
        : null;
}
