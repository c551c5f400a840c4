namespace CrmCloud.Core.Moving;

/// <summary>What was carried, or compared.</summary>
/// <param name="Documents">Tombstones and files included.</param>
/// <param name="Indicators">Values compared or to be compared.</param>
/// <param name="Bytes">Of the packed file.</param>
public sealed record MoveReport(string Tenant, long Documents, int Indicators, long Bytes)
{
    /// <summary>
    /// One sentence for each group of documents or indicator that is not the same; empty when all are.
    /// </summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>Whether the tenant is read-only now, until somebody lets him go on. Not told by a comparison.</summary>
    public bool IsReadOnly { get; init; }
}
