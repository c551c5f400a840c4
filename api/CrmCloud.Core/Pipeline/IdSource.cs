using System.Globalization;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// Where new ids come from. With an idempotency key they follow from it, so a retry after a crash names the same
/// objects as the first attempt did, and cannot make a second one.
/// </summary>
public sealed class IdSource
{
    private readonly string? _seed;
    private int _next;

    private IdSource(string? seed) => _seed = seed;

    /// <summary>Random ids.</summary>
    public static IdSource Unique { get; } = new(null);

    /// <summary>The same ids in the same order for the same seed.</summary>
    public static IdSource From(string seed) => new(seed);

    /// <summary>Not safe for concurrent use when seeded: a mutation asks for its ids one after the other.</summary>
    public Guid Next() => _seed is null
        ? Guid.NewGuid()
        : Guid.ParseExact(KeyHash.Of(_seed, (_next++).ToString(CultureInfo.InvariantCulture)), "N");
}
