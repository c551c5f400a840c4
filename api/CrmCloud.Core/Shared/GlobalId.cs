using System.Buffers.Text;
using System.Text;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Shared;

/// <summary>Anything with a global id.</summary>
[InterfaceType, GraphQLName("Node")]
public interface INode
{
    /// <summary>Opaque and stable; the same for every app of the tenant.</summary>
    [Id]
    string Id { get; }
}

/// <summary>A node whose revision can be named in <c>ifVersion</c>.</summary>
[InterfaceType, GraphQLName("Versioned")]
public interface IVersioned : INode
{
    /// <summary>Counts the saves of this object; name it in `ifVersion`.</summary>
    [Scalar("Version")]
    long Version { get; }

    DateTimeOffset CreatedAt { get; }

    DateTimeOffset UpdatedAt { get; }
}

/// <summary>
/// Global ids: base64url of "{type}:{local id}". They hold no tenant: the local id is looked up in the caller's own
/// store, so an id of another tenant is simply unknown.
/// </summary>
public static class GlobalId
{
    private const int MaxLength = 400;

    public static string Of(string type, string localId) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{type}:{localId}"));

    /// <summary>False for anything this code did not make; the local id is still only a claim of the caller.</summary>
    public static bool TryParse(string? id, out string type, out string localId)
    {
        type = localId = "";
        if (id is null || id.Length is 0 or > MaxLength || !Base64Url.IsValid(id))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == text.Length - 1 || !text.All(IsPlain))
        {
            return false;
        }

        (type, localId) = (text[..colon], text[(colon + 1)..]);
        return Of(type, localId) == id;
    }

    /// <summary>The local id, when the id is of this type.</summary>
    public static string? Local(string? id, string type) =>
        TryParse(id, out var actual, out var local) && actual == type ? local : null;

    // What our own ids consist of. Anything else never reaches a storage address.
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is ':' or '/' or '-' or '_' or '.' or '~';
}

/// <summary>
/// Buckets: a customer and all that is his live in one partition, named by the first character of his id.
/// </summary>
public static class Buckets
{
    public const int Most = 16;

    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdef");

    /// <summary>All bucket partitions of a tenant with this many buckets.</summary>
    public static IReadOnlyList<string> Partitions { get; } =
        [.. Enumerable.Range(0, Most).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <param name="count">The tenant's current number of buckets, 1 to 16.</param>
    public static string NewCustomerId(Guid unique, int count)
    {
        var bucket = unique.ToByteArray()[15] % count;
        return $"{bucket:x}{unique:N}";
    }

    /// <summary>The partition of a customer, from his id; null when it is no customer id.</summary>
    public static string? PartitionOf(string customerId) =>
        customerId.Length == 33 && !customerId.AsSpan().ContainsAnyExcept(HexDigits)
            ? Partitions[Convert.ToInt32(customerId[..1], 16)]
            : null;

    /// <summary>The partition of one that our own code made.</summary>
    /// <exception cref="FormatException">Not a customer id.</exception>
    public static string Of(string customerId) =>
        PartitionOf(customerId) ?? throw new FormatException("Not a customer id.");
}

/// <summary>A record's id in another system.</summary>
public sealed record ExternalId(string Source, string Id);
